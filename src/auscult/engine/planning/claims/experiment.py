"""Experiments read back from the archive and judged by the draw alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from auscult.engine.planning.claims import features, judging
from auscult.engine.planning.claims.definitions import Claim, Feature
from auscult.engine.planning.claims.evidence import Blocks, Units
from auscult.engine.planning.claims.features import Flags, Floats, Whole
from auscult.engine.planning.claims.findings import Finding, Kind, Reason, Why
from auscult.engine.planning.claims.judging import Judged
from auscult.engine.planning.claims.pairs import SETTLED
from auscult.engine.planning.claims.power import units_needed
from auscult.engine.planning.claims.schedule import (
    Experiment,
    Schedule,
    Side,
    Slot,
    patterns,
    utc,
)

WINDOW = timedelta(minutes=45)
_WEEK = 7
_EPOCH = date(1970, 1, 1).toordinal()
_TIMES = (Feature.HOUR, Feature.WEEKDAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of a slot.

    Attributes
    ----------
    slot : Slot
    over : bool
        The day is over, and its posts have had time to be answered.
    posts : int
        The author's posts of that day, but for answers and reposts.
    unsettled, uncounted : int
        Those of them whose counts were read too soon, or not at all.
    as_drawn : bool
        One of them was posted when and as it was drawn.
    outcome : float or None
        Mean logarithm of (count + 1) over the others.
    audience : float or None
        Mean logarithm of the author's followers, where all of these say it.
    """

    slot: Slot
    over: bool
    posts: int
    unsettled: int
    uncounted: int
    as_drawn: bool
    outcome: float | None
    audience: float | None


@dataclass(frozen=True, slots=True)
class _Own:
    """What is known of the author's posts, by post."""

    days: Whole
    moments: Whole
    settled: Flags
    outcomes: Floats  # not a number where nothing was counted
    audience: Floats
    fits: dict[Side, Flags]


def read_back(
    schedule: Schedule,
    posts: pa.Table,
    *,
    now: datetime,
    after: timedelta = SETTLED,
    window: timedelta = WINDOW,
) -> tuple[Kept, ...]:
    """See in the archive what was really posted.

    Parameters
    ----------
    schedule : Schedule
    posts : Table of `engine.kernel.posts.SCHEMA`
        The author's, and anybody else's, who are ignored.
    now : datetime
    after : timedelta
        How long a post is given to be answered.
    window : timedelta
        How far from the time drawn a post may be and still be as drawn.
    """
    own = _own(posts, schedule.experiment, after)
    return tuple(_kept(slot, own, now, after, window) for slot in schedule.slots)


def analyse(
    schedule: Schedule,
    posts: pa.Table,
    *,
    now: datetime,
    level: float = 0.05,
    after: timedelta = SETTLED,
) -> Finding:
    """Judge an experiment as far as it has come; parameters as those of `read_back`.

    Days count for the side that was drawn for them, whatever was posted. A block counts when
    all of its days are over.

    Raises
    ------
    Correctable
        `level` isn't between 0 and 1.
    """
    return judge_days(schedule, read_back(schedule, posts, now=now, after=after), level=level)


def judge_days(schedule: Schedule, kept: tuple[Kept, ...], *, level: float = 0.05) -> Finding:
    """Judge an experiment by what was read back of each of its days, in their order.

    Raises
    ------
    Correctable
        `level` isn't between 0 and 1.
    """
    judging.check_level(level)
    blocks = as_blocks(schedule.experiment, kept)
    claim = schedule.experiment.claim
    said = judging.judge(blocks, claim.worthwhile, level)
    return _finding(claim, kept, blocks, said, level)


def _finding(
    claim: Claim, kept: tuple[Kept, ...], blocks: Blocks, said: Judged, level: float
) -> Finding:
    pairs = blocks.size
    singles = Units(values=blocks.differences[blocks.present], weights=np.ones(pairs))
    needed = _days(singles, claim, level) if pairs >= judging.FEWEST else None
    over = [one.slot.at.astimezone(UTC) for one in kept if one.over]
    return Finding(
        claim=claim.key,
        kind=Kind.DRAWN,
        verdict=said.verdict,
        ratio=said.ratio,
        low=said.low,
        high=said.high,
        level=level,
        worthwhile=claim.worthwhile,
        one=pairs,
        other=pairs,
        pairs=pairs,
        authors=1,
        evidence=said.evidence,
        against=said.against,
        needed=needed,
        since=min(over, default=None),
        until=max(over, default=None),
        reasons=(
            *judging.reasons(said, claim.worthwhile, needed, 2 * pairs, Kind.DRAWN),
            *_course(kept),
            Reason(why=Why.DAYS_TOUCH),
            Reason(why=Why.THESE_AUTHORS, numbers=(("authors", 1),)),
            *judging.of_looks(level, 1),
        ),
    )


def days_needed(
    posts: pa.Table, experiment: Experiment, *, level: float = 0.05, chance: float = 0.8
) -> int | None:
    """Give how many days an experiment takes to show a worthwhile effect, from the past.

    The author's days are compared with those a week later; how much these differ without
    any experiment says how much noise there is. None where the past has fewer than eight such
    pairs, or no number of days would do.
    """
    own = _own(posts, experiment, SETTLED)
    ripe = own.settled & np.isfinite(own.outcomes)
    means = {
        int(day): float(own.outcomes[ripe & (own.days == day)].mean())
        for day in np.unique(own.days[ripe])
        if date.fromordinal(int(day) + _EPOCH).weekday() in experiment.weekdays
    }
    apart = [means[day + _WEEK] - mean for day, mean in means.items() if day + _WEEK in means]
    if len(apart) < judging.FEWEST:
        return None
    seen = Units(values=np.array(apart), weights=np.ones(len(apart)))
    return _days(seen, experiment.claim, level, chance)


def as_blocks(experiment: Experiment, kept: tuple[Kept, ...]) -> Blocks:
    """Give the differences between the two days of each weekday, in blocks that are over."""
    size = len(experiment.weekdays)
    rows = [kept[at : at + 2 * size] for at in range(0, len(kept), 2 * size)]
    rows = [row for row in rows if all(one.over for one in row)]
    possible = patterns(size)
    differences = np.zeros((len(rows), size))
    present = np.zeros((len(rows), size), np.bool_)
    turns = np.ones((len(rows), len(possible), size))
    for number, row in enumerate(rows):
        first = np.array([1 if one.slot.side is Side.ONE else -1 for one in row[:size]])
        turns[number] = possible * first
        for place, (early, late) in enumerate(zip(row[:size], row[size:], strict=True)):
            apart = _apart(early, late)
            if apart is not None:
                present[number, place] = True
                differences[number, place] = first[place] * apart
    return Blocks(differences=differences, present=present, turns=turns)


def _own(posts: pa.Table, experiment: Experiment, after: timedelta) -> _Own:
    claim = experiment.claim
    theirs = pc.and_(
        pc.equal(posts.column("source"), experiment.source),
        pc.equal(posts.column("author"), experiment.author),
    )
    mine = posts.filter(pc.fill_null(theirs, fill_value=False))
    mine = mine.filter(pa.array(features.own_words(mine)))
    return _Own(
        days=features.local_days(mine, claim.zone),
        moments=features.moments(mine),
        settled=features.settled(mine, after),
        outcomes=np.log1p(features.counts(claim.outcome, mine)),
        audience=np.log(features.followers(mine)),
        fits=_fits(claim, mine),
    )


def _fits(claim: Claim, posts: pa.Table) -> dict[Side, Flags]:
    """Say which posts are as either side wants them; when they were posted is seen elsewhere."""
    if all(condition.feature in _TIMES for condition in claim.one):
        every = np.ones(posts.num_rows, np.bool_)
        return {Side.ONE: every, Side.OTHER: every}
    one, other = features.groups(claim, posts)
    return {Side.ONE: one, Side.OTHER: other}


def _kept(slot: Slot, own: _Own, now: datetime, after: timedelta, window: timedelta) -> Kept:
    rows = np.flatnonzero(own.days == slot.day.toordinal() - _EPOCH)
    near = np.abs(own.moments[rows] - utc(slot.at)) <= window // timedelta(microseconds=1)
    told = rows[own.settled[rows] & np.isfinite(own.outcomes[rows])]
    unsettled = int((~own.settled[rows]).sum())
    audience = float(own.audience[told].mean()) if told.size else math.nan
    end = datetime.combine(slot.day + timedelta(days=1), time(), slot.at.tzinfo)
    return Kept(
        slot=slot,
        over=end + after <= now,
        posts=rows.size,
        unsettled=unsettled,
        uncounted=rows.size - told.size - unsettled,
        as_drawn=bool((near & own.fits[slot.side][rows]).any()),
        outcome=float(own.outcomes[told].mean()) if told.size else None,
        audience=audience if math.isfinite(audience) else None,
    )


def _apart(early: Kept, late: Kept) -> float | None:
    if early.outcome is None or late.outcome is None:
        return None
    apart = early.outcome - late.outcome
    if early.audience is None or late.audience is None:
        return apart
    return apart - (early.audience - late.audience)


def _days(seen: Units, claim: Claim, level: float, chance: float = 0.8) -> int | None:
    pairs = units_needed(seen, math.log(claim.worthwhile), level=level, chance=chance)
    return None if pairs is None else judging.rounded(2 * pairs)


def _course(kept: tuple[Kept, ...]) -> list[Reason]:
    """Say how the experiment went."""
    over = [one for one in kept if one.over]
    empty = sum(not one.posts for one in over)
    strayed = sum(not one.as_drawn for one in over if one.posts)
    told = [Reason(why=Why.ASSIGNED)]
    if strayed:
        numbers = (("days", strayed), ("of", len(over)))
        told.append(Reason(why=Why.NOT_AS_DRAWN, numbers=numbers))
    if empty:
        told.append(Reason(why=Why.NOTHING_POSTED, numbers=(("days", empty),)))
    for why, posts in (
        (Why.UNSETTLED, sum(one.unsettled for one in over)),
        (Why.UNCOUNTED, sum(one.uncounted for one in over)),
    ):
        if posts:
            told.append(Reason(why=why, numbers=(("posts", posts),)))
    running = {one.slot.block for one in kept if not one.over}
    if waiting := sum(one.slot.block in running for one in over):
        told.append(Reason(why=Why.BLOCK_OPEN, numbers=(("days", waiting),)))
    return told
