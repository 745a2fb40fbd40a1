"""The case as PDF on A4, set by Typst."""

from __future__ import annotations

from django.utils.translation import gettext as _

from auscult.web.accounts.models import Actor
from auscult.web.accounts.people import organisation
from auscult.web.planning import sheets
from auscult.web.returns import board_printing, queries
from auscult.web.returns.board_words import day
from auscult.web.returns.case_making import Case


def as_pdf(actor: Actor, made: Case) -> bytes:
    """Return the case on A4, in the language that is active."""
    house = organisation(actor).name
    words = {"house": house, "day": day(queries.today(actor))}
    data = {
        "title": _("The case for 100 days of social media"),
        "about": _("%(house)s · as of %(day)s") % words,
        "days": " · ".join(
            filter(None, (house, made.kind, _("%(days)s days") % {"days": made.days}))
        ),
        "headline": list(made.headline),
        "heads": {
            "cost": _("What it would cost"),
            "needed": _("How many it must bring"),
            "heard": _("What we hear already"),
            "unknown": _("What isn't known"),
            "sources": _("Sources"),
        },
        "cost": board_printing.numbers(made.cost),
        "needed": board_printing.intervals(made.needed, ""),
        "heard": list(made.heard),
        "unknown": [one.text for one in made.unknown],
        "sources": list(made.sources),
    }
    return sheets.sheet(actor, "case", data, folder=board_printing.FOLDER, before="drawings")
