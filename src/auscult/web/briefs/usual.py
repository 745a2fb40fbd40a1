"""Whether a count is unusual beside some earlier ones."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

LEAST = 4  # earlier counts below which nothing is called unusual
# Student's t, two-sided 95 %, by degrees of freedom from 3 on (any table; scipy.stats.t.ppf).
STUDENT = (3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A count beside what is usual.

    Attributes
    ----------
    expected : float
        The centre of the earlier counts.
    low, high : int
        Within these, a count is as usual.
    score : float
        How far outside it is, in half-widths of the interval from its middle: beyond 1 or
        below -1 it is unusual.
    """

    count: int
    expected: float
    low: int
    high: int
    score: float

    @property
    def unusual(self) -> bool:
        """Whether chance and the habit of earlier counts don't explain it."""
        return abs(self.score) > 1


def compare(count: int, earlier: Sequence[int]) -> Compared | None:
    """Hold a count against earlier ones of equally long times; None where they are too few.

    The interval is Student's for one more value, on a scale where Poisson counts have a
    standard deviation of one (Anscombe 1948), never narrower than chance alone makes it.

    >>> compare(12, [10, 9, 14, 11, 12, 8]).unusual
    False
    >>> compare(60, [10, 9, 14, 11, 12, 8]).unusual
    True
    """
    if len(earlier) < LEAST:
        return None
    scaled = [_scale(number) for number in earlier]
    middle = statistics.fmean(scaled)
    spread = max(1.0, statistics.stdev(scaled))
    student = STUDENT[min(len(scaled) - LEAST, len(STUDENT) - 1)]
    half = student * spread * math.sqrt(1 + 1 / len(scaled))
    score = (_scale(count) - middle) / half
    return Compared(
        count=count,
        expected=_count(middle),
        low=math.ceil(_count(middle - half)),
        high=math.floor(_count(middle + half)),
        score=score,
    )


def _scale(count: int) -> float:
    return 2 * math.sqrt(count + 0.375)


def _count(scaled: float) -> float:
    return max(0.0, (max(0.0, scaled) / 2) ** 2 - 0.375)
