"""What was counted, by time and place, from whatever table it comes in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.words import gettext as _

Floats = NDArray[np.float64]
Moment = date | int


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Evenly spaced series side by side, without holes.

    Attributes
    ----------
    times : tuple of date or int
        Ascending; numbers for years and other counted steps.
    names : tuple of str
        Places, service lines or other series.
    values : array of float, shape (times, names)
    """

    times: tuple[Moment, ...]
    names: tuple[str, ...]
    values: Floats

    def __post_init__(self) -> None:
        """Refuse what isn't evenly spaced and whole."""
        if self.values.shape != (len(self.times), len(self.names)):
            raise _refused(
                "values",
                _("has the shape {shape}").format(shape=self.values.shape),
                _(
                    "Give one row for each of {times} times, one column for each of {names} names."
                ).format(times=len(self.times), names=len(self.names)),
            )
        if len(set(self.names)) < len(self.names):
            raise _refused("names", _("names a series twice"), _("Give each its own name."))
        _check_spacing(self.times)
        holes = np.argwhere(~np.isfinite(self.values))
        if holes.size:
            at, place = holes[0]
            raise _refused(
                self.names[place],
                _("has no value for {time}, one of {holes} holes").format(
                    time=self.times[at], holes=len(holes)
                ),
                _(
                    "Give 0 where nothing was counted because there was nothing, or leave out the"
                    " series or the days on which nobody counted."
                ),
            )

    @property
    def step_days(self) -> int | None:
        """Days between two times; None where times are numbers or months."""
        first, second = self.times[:2]
        last = self.times[-1]
        if not (isinstance(first, date) and isinstance(second, date) and isinstance(last, date)):
            return None
        step = (second - first).days
        return step if (last - first).days == step * (len(self.times) - 1) else None

    def before(self, start: Moment) -> int:
        """Give how many times lie before `start`.

        Raises
        ------
        Correctable
            None do, or all do.
        """
        if isinstance(start, datetime):
            start = start.date()
        if isinstance(start, date) != isinstance(self.times[0], date):
            raise Correctable(
                _("The start is {start!r}, but times are like {time!r}.").format(
                    start=start, time=self.times[0]
                ),
                field="start",
                code="bad-start",
                hint=_("Give the start as one of the times."),
            )
        count = sum(time < start for time in self.times)  # type: ignore[operator]
        if not 0 < count < len(self.times):
            raise Correctable(
                _(
                    "The start {start} isn't within the data, which reach from {first} to {last}."
                ).format(start=start, first=self.times[0], last=self.times[-1]),
                field="start",
                code="bad-start",
                hint=_("Give the first time with the campaign, with data before and after it."),
            )
        return count

    def places(self, names: Sequence[str], field: str) -> NDArray[np.intp]:
        """Give the columns of some names.

        Raises
        ------
        Correctable
            One is unknown, or there is none.
        """
        unknown = [name for name in names if name not in self.names]
        if unknown or not names:
            raise Correctable(
                _("'{name}' isn't among the series.").format(name=unknown[0])
                if unknown
                else _("No series is named."),
                field=field,
                code="unknown-series",
                hint=_("Known are: {names}.").format(names=", ".join(self.names[:40])),
            )
        return np.array([self.names.index(name) for name in dict.fromkeys(names)], np.intp)

    def without(self, names: Sequence[str]) -> Panel:
        """Leave out some of the series.

        Raises
        ------
        Correctable
            One is unknown, or there is none.
        """
        return self.only(np.setdiff1d(np.arange(len(self.names)), self.places(names, "names")))

    def only(self, columns: NDArray[np.intp]) -> Panel:
        """Give some of the series."""
        return Panel(
            times=self.times,
            names=tuple(self.names[at] for at in columns),
            values=self.values[:, columns],
        )


def panel(
    frame: Any, *, time: str, place: str | None = None, value: str | None = None
) -> Panel:  # Any: whatever offers Arrow data
    """Read a table.

    Parameters
    ----------
    frame : table of pandas, Polars or Arrow, or mapping of names to columns
    time : str
        The column of days (dates, date-times at midnight, or text as 2026-04-01), or of
        whole numbers.
    place, value : str, optional
        The columns of a long table, one row for each place and time. Without them the
        table is wide: each other column is a series.

    Raises
    ------
    Correctable
        A column is missing or holds something else, a row stands twice, or there are holes.

    Examples
    --------
    >>> table = {"year": [1, 2, 3] * 2, "town": ["a"] * 3 + ["b"] * 3, "n": [4, 5, 6, 7, 8, 9]}
    >>> found = panel(table, time="year", place="town", value="n")
    >>> found.names, found.values.tolist()
    (('a', 'b'), [[4.0, 7.0], [5.0, 8.0], [6.0, 9.0]])
    """
    table = _table(frame)
    if (place is None) != (value is None):
        raise _refused(
            "place" if place is None else "value",
            _("is missing"),
            _("A long table takes both place and value; a wide one neither."),
        )
    moments = _moments(_column(table, time), time)
    if place is None or value is None:
        names = tuple(name for name in table.column_names if name != time)
        columns = [_numbers(_column(table, name), name) for name in names]
        order = np.argsort(np.array(moments, dtype=object), kind="stable")
        return Panel(
            times=tuple(moments[at] for at in order),
            names=names,
            values=np.stack(columns, axis=1)[order] if columns else np.zeros((len(moments), 0)),
        )
    places = [str(name) for name in _column(table, place).to_pylist()]
    return _spread(moments, places, _numbers(_column(table, value), value))


def _spread(moments: list[Moment], places: list[str], numbers: Floats) -> Panel:
    times, names = sorted(set(moments)), tuple(sorted(set(places)))
    row = {time: at for at, time in enumerate(times)}
    column = {name: at for at, name in enumerate(names)}
    values = np.full((len(times), len(names)), np.nan)
    for moment, name, number in zip(moments, places, numbers, strict=True):
        if not np.isnan(values[row[moment], column[name]]):
            raise _refused(
                name,
                _("has two values for {time}").format(time=moment),
                _("Add them up, or drop one."),
            )
        values[row[moment], column[name]] = number
    return Panel(times=tuple(times), names=names, values=values)


def _table(frame: Any) -> pa.Table:
    if isinstance(frame, Mapping):
        return pa.table({name: pa.array(list(column)) for name, column in frame.items()})
    try:
        return pa.table(frame)
    except (TypeError, ValueError, pa.ArrowInvalid) as error:
        raise Correctable(
            _("A table can't be read from {what}.").format(what=type(frame).__name__),
            field="frame",
            code="bad-table",
            hint=_("Give a table of pandas, Polars or Arrow, or a mapping of names to columns."),
        ) from error


def _column(table: pa.Table, name: str) -> pa.ChunkedArray:
    if name not in table.column_names:
        raise Correctable(
            _("There is no column '{name}'.").format(name=name),
            field=name,
            code="unknown-column",
            hint=_("Known are: {names}.").format(names=", ".join(table.column_names[:40])),
        )
    return table.column(name)


def _moments(column: pa.ChunkedArray, name: str) -> list[Moment]:
    kind = column.type
    try:
        if not pa.types.is_integer(kind):
            column = pc.cast(column, pa.date32())
        moments: list[Moment] = column.to_pylist()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise _refused(
            name,
            _("holds {what}, not days or whole numbers").format(what=kind),
            _("Give dates, text as 2026-04-01, or whole numbers."),
        ) from error
    if any(moment is None for moment in moments):
        raise _refused(name, _("is empty in some row"), _("Leave out rows without a time."))
    return moments


def _numbers(column: pa.ChunkedArray, name: str) -> Floats:
    try:
        numbers = pc.cast(column, pa.float64())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise _refused(
            name,
            _("holds {what}, not numbers").format(what=column.type),
            _("Give numbers, or name place and value if the table is long."),
        ) from error
    return np.asarray(pc.fill_null(numbers, np.nan).to_numpy(), np.float64)


def _check_spacing(times: tuple[Moment, ...]) -> None:
    if len(times) < 3:
        raise _refused(
            "time",
            _("has {values} values").format(values=len(times)),
            _("Give at least three times."),
        )
    numbers = np.array([_number(time) for time in times])
    for steps in (np.diff(numbers), np.diff(_months(times))):
        if steps[0] > 0 and (steps == steps[0]).all():
            return
    gaps = np.diff(numbers)
    usual = float(np.median(gaps))
    odd = int(np.argmax(gaps != usual))
    raise _refused(
        "time",
        _("goes from {first} to {then}, while the usual step is {usual}").format(
            first=times[odd], then=times[odd + 1], usual=f"{usual:g}"
        ),
        _(
            "Give every time once and leave none out; add 0 where nothing was counted because there"
            " was nothing."
        ),
    )


def _number(time: Moment) -> int:
    return time.toordinal() if isinstance(time, date) else time


def _months(times: tuple[Moment, ...]) -> NDArray[np.int64]:
    """Count months where all times are the same day of theirs; else none."""
    days = [time for time in times if isinstance(time, date)]
    if len(days) < len(times) or len({day.day for day in days}) > 1:
        return np.zeros(len(times), np.int64)
    return np.array([12 * day.year + day.month for day in days])


def _refused(field: str, what: str, hint: str) -> Correctable:
    return Correctable(f"'{field}' {what}.", field=field, code="bad-panel", hint=hint)
