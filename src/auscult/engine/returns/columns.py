"""Columns of many rows from whatever they come in: lists, numpy, a column of pandas or Polars."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auscult.engine.kernel.errors import Correctable

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
Days = NDArray[np.datetime64]


def days_column(values: Any, field: str) -> Days:
    """Read dates (or moments, whose day counts), one for each row.

    Raises
    ------
    Correctable
        One isn't a date, is missing, or has a zone.
    """
    return _moments(np.asarray(values), field, "datetime64[D]")


def moments_column(values: Any, field: str, *, ends: bool = False) -> Days:
    """Read moments to the second, one for each row.

    Parameters
    ----------
    values : column of date or moment
    field : str
    ends : bool
        Of dates without a time the last second is meant, else the first.

    Raises
    ------
    Correctable
        One isn't a date or a moment, is missing, or has a zone.
    """
    given = np.asarray(values)
    found = _moments(given, field, "datetime64[s]")
    if ends and _whole_days(given):
        return found + np.timedelta64(86_399, "s")
    return found


def _whole_days(given: NDArray[Any]) -> bool:
    if given.dtype.kind == "M":
        return np.datetime_data(given.dtype)[0] == "D"
    return all(type(one) is date or (isinstance(one, str) and len(one) == 10) for one in given)


def _moments(given: NDArray[Any], field: str, unit: str) -> Days:
    if given.size and given.dtype.kind not in "MOU":
        raise _no_date(field, f"{given.flat[0]!r}")
    if given.dtype.kind == "O" and any(getattr(one, "tzinfo", None) for one in given):
        raise _no_date(field, "moments with a zone")
    try:
        found = given.astype(unit)
    except (TypeError, ValueError) as wrong:
        raise _no_date(field, str(wrong)) from wrong
    missing = np.flatnonzero(np.isnat(found))
    if missing.size:
        raise _no_date(field, f"nothing in row {missing[0]}, one of {missing.size} such")
    return found


def _no_date(field: str, held: str) -> Correctable:
    return Correctable(
        f"The column '{field}' holds what is no date: {held}.",
        field=field,
        code="no-date",
        hint="Give each row a date, a moment without a zone (bring all to one first), or text such as"
        " 2026-10-01.",
    )


def is_missing(value: Any) -> bool:
    """Say whether a library means "nothing" by it: None, not a number, pandas' NA."""
    return value is None or type(value).__name__ in {"NAType", "NaTType"} or value != value  # noqa: PLR0124 - not a number differs from itself


def texts_column(values: Any) -> NDArray[np.str_]:
    """Read texts; what is missing is empty."""
    return np.array(["" if is_missing(one) else str(one) for one in values], np.str_)


def amounts_column(values: Any, field: str, *, least: float = -np.inf) -> Floats:
    """Read numbers, one for each row.

    Raises
    ------
    Correctable
        One isn't a finite number, or lies below `least`.
    """
    try:
        found = np.asarray(values, dtype=np.float64).reshape(-1)
    except (TypeError, ValueError) as wrong:
        raise Correctable(
            f"The column '{field}' holds what is no number: {wrong}.",
            field=field,
            code="no-number",
            hint="Give plain numbers.",
        ) from wrong
    bad = np.flatnonzero(~np.isfinite(found) | (found < least))
    if bad.size:
        raise Correctable(
            f"The column '{field}' holds {found[bad[0]]} in row {bad[0]}, one of {bad.size} such.",
            field=field,
            code="no-number",
            hint="Give finite numbers" + (f" of at least {least:g}." if least > -np.inf else "."),
        )
    return found


def coded(values: Any) -> tuple[tuple[str, ...], Codes]:
    """Give the names in a column, sorted, and for each row which one it holds; missing is empty."""
    names, codes = np.unique(texts_column(values), return_inverse=True)
    return tuple(str(name) for name in names), codes.astype(np.intp)


def sums(group: Codes, weights: Floats, count: int) -> Floats:
    """Add up the weights of each group, shape (count,)."""
    return np.asarray(np.bincount(group, weights, count), np.float64)


def same_length(**columns: Any) -> None:
    """Refuse columns that don't have one row for each other's.

    Raises
    ------
    Correctable
        They differ.
    """
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise Correctable(
            "Columns differ in length: "
            + ", ".join(f"{name} has {length}" for name, length in lengths.items())
            + ".",
            field=next(iter(lengths)),
            code="ragged",
            hint="Give each row one entry in each column.",
        )


def by_two(first: NDArray[Any], then: NDArray[Any]) -> Codes | slice:
    """Give what sorts rows by two columns; of rows that are sorted already all, as they stand.

    Parameters
    ----------
    first, then : arrays of whole numbers or moments, each of shape (rows,)
    """
    same = first[1:] == first[:-1]
    if np.all((first[1:] > first[:-1]) | (same & (then[1:] >= then[:-1]))):
        return slice(None)
    return np.asarray(np.lexsort((then, first)), np.intp)


def firsts(*columns: NDArray[Any]) -> Codes:
    """Give the rows that are like no row before them in all columns, in their order.

    Parameters
    ----------
    columns : arrays of whole numbers or moments, each of shape (rows,)
    """
    order = np.lexsort(columns)
    new = np.zeros(len(order), np.bool_)
    new[:1] = True
    for column in columns:
        sorted_ = column[order]
        new[1:] |= sorted_[1:] != sorted_[:-1]
    return np.sort(order[new])
