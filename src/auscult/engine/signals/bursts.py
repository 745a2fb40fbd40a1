"""Bursts: more mentions than the hour of the week makes likely, seen early and once.

The model and its guarantee are told in docs/explanation/bursts.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from auscult.engine.kernel.errors import Correctable
from auscult.engine.signals.alarms import Alarm, Band, Phase
from auscult.engine.signals.hours import HOUR, hour_of_week, hours_of_week, zone_named
from auscult.engine.signals.negative_binomial import Floats, log_ratio, quantile, tail
from auscult.engine.signals.profile import Profile, learn
from auscult.engine.signals.state import NONE, State

TIMES_USUAL = np.array([1.5, 4.0, 12.0])  # sizes looked for: so many times the usual, more
POSTS_AN_HOUR = np.array([0.5, 1.0, 2.0, 4.0, 8.0])  # and so many mentions an hour more
SIZES = TIMES_USUAL.size + POSTS_AN_HOUR.size
MONTH_HOURS = 720.0
# The theorem bounds the mean time to a false alarm from below; as posts come whole, it is 2 to
# 3 times as long (measured over usual rates of 0.01 to 50 an hour), and 2 of it are used.
OVERSHOOT = 2.0
DAY = 86_400.0
LEARNED_HOURS = 168.0
_NEVER_BELOW = 1e-6  # mentions an hour


@dataclass(frozen=True, slots=True, kw_only=True)
class Bursts:
    """What is usual of many series, and when to raise an alarm.

    Attributes
    ----------
    keys : tuple of str
        The series.
    zone : str
        Whose clock the hours of the week follow.
    step : timedelta
        Length of an interval.
    rates : array of float, shape (series, 168)
        Usual mentions an hour.
    dispersion : array of float, shape (series,)
        Variance over mean of a count.
    learned : array of float, shape (series,)
        Covered hours of the past; below a week (168) a series raises no alarm yet.
    threshold : array of float, shape (series,)
        Evidence (a logarithm) beyond which there is a burst.
    least : int
        Fewer mentions than these never make one.

    Examples
    --------
    A watch with a mention an hour, four weeks of past, and then eight in one hour:

    >>> from datetime import UTC, datetime, timedelta
    >>> import numpy as np
    >>> monday = datetime(2026, 8, 3, tzinfo=UTC)
    >>> past = np.random.default_rng(1).poisson(1.0, (1, 4 * 168))
    >>> bursts = Bursts.fit(past, start=monday, step=timedelta(hours=1), keys=["waiting"])
    >>> state, alarms = bursts.update(bursts.begin(), [8], at=monday + timedelta(weeks=4))
    >>> [(alarm.key, alarm.phase.value, alarm.observed) for alarm in alarms]
    [('waiting', 'began', 8.0)]
    """

    keys: tuple[str, ...]
    zone: str
    step: timedelta
    rates: Floats
    dispersion: Floats
    learned: Floats
    threshold: Floats
    least: int

    @classmethod
    def fit(  # noqa: PLR0913 - each names one thing about the past
        cls,
        counts: ArrayLike,
        *,
        start: datetime,
        step: timedelta,
        keys: Sequence[str],
        covered: ArrayLike | None = None,
        zone: str = "UTC",
        false_alarms: ArrayLike = 1.0,
        least: int = 3,
    ) -> Bursts:
        """Learn from the past.

        Parameters
        ----------
        counts : array_like of int, shape (series, intervals)
            Mentions; eight to twelve weeks serve best.
        start : datetime
            Start of the first interval, aware, on the full hour.
        step : timedelta
            An hour, or a part of one: 30, 20, 15, 10, 5 minutes.
        keys : sequence of str
            Names of the series.
        covered : array_like of float, shape (intervals,) or (series, intervals), optional
            Share of each interval that was read; what wasn't is missing. Give holidays 0.
        zone : str
            Time zone whose hours of the week count.
        false_alarms : array_like of float, shape (series,), or a number
            How many a series may raise in 30 quiet days, above 0.
        least : int
            Fewer mentions never make a burst.

        Raises
        ------
        Correctable
            If shapes, the step, the start, the zone or the wished rate make no sense.
        """
        parts = _parts_of_hour(step)
        profile = _profile(*_by_hour(*_checked(counts, covered, keys), parts), start, zone)
        return cls(
            keys=tuple(keys),
            zone=zone,
            step=step,
            rates=np.maximum(profile.rates, _NEVER_BELOW),
            dispersion=profile.dispersion,
            learned=profile.covered,
            threshold=_thresholds(false_alarms, parts, len(keys)),
            least=least,
        )

    def begin(self) -> State:
        """Give a memory of nothing."""
        return State.empty(self.keys, SIZES)

    def update(
        self, state: State, counts: ArrayLike, *, at: datetime, covered: ArrayLike | None = None
    ) -> tuple[State, tuple[Alarm, ...]]:
        """Take in one interval of all series.

        Parameters
        ----------
        state : State
            As `begin` or the last update gave it, from this fit or an earlier one.
        counts : array_like of int, shape (series,)
            Mentions in the interval, complete.
        at : datetime
            Its start, aware, after the one before.
        covered : array_like of float, shape (series,) or a number, optional
            Share of it that was read, 0 to 1. Where it is 0 nothing changes.

        Returns
        -------
        State, tuple of Alarm
            The new memory (the old one is unchanged), and what began or ended.

        Raises
        ------
        Correctable
            If the interval isn't after the last one, or a shape is wrong.
        """
        second = _seconds(at)
        if second <= state.at:
            raise _refused("at", at.isoformat(), "a start after that of the last interval")
        known = state.only(self.keys)
        wide = None if covered is None else np.broadcast_to(covered, (len(self.keys),))[:, None]
        seen, read = _checked(np.asarray(counts)[:, None], wide, self.keys)
        read = np.where(self.learned >= LEARNED_HOURS, read[:, 0], 0.0)
        rows = np.flatnonzero(read > 0)
        changed = replace(_copied(known), at=second)
        if not rows.size:
            return changed, ()
        hour = self.rates[rows, hour_of_week(at, zone_named(self.zone))]
        spent = read[rows] * (self.step / HOUR)
        return changed, self._weigh(changed, rows, seen[rows, 0], hour * spent, spent)

    def scan(
        self,
        counts: ArrayLike,
        *,
        start: datetime,
        covered: ArrayLike | None = None,
        state: State | None = None,
    ) -> tuple[State, tuple[Alarm, ...]]:
        """Take in many intervals, shape (series, intervals), one after the other."""
        seen, read = _checked(counts, covered, self.keys)
        memory = self.begin() if state is None else state
        found: list[Alarm] = []
        for column in range(seen.shape[1]):
            moment = start.astimezone(UTC) + column * self.step
            memory, alarms = self.update(
                memory, seen[:, column], at=moment, covered=read[:, column]
            )
            found += alarms
        return memory, tuple(found)

    def band(self, *, start: datetime, size: int, covered: ArrayLike | None = None) -> Band:
        """Give what is usual of `size` intervals from `start`, for drawing."""
        zone = zone_named(self.zone)
        first = start.astimezone(UTC)
        hours = np.array([hour_of_week(first + n * self.step, zone) for n in range(size)], int)
        share = np.ones((1, size)) if covered is None else np.atleast_2d(np.asarray(covered, float))
        mean = self.rates[:, hours] * (self.step / HOUR) * share
        spread = np.broadcast_to(self.dispersion[:, None], mean.shape)
        # A week repeats, so few means are distinct.
        pairs, place = np.unique(
            np.stack([mean.ravel(), spread.ravel()]), axis=1, return_inverse=True
        )
        low, high = (quantile(edge, pairs[0], pairs[1])[place].reshape(mean.shape)
                     for edge in (0.025, 0.975))  # fmt: skip
        nothing = mean == 0
        return Band(expected=mean, low=np.where(nothing, 0, low), high=np.where(nothing, 0, high))

    def as_data(self) -> dict[str, Any]:
        """Give values that JSON can hold; `from_data` reads them back exactly."""
        return {
            "keys": list(self.keys),
            "zone": self.zone,
            "step": self.step.total_seconds(),
            "rates": self.rates.tolist(),
            "dispersion": self.dispersion.tolist(),
            "learned": self.learned.tolist(),
            "threshold": self.threshold.tolist(),
            "least": self.least,
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Bursts:
        """Read what `as_data` gave."""
        return cls(
            keys=tuple(data["keys"]),
            zone=data["zone"],
            step=timedelta(seconds=data["step"]),
            rates=np.array(data["rates"], np.float64).reshape(len(data["keys"]), -1),
            dispersion=np.array(data["dispersion"], np.float64),
            learned=np.array(data["learned"], np.float64),
            threshold=np.full(len(data["keys"]), data["threshold"], np.float64),
            least=int(data["least"]),
        )

    def _weigh(
        self, state: State, rows: NDArray[np.int64], seen: Floats, usual: Floats, hours: Floats
    ) -> tuple[Alarm, ...]:
        """Move the rows of a memory (in place: it is our own copy) by one interval."""
        mean = usual[:, None]
        more = np.concatenate([mean * TIMES_USUAL, hours[:, None] * POSTS_AN_HOUR], axis=1)
        gain = log_ratio(seen[:, None], mean, mean + more, self.dispersion[rows, None])
        _accumulate(state, rows, gain, seen, usual)
        state.calm[rows] += hours * 3600
        state.calm_seen[rows] += seen
        state.calm_usual[rows] += usual
        with np.errstate(divide="ignore"):
            score = np.log(state.evidence[rows].mean(1))
        best = state.evidence[rows].argmax(1)
        enough = state.seen[rows, best] >= self.least
        unlikely = (score > self.threshold[rows]) & enough
        alarms = self._ended(state, rows[~unlikely], score[~unlikely])
        return alarms + self._began(state, rows[unlikely], score[unlikely], best[unlikely])

    def _began(
        self, state: State, rows: NDArray[np.int64], score: Floats, best: NDArray[np.intp]
    ) -> tuple[Alarm, ...]:
        new = state.storm[rows] == NONE
        for row, size, fresh in zip(rows.tolist(), best.tolist(), new.tolist(), strict=True):
            if fresh:
                state.storm[row] = state.begun[row, size]
                state.storm_seen[row] = state.seen[row, size]
                state.storm_usual[row] = state.usual[row, size]
            else:
                state.storm_seen[row] += state.calm_seen[row]
                state.storm_usual[row] += state.calm_usual[row]
        for memory in (state.evidence, state.run, state.seen, state.usual):
            memory[rows] = 0.0
        state.begun[rows] = NONE
        for calm in (state.calm, state.calm_seen, state.calm_usual):
            calm[rows] = 0.0
        return self._alarms(state, rows[new], score[new], Phase.BEGAN)

    def _ended(self, state: State, rows: NDArray[np.int64], score: Floats) -> tuple[Alarm, ...]:
        over = (state.storm[rows] != NONE) & (state.calm[rows] >= DAY)
        alarms = self._alarms(state, rows[over], score[over], Phase.ENDED)
        state.storm[rows[over]] = NONE
        return alarms

    def _alarms(
        self, state: State, rows: NDArray[np.int64], score: Floats, phase: Phase
    ) -> tuple[Alarm, ...]:
        if not rows.size:
            return ()
        seen, usual, spread = state.storm_seen[rows], state.storm_usual[rows], self.dispersion[rows]
        chance = tail(seen, usual, spread)
        low, high = (quantile(edge, usual, spread) for edge in (0.025, 0.975))
        at = _moment(state.at) + self.step
        return tuple(
            Alarm(
                key=self.keys[row],
                phase=phase,
                since=_moment(int(state.storm[row])),
                at=at,
                observed=float(seen[n]),
                expected=float(usual[n]),
                low=int(low[n]),
                high=int(high[n]),
                probability=float(chance[n]),
                score=float(score[n]),
                threshold=float(self.threshold[row]),
            )
            for n, row in enumerate(rows.tolist())
        )


def _accumulate(
    state: State, rows: NDArray[np.int64], gain: Floats, seen: Floats, usual: Floats
) -> None:
    # Beyond e^600 an alarm has long begun, and more would overflow.
    state.evidence[rows] = np.exp(np.minimum(np.log1p(state.evidence[rows]) + gain, 600.0))
    run = np.maximum(state.run[rows] + gain, 0.0)
    lives = run > 0
    begun = np.where(state.begun[rows] == NONE, state.at, state.begun[rows])
    state.begun[rows] = np.where(lives, begun, NONE)
    state.seen[rows] = np.where(lives, state.seen[rows] + seen[:, None], 0.0)
    state.usual[rows] = np.where(lives, state.usual[rows] + usual[:, None], 0.0)
    state.run[rows] = run


def _copied(state: State) -> State:
    return State(
        keys=state.keys,
        at=state.at,
        **{
            name: getattr(state, name).copy()
            for name in State.__dataclass_fields__
            if name not in ("keys", "at")
        },
    )


def _profile(hourly: Floats, read: Floats, start: datetime, zone: str) -> Profile:
    """Learn the hours of the week from the first one on, which begins at `start`."""
    _check_start(start)
    hours, days = hours_of_week(start, hourly.shape[1], zone_named(zone))
    return learn(hourly, read, hours, days)


def _thresholds(false_alarms: ArrayLike, parts: int, series: int) -> Floats:
    """Return the scores that raise so many false alarms in a quiet month of intervals."""
    wished = np.asarray(false_alarms, np.float64)
    if wished.shape not in ((), (series,)) or not np.all(wished > 0):
        raise _refused("false_alarms", false_alarms, "a number above 0, or one for each series")
    return np.asarray(
        np.log(MONTH_HOURS * parts / (OVERSHOOT * np.broadcast_to(wished, (series,))))
    )


def _checked(
    counts: ArrayLike, covered: ArrayLike | None, keys: Sequence[str]
) -> tuple[Floats, Floats]:
    seen = np.asarray(counts, np.float64)
    if seen.ndim != 2 or len(seen) != len(keys):
        raise _refused("counts", f"of shape {seen.shape}", f"of shape ({len(keys)}, intervals)")
    read = np.ones(seen.shape) if covered is None else np.asarray(covered, np.float64)
    if read.shape not in (seen.shape, seen.shape[1:]):
        raise _refused("covered", f"of shape {read.shape}", f"of shape {seen.shape} like counts")
    read = np.broadcast_to(read, seen.shape)
    if not np.all((read >= 0) & (read <= 1)):
        raise _refused("covered", "below 0, above 1 or not a number", "a share from 0 to 1")
    if not np.all((seen >= 0) | (read == 0)):
        raise _refused("counts", "below 0 or not a number", "0 or more where covered")
    return seen, read


def _parts_of_hour(step: timedelta) -> int:
    if step <= timedelta(0) or HOUR % step:
        raise _refused("step", step, "an hour or a whole part of one, as 15 minutes")
    return HOUR // step


def _check_start(start: datetime) -> None:
    if start.tzinfo is None or start.astimezone(UTC).timestamp() % 3600:
        raise _refused("start", start, "aware and on the full hour of UTC")


def _by_hour(seen: Floats, read: Floats, parts: int) -> tuple[Floats, Floats]:
    whole = seen.shape[1] // parts * parts
    if whole == 0:
        raise _refused("counts", f"of {seen.shape[1]} intervals", "of an hour or more")
    cut = (len(seen), -1, parts)
    told = np.where(read > 0, seen, 0.0)[:, :whole].reshape(cut).sum(2)
    return told, read[:, :whole].reshape(cut).mean(2)


def _refused(field: str, value: object, valid: str) -> Correctable:
    return Correctable(
        f"{field} is {value}; it must be {valid}.",
        code="bad-series",
        field=field,
        hint="",
    )


def _seconds(at: datetime) -> int:
    if at.tzinfo is None:
        raise _refused("at", at, "aware of its time zone")
    return int(at.timestamp())


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
