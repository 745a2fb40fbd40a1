"""Taking readings from where they come: figures of Auscult, and addresses with JSON.

Once a day of the house. What is due stands on the objective, claimed by a conditional UPDATE;
nothing is asked inside of a transaction.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from time import monotonic

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.http import Network, Reach, user_agent
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.queries import time_zone
from auscult.web.goals import figures, queries
from auscult.web.goals.models import Objective, Origin, Reading, SourceKind
from auscult.web.goals.pointing import number_at
from auscult.web.goals.reading_actions import Given, save_readings

HELD = timedelta(minutes=5)  # a claim; longer than any answer takes
TIMEOUT, TOTAL = 10.0, 20.0  # seconds of a step and of a whole answer
MOST_BYTES = 1 << 20
AT_ONCE = 20
SLICE = 5.0  # seconds after which nothing more is asked in a round
LATE = timedelta(days=7)  # mentions of a day may arrive so much later
LONGEST = timedelta(days=5 * 366)  # so far back a figure is taken at first
AT = time(1)  # of the house's night
AGAIN = timedelta(hours=1)  # after a failure that may pass
DAY = timedelta(days=1)


def take_readings(actor: Actor, *, network: Network | None = None, seconds: float = SLICE) -> bool:
    """Take the readings that are due, for about so long; return whether there are more."""
    require(actor, Right.WORK, "take readings")
    until = monotonic() + seconds
    for objective in due(actor)[:AT_ONCE]:
        if monotonic() > until:  # other work waits in the same thread
            return True
        if not claim(actor, objective):
            continue
        try:
            given, origin = _given(actor, objective, network)
            if given:
                save_readings(actor, objective=objective, given=given, origin=origin)
        except (Correctable, Remote) as error:
            note_failure(actor, objective, error)
        else:
            note_success(actor, objective)
    return due(actor).exists()


def due(actor: Actor) -> QuerySet[Objective]:
    """Return the objectives whose source is to be asked now, the longest waiting first."""
    now = actor.clock.now()
    free = Q(locked_until=None) | Q(locked_until__lt=now)
    waiting = queries.open_objectives(actor).filter(free, next_attempt__lte=now)
    return waiting.order_by("next_attempt")


@transaction.atomic
def claim(actor: Actor, objective: Objective) -> bool:
    """Take an objective, unless somebody else did; say whether."""
    until = actor.clock.now() + HELD
    same = due(actor).filter(pk=objective.pk, next_attempt=objective.next_attempt)
    return bool(Objective.objects.filter(pk__in=same.values("pk")).update(locked_until=until))


@transaction.atomic
def note_success(actor: Actor, objective: Objective) -> None:
    """Write down that a source answered, and when it is asked next: in the coming night."""
    now = actor.clock.now()
    _held(objective).update(
        locked_until=None, source_error="", read_at=now, next_attempt=_next_night(actor)
    )


@transaction.atomic
def note_failure(actor: Actor, objective: Objective, error: Correctable | Remote) -> None:
    """Write down why there is no reading, and when it is tried again."""
    after = _next_night(actor)
    if isinstance(error, Remote) and not error.permanent:
        wait = max(AGAIN, timedelta(seconds=error.retry_after or 0))
        after = min(after, actor.clock.now() + wait)
    said = str(error).replace("\0", "")[:1000]  # names of an answer may stand in it
    _held(objective).update(locked_until=None, source_error=said, next_attempt=after)


def _held(objective: Objective) -> QuerySet[Objective]:
    """Return an objective, as long as it asks what was asked: a person may have changed it."""
    return Objective.objects.filter(
        pk=objective.pk, next_attempt=objective.next_attempt, source_kind=objective.source_kind
    )


def _next_night(actor: Actor) -> datetime:
    zone = time_zone(actor)
    tomorrow = actor.clock.now().astimezone(zone).date() + DAY
    return datetime.combine(tomorrow, AT, zone)


def _given(
    actor: Actor, objective: Objective, network: Network | None
) -> tuple[list[Given], Origin]:
    if objective.source_kind == SourceKind.FIGURE:
        return _of_figure(actor, objective), Origin.FIGURE
    if objective.source_kind != SourceKind.WEB or not objective.may_ask:
        return [], Origin.WEB
    today = queries.today(actor)
    value = _asked(objective.source["address"], objective.source["path"], network)
    return _but_by_hand(objective, [Given(day=today, value=value)], Origin.WEB), Origin.WEB


def _asked(address: str, path: str, network: Network | None) -> float:
    """Return the number that an address answers with now.

    Raises
    ------
    AddressRefused, Remote, NotThere
    """
    options = settings.AUSCULT
    reaching = network or Network(Reach(options.reach), user_agent=user_agent(options.contact))
    with reaching.client(timeout=TIMEOUT, total=TOTAL) as client:
        accepted = {"Accept": "application/json"}
        answer = client.get(address, headers=accepted, max_bytes=MOST_BYTES)
        return number_at(answer.raise_for_status().json(), path)


def _of_figure(actor: Actor, objective: Objective) -> list[Given]:
    """Return the values of a figure since its last days, which may have changed still."""
    figure = figures.figure(objective.source["figure"])
    of = objective.source["of"]
    if figure is None or of not in {number for number, _name in figure.of(actor)}:
        raise Correctable(
            _("What the readings came from is gone."),
            code="goal-figure",
            field="figure",
            hint=_("Choose another figure, or type readings in."),
        )
    yesterday = queries.today(actor) - DAY
    first = max(objective.baseline_on, yesterday - LONGEST)
    taken = queries.readings(actor, objective).filter(origin=Origin.FIGURE).last()
    if taken is not None:
        first = max(first, taken.day - LATE)
    if first > yesterday:
        return []
    values = figure.values(actor, of, first, yesterday)
    given = [Given(day=day, value=float(value)) for day, value in sorted(values.items())]
    return _but_by_hand(objective, given, Origin.FIGURE)


def _but_by_hand(objective: Objective, given: list[Given], origin: Origin) -> list[Given]:
    """Leave days alone for which a person said something else."""
    if not given:
        return []
    days = (given[0].day, given[-1].day)
    others = Reading.objects.filter(objective=objective, day__range=days).exclude(origin=origin)
    by_hand = set(others.values_list("day", flat=True))
    return [one for one in given if one.day not in by_hand]
