"""What happened in a period, read once and shared among channels, bets, campaigns, ambassadors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from auscult.engine.returns.attribution import Attribution, attribute
from auscult.engine.returns.columns import Codes, Floats, by_two, firsts
from auscult.engine.returns.outcomes import Touches
from auscult.web.accounts.models import Actor
from auscult.web.returns import happening
from auscult.web.returns.outcome_columns import TOGETHER, apart
from auscult.web.returns.outcome_models import OutcomeKind
from auscult.web.returns.telling_engine import note, notes
from auscult.web.returns.telling_types import ChannelFacts, Note, OutcomeFacts, Question
from auscult.web.returns.telling_words import Told

WAYS = ("channel", "bet", "campaign", "ambassadors")  # in the order of `outcome_columns.apart`


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What happened.

    Attributes
    ----------
    happened : happening.Happened
    by : mapping of str to Attribution
        For each of `WAYS`.
    """

    happened: happening.Happened
    by: Mapping[str, Attribution]

    @property
    def counted(self) -> int:
        """Outcomes, once each."""
        return len(self.happened.merged.outcomes)

    @property
    def gained(self) -> float | None:
        """Money that came in with them; None where none did."""
        value = self.happened.merged.outcomes.value
        return None if np.isnan(value).all() else float(np.nansum(value))

    def outcomes(self, way: str) -> dict[str, float]:
        """Return the outcomes that each is credited with."""
        return {one.channel: one.outcomes for one in self.by[way].credits}

    def values(self, way: str) -> dict[str, float]:
        """Return the money that each is credited with."""
        return {one.channel: one.value for one in self.by[way].credits}

    def daily(self, first: np.datetime64, days: int) -> tuple[Floats, Floats]:
        """Return how many there were on each day, and the money that came in, both (days,)."""
        outcomes = self.happened.merged.outcomes
        day = (outcomes.at.astype("datetime64[D]") - first).astype(np.intp)
        day = np.clip(day, 0, days - 1)
        value = np.nan_to_num(outcomes.value)
        return (
            np.bincount(day, minlength=days).astype(np.float64),
            np.bincount(day, value, minlength=days).astype(np.float64),
        )


def brought(
    actor: Actor, kind: OutcomeKind, asked: Question, rule: str, window_days: int
) -> Brought:
    """Return what happened in a period, each outcome once, by each of `WAYS`.

    Raises
    ------
    NotAllowed, ReturnsRefused
    Correctable
        By data, with more channels than can be reckoned with.
    """
    found = happening.happened(actor, kind, asked.first, asked.last, by=TOGETHER)
    merged = found.merged
    assert merged.touches is not None
    chosen = happening.RULES[rule]
    touches = _sorted(merged.touches)
    return Brought(
        happened=found,
        by={
            way: attribute(
                merged.outcomes, part(touches, place), rule=chosen, window_days=window_days
            )
            for place, way in enumerate(WAYS)
        },
    )


def _sorted(touches: Touches) -> Touches:
    """Sort touches by outcome and moment, once for all ways."""
    order = by_two(touches.outcome, touches.at)
    return Touches(
        channels=touches.channels,
        channel=touches.channel[order],
        outcome=touches.outcome[order],
        at=touches.at[order],
    )


def part(touches: Touches, place: int) -> Touches:
    """Return sorted touches that are credited to several things at once, credited to one of them.

    Two of a moment that differ in the others alone become one.
    """
    names = [apart(one)[place] for one in touches.channels]
    known = {name: at for at, name in enumerate(sorted(set(names)))}
    code = np.array([known[name] for name in names], np.intp)[touches.channel]
    kept = np.ones(len(code), np.bool_)
    if len(known) < len(names):
        beside = _of_a_moment(touches)
        kept[beside] = False
        columns = (code, touches.at, touches.outcome)
        kept[beside[firsts(*(one[beside] for one in columns))]] = True
    return Touches(
        channels=tuple(known),
        channel=code[kept],
        outcome=touches.outcome[kept],
        at=touches.at[kept],
    )


def _of_a_moment(touches: Touches) -> Codes:
    """Give the rows of sorted touches that share outcome and moment with one beside them."""
    same = np.diff(touches.outcome) == 0
    same &= touches.at[1:] == touches.at[:-1]
    return np.flatnonzero(np.append(same, False) | np.append(False, same))


def outcome_facts(brought: Brought) -> OutcomeFacts:
    """Return what happened in plain values."""
    by, happened = brought.by["channel"], brought.happened
    said: list[Note] = [*notes(happened.merged.reasons), *notes(by.reasons)]
    if happened.unconverted:
        said.append(note(Told.UNCONVERTED, outcomes=happened.unconverted))
    return OutcomeFacts(
        told=happened.counted,
        counted=brought.counted,
        merged=happened.counted - brought.counted,
        dark=by.dark,
        assisted=by.assisted,
        untracked=happened.untracked,
        channels=tuple(
            ChannelFacts(
                channel=one.channel,
                outcomes=one.outcomes,
                value=one.value,
                touched=one.touched,
                assisted=one.assisted,
            )
            for one in by.credits
        ),
        gained=brought.gained,
        notes=tuple(said),
    )
