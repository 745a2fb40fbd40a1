"""Columns of many rows from whatever they come in: lists, numpy, a column of pandas or Polars."""

from __future__ import annotations

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
        One isn't a date, or is missing.
    """
    return _moments(values, field, "datetime64[D]")


def moments_column(values: Any, field: str) -> Days:
    """Read moments to the second, one for each row; a date is its midnight.

    Raises
    ------
    Correctable
        One isn't a date or a moment, or is missing.
    """
    return _moments(values, field, "datetime64[s]")


def _moments(values: Any, field: str, unit: str) -> Days:
    try:
        found = np.asarray(values).astype(unit)
    except (TypeError, ValueError) as wrong:
        raise Correctable(
            f"The column '{field}' holds what is no date: {wrong}.",
            field=field,
            code="no-date",
            hint="Give dates, moments without a zone, or text such as 2026-10-01.",
        ) from wrong
    missing = np.flatnonzero(np.isnat(found))
    if missing.size:
        raise Correctable(
            f"The column '{field}' has no date in row {missing[0]}, one of {missing.size}.",
            field=field,
            code="no-date",
            hint="Give each row its date, or leave the row out.",
        )
    return found


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
    """Give the names in a column, sorted, and for each row which one it holds."""
    names, codes = np.unique(np.asarray(values, dtype=np.str_).reshape(-1), return_inverse=True)
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
