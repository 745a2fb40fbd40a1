"""Series by day from the house's own book and from what is listened to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np
from django.utils.translation import gettext as _

from auscult.web.accounts.models import Actor
from auscult.web.listening.day_counts import mentions_by_day
from auscult.web.listening.models import Watch
from auscult.web.returns import queries
from auscult.web.returns.errors import ReturnsRefused
from auscult.web.returns.happening import told
from auscult.web.returns.outcome_models import OutcomeKind
from auscult.web.returns.study_tables import Table

DAY = timedelta(days=1)
MOST_DAYS = 1_000


def days_of(first: date, last: date) -> list[date]:
    """Return the days of a time, both ends included.

    Raises
    ------
    ReturnsRefused
    """
    count = (last - first).days + 1
    if not 3 <= count <= MOST_DAYS:
        span = f"{first.isoformat()} – {last.isoformat()}"
        raise ReturnsRefused("first_day", span, _("from 3 to 1,000 days, the first one first"))
    return [first + at * DAY for at in range(count)]


def outcomes_by_day(actor: Actor, kind: OutcomeKind, first: date, last: date) -> dict[date, float]:
    """Return how many outcomes of a kind there were on each day of the house, each once."""
    days, counts = np.unique(
        told(actor, kind, first, last).outcomes.at.astype("datetime64[D]"), return_counts=True
    )
    return dict(zip(days.tolist(), map(float, counts), strict=True))


def choices(actor: Actor) -> list[tuple[str, str]]:
    """Return what may serve as a control, each with its name: other kinds, and watches."""
    kinds = [(f"kind:{one.pk}", one.name) for one in queries.kinds(actor)]
    mentions = _("mentions: %(name)s")
    ours = Watch.objects.filter(organisation_id=actor.organisation_id).order_by("name", "pk")
    return [*kinds, *((f"watch:{one.pk}", mentions % {"name": one.name}) for one in ours)]


def table(
    actor: Actor, *, kind: OutcomeKind, first: date, last: date, controls: Sequence[str] = ()
) -> Table:
    """Return a kind's outcomes by day, with some of `choices` beside them.

    Days without an outcome are 0. Days on which a watch wasn't read stop it from being a control:
    a hole would be taken for silence.

    Raises
    ------
    ReturnsRefused, ReturnsUnknown
    """
    days = days_of(first, last)
    names = dict(choices(actor))
    numbers = {kind.name: _filled(outcomes_by_day(actor, kind, first, last), days)}
    for control in controls:
        sort, _colon, number = control.partition(":")
        if control not in names or names[control] in numbers:
            raise ReturnsRefused("controls", control, _("some of those that the page lists"))
        if sort == "kind":
            found = outcomes_by_day(actor, queries.kind(actor, number), first, last)
            numbers[names[control]] = _filled(found, days)
        else:
            heard = mentions_by_day(actor, int(number), first, last)
            if len(heard) < len(days):
                whole = _("a watch that was read on all days from %(first)s to %(last)s")
                told = whole % {"first": first.isoformat(), "last": last.isoformat()}
                raise ReturnsRefused("controls", names[control], told)
            numbers[names[control]] = [heard[day] for day in days]
    return Table(times=days, places=[], numbers=numbers)


def _filled(found: Mapping[date, float], days: Sequence[date]) -> list[float]:
    return [found.get(day, 0.0) for day in days]
