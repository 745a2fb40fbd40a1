"""A brief as PDF, set by Typst."""

from __future__ import annotations

from pathlib import Path

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from auscult.web.accounts.models import Actor, Organisation
from auscult.web.briefs.queries import Shown
from auscult.web.dashboards.drawing import STUDIO
from auscult.web.delivery.queries import link

SOURCE = Path(__file__).parent / "templates" / "briefs" / "brief.typ"


def as_pdf(actor: Actor, brief: Shown) -> bytes:
    """Return a brief on A4, in the language that is active."""
    days = {
        "since": date_format(brief.span.since, _("j F")),
        "until": date_format(brief.span.last_day, _("j F Y")),
    }
    made = date_format(brief.made_at or brief.span.until, _("j M Y, H:i"))
    page = {
        "title": _("%(since)s to %(until)s") % days,
        "organisation": Organisation.objects.get(pk=actor.organisation_id).name,
        "language": (get_language() or "en")[:2],
        "made": _("Made on %(made)s") % {"made": made},
        "parts": [
            {
                "title": part.title,
                "nothing": part.nothing,
                "sentences": [
                    {"text": one.text, "link": link(one.link) if one.link else ""}
                    for one in part.sentences
                ],
            }
            for part in brief.parts
        ],
    }
    return STUDIO.document(SOURCE.read_text(encoding="utf-8"), page)
