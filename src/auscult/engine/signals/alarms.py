"""What a detector of bursts says: alarms with their reasons, and bands for drawing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from auscult.engine.signals.negative_binomial import Floats, Whole


class Phase(StrEnum):
    """Where an alarm stands."""

    BEGAN = "began"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One storm of one series, when it is first seen or when it is over.

    Attributes
    ----------
    key : str
        The series.
    phase : Phase
        `began`, or `ended` once a day (covered time) has passed without anything unlikely.
    since : datetime
        When it seems to have begun (UTC); an estimate, the start of an interval.
    at : datetime
        The end of the interval that made us say so (UTC).
    observed, expected : float
        Mentions from `since` to `at`, and how many are usual in that time. When it has
        ended, those of the whole storm up to its last unlikely interval.
    low, high : int
        19 times in 20 that time holds no fewer and no more.
    probability : float
        Of that many or more in that time, if all were as usual. The time was picked because
        it stands out, so this isn't the rate of false alarms.
    score : float
        Logarithm of the evidence for a burst; the alarm began because it passed `threshold`.
    threshold : float
    """

    key: str
    phase: Phase
    since: datetime
    at: datetime
    observed: float
    expected: float
    low: int
    high: int
    probability: float
    score: float
    threshold: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """What is usual of each interval; arrays of shape (series, intervals).

    `expected` is the mean; from `low` to `high` lie 19 of 20 intervals or more. Where
    nothing was covered all three are 0.
    """

    expected: Floats
    low: Whole
    high: Whole
