"""What a test of a claim says: numbers, a verdict, and reasons as codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """What may be said of a claim."""

    HOLDS = "holds here"
    DOES_NOT = "doesn't"
    CANNOT_TELL = "can't tell yet"


class Kind(StrEnum):
    """How the posts came to be of one group or the other."""

    OBSERVED = "observed"  # somebody chose
    DRAWN = "drawn"  # a draw chose


class Why(StrEnum):
    """Codes of what has to be said beside the numbers; `words` has a sentence for each."""

    # What was found
    MORE = "more"
    SMALLER_THAN_WORTHWHILE = "smaller-than-worthwhile"
    NOT_MORE = "not-more"
    LESS = "less"
    OPEN = "open"
    NEEDED = "needed"
    NEEDED_DAYS = "needed-days"
    NO_CONTRAST = "no-contrast"
    TOO_FAR_AWAY = "too-far-away"
    # What it doesn't exclude
    CHOSEN = "chosen"
    COMPARED_WITHIN = "compared-within"
    THESE_AUTHORS = "these-authors"
    DAYS_TOUCH = "days-touch"
    # What to know about the posts
    ONE_AUTHOR = "one-author"
    MANY_ZEROS = "many-zeros"
    AUDIENCE_UNKNOWN = "audience-unknown"
    UNSETTLED = "unsettled"
    UNCOUNTED = "uncounted"
    # How the interval came about
    ANY_DAY = "any-day"
    SEVERAL_CLAIMS = "several-claims"
    # How the experiment went
    ASSIGNED = "assigned"
    NOT_AS_DRAWN = "not-as-drawn"
    NOTHING_POSTED = "nothing-posted"
    BLOCK_OPEN = "block-open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A code with the numbers of its sentence."""

    why: Why
    numbers: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What the posts say of a claim.

    Attributes
    ----------
    claim : str
        Its key.
    kind : Kind
    verdict : Verdict
    ratio : float or None
        How many times as much the praised posts get, in the typical (geometric) mean of
        count + 1; None where nothing could be compared.
    low, high : float or None
        The ratios that can't be ruled out, on any day that one looks; None: no bound.
    level : float
        How often such an interval may ever miss, 0.05 for one claim alone.
    worthwhile : float
        The smallest ratio that matters.
    one, other : int
        Posts (of an experiment: days) of either group that could be compared.
    pairs : int
        Comparisons: pairs of posts, or of days.
    authors : int
    evidence : float
        Logarithm of the evidence that the ratio is above 1.
    against : float
        Logarithm of the evidence that it is below `worthwhile`.
    needed : int or None
        How many posts like these (of an experiment: days) it takes in all, four times in
        five, to tell `worthwhile` from no difference, to two digits; None where that can't
        be said.
    since, until : datetime or None
        First and last post.
    reasons : tuple of Reason
    """

    claim: str
    kind: Kind
    verdict: Verdict
    ratio: float | None
    low: float | None
    high: float | None
    level: float
    worthwhile: float
    one: int
    other: int
    pairs: int
    authors: int
    evidence: float
    against: float
    needed: int | None
    since: datetime | None
    until: datetime | None
    reasons: tuple[Reason, ...]

    @property
    def more(self) -> int | None:
        """How many posts (days) are still needed; 0 where there are enough."""
        if self.needed is None:
            return None
        return max(self.needed - self.one - self.other, 0)
