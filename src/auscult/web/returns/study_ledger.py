"""Series by day from the house's own book and from what is listened to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import numpy as np
from django.utils.translation import gettext as _

from auscult.web.accounts.models import Actor
from auscult.web.listening.day_counts import mentions_by_day
from auscult.web.listening.models import Watch
from auscult.web.returns import queries, working
from auscult.web.returns.errors import ReturnsRefused
from auscult.web.returns.happening import told
from auscult.web.returns.outcome_models import OutcomeKind
from auscult.web.returns.study_tables import LONGEST_NAME, Table

DAY = timedelta(days=1)
MOST_DAYS = 1_000
MOST_BETS = 20  # as many channels as a mix takes
HOUR = 60.0


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


def mix_table(actor: Actor, *, kind: OutcomeKind, first: date, last: date) -> Table:
    """Return a kind's outcomes by day beside the hours that were worked for each bet.

    Of more bets than a mix can take those with the most hours are there.

    Raises
    ------
    ReturnsRefused
        Nobody worked for a bet in these days.
    """
    days = days_of(first, last)
    found = working.minutes(actor, first, last)
    hours: dict[str, dict[date, float]] = {}
    rows = zip(found.days.tolist(), found.purpose.tolist(), found.minutes.tolist(), strict=True)
    for day, purpose, minutes in rows:
        of_bet = hours.setdefault(found.purposes[purpose], {})
        of_bet[day] = of_bet.get(day, 0.0) + minutes / HOUR
    titles = {str(bet.pk): bet.title for bet in queries.bets(actor).order_by("pk")}
    known = [number for number in hours if number in titles and any(hours[number].values())]
    if not known:
        valid = _("days on which hours were recorded for bets; or else bring a file")
        raise ReturnsRefused("first_day", first.isoformat(), valid)
    most = sorted(known, key=lambda number: -sum(hours[number].values()))[:MOST_BETS]
    numbers = {kind.name: _filled(outcomes_by_day(actor, kind, first, last), days)}
    for number in most:
        name = titles[number][:LONGEST_NAME]
        numbers[name if name not in numbers else f"{name} ({number})"] = _filled(
            hours[number], days
        )
    return Table(times=days, places=[], numbers=numbers)
