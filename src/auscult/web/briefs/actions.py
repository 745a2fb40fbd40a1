"""Making the brief of a week, and who gets it when."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.briefs import composing, queries
from auscult.web.briefs.models import Brief, Plan, Reader
from auscult.web.briefs.weeks import whole
from auscult.web.delivery.actions import post_event, post_mail
from auscult.web.delivery.models import Event
from auscult.web.delivery.queries import link


def make_brief(actor: Actor, *, week: date) -> Brief | None:
    """Make the brief of a week that begins on a Monday, and post its mails; None: it is there.

    Made once, whoever else tries: the week is unique, and its mails are of one transaction
    with it.
    """
    require(actor, Right.WORK, "make briefs")
    sentences = composing.compose(actor, whole(week))
    try:
        with transaction.atomic():
            made = Brief.objects.create(
                organisation_id=actor.organisation_id,
                week=week,
                made_at=actor.clock.now(),
                sentences=[one.as_data() for one in sentences],
            )
            record_audit(actor, action="make-brief", target=week.isoformat())
            _post(actor, made)
    except IntegrityError:
        if queries.briefs(actor).filter(week=week).exists():
            return None
        raise
    return made


def _post(actor: Actor, made: Brief) -> None:
    """Tell people the brief by mail, and machines that it is there."""
    address = link(reverse("briefs:brief", args=[made.week]))
    key = f"brief-{actor.organisation_id}-{made.week}"
    said = composing.from_data(made.sentences)
    numbers = {part: sum(one.part == part for one in said) for part in composing.LISTS}
    mentions = next((one.values["count"] for one in said if one.code.startswith("whole-")), 0)
    body = {
        "week": made.week.isoformat(),
        "mentions": mentions,
        "sentences": numbers,
        "page": address,
    }
    post_event(actor, event=Event.BRIEF_READY, body=body, key=key)
    people = queries.readers(actor)
    if not people:
        return
    with translation.override(settings.LANGUAGE_CODE):
        shown = queries.shown(whole(made.week), said, made.made_at)
        parts = {"brief": shown, "address": address, "links": link("").rstrip("/")}
        post_mail(
            actor,
            to=[person.email for person in people],
            subject=_("The week of %(week)s") % {"week": made.week},
            text=render_to_string("briefs/mail.txt", parts),
            html=render_to_string("briefs/mail.html", parts),
            key=key,
        )


@transaction.atomic
def record_download(actor: Actor, *, week: date) -> None:
    """Write down that a brief is taken away as a file; call it before it is handed out."""
    require(actor, Right.EXPORT, "take briefs away as files")
    record_audit(actor, action="export-brief", target=week.isoformat())


@transaction.atomic
def subscribe(actor: Actor, *, wanted: bool) -> None:
    """Let the actor get the brief by mail, or not any more."""
    require(actor, Right.SEE_FIGURES, "read briefs")
    own: dict[str, Any] = {"organisation_id": actor.organisation_id, "user_id": actor.user_id}
    if wanted:
        Reader.objects.get_or_create(**own)
    else:
        Reader.objects.filter(**own).delete()
    record_audit(actor, action="subscribe-brief", target=actor.name, details={"wanted": wanted})


@transaction.atomic
def plan_briefs(actor: Actor, *, weekday: int, hour: int) -> None:
    """Decide at which hour of which day the brief is made, in the house's time zone."""
    require(actor, Right.EDIT_DASHBOARDS, "decide when the brief is made")
    Plan.objects.update_or_create(
        organisation_id=actor.organisation_id, defaults={"weekday": weekday, "hour": hour}
    )
    record_audit(
        actor, action="plan-briefs", target="briefs", details={"weekday": weekday, "hour": hour}
    )
