"""Findings of the engine as data that a row keeps, and back; and what they say in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, gettext_noop

from auscult.engine.planning.claims import (
    Finding,
    Kept,
    Kind,
    Looks,
    Reason,
    Schedule,
    Verdict,
    Why,
    say,
)
from auscult.web.goals.amounts import amount

MOST_LOOKS = 150
PLAIN = (
    "claim", "ratio", "low", "high", "level", "worthwhile", "one", "other", "pairs", "authors",
    "evidence", "against", "needed",
)  # fmt: skip
READ_BACK = ("over", "posts", "unsettled", "uncounted", "as_drawn", "outcome", "audience")
WORDS = {
    Verdict.HOLDS: gettext_noop("holds here"),
    Verdict.DOES_NOT: gettext_noop("doesn't"),
    Verdict.CANNOT_TELL: gettext_noop("can't tell yet"),
}
BADGES = {Verdict.HOLDS: "good", Verdict.DOES_NOT: "warn", Verdict.CANNOT_TELL: "info"}
FOUND = frozenset({
    Why.MORE, Why.SMALLER_THAN_WORTHWHILE, Why.NOT_MORE, Why.LESS, Why.OPEN, Why.NEEDED,
    Why.NEEDED_DAYS, Why.NO_CONTRAST, Why.TOO_FAR_AWAY,
})  # fmt: skip


def as_data(finding: Finding) -> dict[str, Any]:
    """Return a finding as JSON has it."""
    return {
        **{name: getattr(finding, name) for name in PLAIN},
        "kind": finding.kind.value,
        "verdict": finding.verdict.value,
        "since": finding.since.isoformat() if finding.since else None,
        "until": finding.until.isoformat() if finding.until else None,
        "reasons": [[one.why.value, dict(one.numbers)] for one in finding.reasons],
    }


def from_data(data: Mapping[str, Any]) -> Finding:
    """Return what `as_data` was given."""
    return Finding(
        **{name: data[name] for name in PLAIN},
        kind=Kind(data["kind"]),
        verdict=Verdict(data["verdict"]),
        since=_moment(data["since"]),
        until=_moment(data["until"]),
        reasons=tuple(
            Reason(why=Why(why), numbers=tuple(numbers.items())) for why, numbers in data["reasons"]
        ),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def looks_as_data(looks: Looks) -> list[list[float]]:
    """Return evidence over time: microseconds since 1970, for more, for less; the last always."""
    rows = list(
        zip(looks.at.tolist(), looks.evidence.tolist(), looks.reverse.tolist(), strict=True)
    )
    every = max(1, -(-len(rows) // MOST_LOOKS))
    return [[at, round(more, 3), round(less, 3)] for at, more, less in rows[::-1][::every][::-1]]


def kept_as_data(kept: Sequence[Kept]) -> list[dict[str, Any]]:
    """Return what became of each day as JSON has it, in the order of the days."""
    return [{name: getattr(one, name) for name in READ_BACK} for one in kept]


def kept_from_data(schedule: Schedule, data: Sequence[Mapping[str, Any]]) -> tuple[Kept, ...]:
    """Return what `kept_as_data` was given; nothing, before anything was read back."""
    if not data:
        return ()
    return tuple(
        Kept(slot=slot, **values) for slot, values in zip(schedule.slots, data, strict=True)
    )


def with_what_was_known(known: Sequence[Kept], now: Sequence[Kept]) -> tuple[Kept, ...]:
    """Return days as they are read now, but those whose posts the archive has lost as they were.

    What a source keeps is forgotten after a time, and a trial may take longer.
    """
    if not known:
        return tuple(now)
    return tuple(
        replace(then, over=one.over) if then.posts > one.posts else one
        for then, one in zip(known, now, strict=True)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A finding in words.

    Attributes
    ----------
    found : tuple of str
        What was found, and what a better answer would take.
    caveats : tuple of str
        What it doesn't exclude, and what to know about the posts.
    """

    verdict: str
    badge: str
    found: tuple[str, ...]
    caveats: tuple[str, ...]


def in_words(finding: Finding) -> Said:
    """Say a finding in the language of who asks."""
    parts = [(one.why in FOUND, say(one, gettext, amount)) for one in finding.reasons]
    return Said(
        verdict=gettext(WORDS[finding.verdict]),
        badge=BADGES[finding.verdict],
        found=tuple(text for found, text in parts if found),
        caveats=tuple(text for found, text in parts if not found),
    )
