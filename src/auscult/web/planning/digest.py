"""The week's plan by mail: to each reader what is late, due and to be said by her."""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor, User
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.queries import time_zone
from auscult.web.delivery.actions import post_mail
from auscult.web.delivery.queries import link
from auscult.web.planning import marks, queries, showing
from auscult.web.planning.answering import form
from auscult.web.planning.marks import Mark
from auscult.web.planning.models import Cycle, Digest
from auscult.web.planning.moves import CycleState

HOUR = 7  # on Monday, in the house's time zone


def due_week(actor: Actor) -> date | None:
    """Return the Monday whose mails are to be written now; None: they are, or it is too early."""
    now = actor.clock.now().astimezone(time_zone(actor))
    week = queries.monday((now - timedelta(hours=HOUR)).date())
    written = Digest.objects.filter(organisation_id=actor.organisation_id, week__gte=week)
    return None if written.exists() else week


def send_digest(actor: Actor, *, week: date) -> bool:
    """Write the mails of a week; whether they weren't written already."""
    require(actor, Right.WORK, "mail the plan")
    cycle = queries.cycles(actor).filter(state=CycleState.RUNNING).first()
    try:
        with transaction.atomic():
            Digest.objects.create(organisation_id=actor.organisation_id, week=week)
            readers = queries.digest_readers(actor) if cycle else []
            details = {"readers": len(readers)}
            record_audit(actor, action="mail-plan", target=week.isoformat(), details=details)
            with translation.override(settings.LANGUAGE_CODE):
                for person in readers:
                    assert cycle is not None
                    _post(actor, cycle, person, week)
    except IntegrityError:
        if due_week(actor) is None:
            return False
        raise
    return True


def _post(actor: Actor, cycle: Cycle, person: User, week: date) -> None:
    day = showing.day(actor, cycle)
    silent = list(showing.silent(actor, cycle, person.pk))
    mark = Mark(cycle=cycle.pk, person=person.pk, week=week)
    answered = marks.address(mark) if silent else ""
    parts = {
        "cycle": cycle,
        "day": day,
        "now": showing.today(actor, cycle),
        "silent": [
            {"title": bet.title, "address": link(reverse("planning:check-in", args=[bet.pk]))}
            for bet in silent
        ],
        "form": form(silent) if answered else "",
        "address": link(reverse("planning:room")),
    }
    post_mail(
        actor,
        to=person.email,
        subject=_("Day %(n)s of %(of)s: %(title)s")
        % {"n": day.number, "of": day.of, "title": cycle.title},
        text=render_to_string("planning/mail.txt", parts),
        html=render_to_string("planning/mail.html", parts),
        reply_to=answered,
        key=f"plan-{actor.organisation_id}-{week}-{person.pk}",
    )
