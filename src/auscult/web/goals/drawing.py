"""Series of readings, to draw: beside a name, and large with target and deadline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from auscult.web.goals.models import Objective, Reading
from auscult.web.goals.standing import Seen, Standing

WIDTH, HEIGHT = 1000.0, 100.0  # of a drawing's own units
MARGIN = 0.06  # of the height, so that no line runs along an edge
DAYS_NAMED = 5
Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """From days and values to a drawing's own units."""

    first: date
    last: date
    low: float
    high: float

    def x(self, day: date) -> float:
        """Return where a day stands."""
        return round(WIDTH * (day - self.first).days / max(1, (self.last - self.first).days), 1)

    def y(self, value: float) -> float:
        """Return where a value stands; one that lies outside, at the edge."""
        inner = HEIGHT * (1 - 2 * MARGIN)
        share = (value - self.low) / (self.high - self.low)
        return round(min(HEIGHT, max(0.0, HEIGHT * MARGIN + inner * (1 - share))), 1)


def frame(days: Iterable[date], values: Iterable[float]) -> Frame:
    """Return the frame that holds all of them."""
    known_days, known = list(days), list(values)
    low, high = min(known), max(known)
    if low == high:
        low, high = low - 1, high + 1
    return Frame(first=min(known_days), last=max(known_days), low=low, high=high)


def points(pairs: Iterable[Point]) -> str:
    """Return points as SVG has them."""
    return " ".join(f"{x:g},{y:g}" for x, y in pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spark:
    """A small series: its line, its last point, and where the target lies."""

    line: str
    last: Point
    target_y: float


def spark(objective: Objective, readings: Sequence[Reading | Seen]) -> Spark | None:
    """Return the small series of an objective; None where there are less than two readings."""
    if len(readings) < 2:
        return None
    values = [one.value for one in readings]
    held = frame([one.day for one in readings], [*values, objective.baseline, objective.target])
    line = [(held.x(one.day), held.y(one.value)) for one in readings]
    return Spark(line=points(line), last=line[-1], target_y=held.y(objective.target))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A reading in the drawing."""

    x: float
    y: float
    reading: Reading | Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """The series of an objective with where it shall go.

    Attributes
    ----------
    way : str
        From the baseline to the target at the deadline, as a line's points.
    ahead : str
        What is expected, as a line's points; empty without a forecast.
    half, most : str
        Outlines of where it lies in 50 and in 90 of 100 cases.
    today_x : float or None
        None where today lies outside.
    days : tuple of date
        Days that are named under it, at equal distances.
    """

    high: float
    low: float
    line: str
    dots: tuple[Dot, ...]
    way: str
    ahead: str
    half: str
    most: str
    target_y: float
    deadline_x: float
    today_x: float | None
    days: tuple[date, ...]


def drawing(standing: Standing, today: date) -> Drawing:
    """Return the series of an objective, from its baseline to its deadline or its last reading.

    Readings, target and the inner half of the forecast are always inside; the rest of the
    forecast is cut where it would make them small.
    """
    objective, readings = standing.objective, standing.readings
    path = standing.outlook.path if standing.outlook else ()
    days = [objective.baseline_on, objective.deadline, *(one.day for one in readings)]
    values = [objective.baseline, objective.target, *(one.value for one in readings)]
    inner = [value for one in path for value in (one.low50, one.high50)]
    held = frame(days, [*values, *_near(values, inner)])
    dots = tuple(Dot(x=held.x(one.day), y=held.y(one.value), reading=one) for one in readings)
    start = (held.x(objective.baseline_on), held.y(objective.baseline))
    end = (held.x(objective.deadline), held.y(objective.target))
    joint = [(dots[-1].x, dots[-1].y)] if dots and path else []
    span = held.last - held.first
    return Drawing(
        high=held.high,
        low=held.low,
        line=points((one.x, one.y) for one in dots),
        dots=dots,
        way=points((start, end)),
        ahead=points([*joint, *((held.x(one.day), held.y(one.central)) for one in path)]),
        half=_band(held, joint, [(one.day, one.low50, one.high50) for one in path]),
        most=_band(held, joint, [(one.day, one.low90, one.high90) for one in path]),
        target_y=end[1],
        deadline_x=end[0],
        today_x=held.x(today) if held.first <= today <= held.last else None,
        days=tuple(
            held.first + timedelta(days=round(part * span.days / (DAYS_NAMED - 1)))
            for part in range(DAYS_NAMED)
        ),
    )


def _near(known: Sequence[float], inner: Sequence[float]) -> list[float]:
    """Return the ends of a forecast, cut at the room that what is known takes itself."""
    room = max(known) - min(known)
    low, high = min(known) - room, max(known) + room
    return [min(high, max(low, value)) for value in inner]


def _band(held: Frame, joint: list[Point], rows: Sequence[tuple[date, float, float]]) -> str:
    """Return an outline: forth along the upper edge, back along the lower."""
    forth = [(held.x(day), held.y(high)) for day, _low, high in rows]
    back = [(held.x(day), held.y(low)) for day, low, _high in reversed(rows)]
    return points([*joint, *forth, *back])
