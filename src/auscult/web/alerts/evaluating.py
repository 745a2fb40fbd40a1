"""One round of an organisation's rules: look, then store what was seen with what it raised."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from auscult.web.accounts.models import Actor
from auscult.web.alerts import hearing, phrases, queries, raising, silence, volume
from auscult.web.alerts.actions import make_first_rules
from auscult.web.alerts.finding import Ended
from auscult.web.alerts.models import Kind, Standing, State
from auscult.web.listening.queries import watches


def evaluate(actor: Actor) -> bool:
    """Hold what came against the rules; return whether there is more to do at once.

    Nothing is held while it looks. What it saw and what it raised are stored in one
    transaction, if nobody else stored a look meanwhile: killed or raced, nothing is raised
    twice or lost.
    """
    standing, _ = Standing.objects.get_or_create(pk=actor.organisation_id)
    if not standing.began and watches(actor).exists():
        make_first_rules(actor)
        return True
    rules = list(queries.rules(actor).filter(on=True))
    looked = volume.look(actor, rules, standing.volume)
    heard = hearing.look(actor, rules, since=standing.heard_until, heard=standing.heard)
    checked = silence.look(actor, rules, standing.unwell)
    with transaction.atomic():
        stored = Standing.objects.filter(pk=standing.pk, version=standing.version).update(
            version=standing.version + 1,
            # A model of a thousand watches is large, and changes once an hour.
            **({} if looked.kept == standing.volume else {"volume": looked.kept}),
            heard_until=heard.until,
            heard=heard.heard,
            unwell=checked.unwell,
        )
        if not stored:
            return True
        for event in (*looked.events, *heard.found, *checked.ended, *checked.found):
            if isinstance(event, Ended):
                raising.close(actor, event)
            else:
                raising.take_in(actor, event)
        raising.close_quiet(actor)
        if looked.kept != standing.volume:
            _count_on(actor, looked.kept)
    return False


def look_for_phrases(actor: Actor) -> bool:
    """Hold what watches found against what they usually find; return whether there is more."""
    return phrases.look(actor, list(queries.rules(actor).filter(on=True, kind=Kind.PHRASE)))


def _count_on(actor: Actor, kept: dict[str, Any]) -> None:
    """Let storms that go on say what came since."""
    going_on = queries.alerts(actor).filter(kind=Kind.VOLUME).exclude(state=State.PAST)
    alerts = list(going_on)
    for pk, told in volume.so_far(actor, kept, alerts).items():
        alert = next(one for one in alerts if one.pk == pk)
        alert.facts = {**alert.facts, "so_far": told}
        alert.save(update_fields=["facts"])
