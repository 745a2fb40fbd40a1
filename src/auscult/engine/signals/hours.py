"""The hour of the week, by the clock on the wall."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from auscult.engine.kernel.errors import Correctable

HOUR = timedelta(hours=1)
WEEK = 168


def zone_named(name: str) -> ZoneInfo:
    """Give a time zone by its name.

    Raises
    ------
    Correctable
        If there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise Correctable(
            f"There is no time zone {name!r}.",
            code="unknown-zone",
            field="zone",
            hint="Name it like Europe/Berlin, America/Chicago or UTC.",
        ) from error


def hour_of_week(at: datetime, zone: ZoneInfo) -> int:
    """Give 0 (Monday, midnight to one) to 167 (Sunday, 23 to 24) of a moment."""
    local = at.astimezone(zone)
    return local.weekday() * 24 + local.hour


def hours_of_week(
    start: datetime, size: int, zone: ZoneInfo
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the hour of the week and the local day of each of `size` hours from `start`.

    The hour that an autumn's clock shows twice is the same hour of the week twice; the one
    that spring leaves out is missing that week.

    Returns
    -------
    hours : array of int, shape (size,)
        0 to 167.
    days : array of int, shape (size,)
        Days since the year 1, never falling.
    """
    begin = start.astimezone(UTC)
    local = [(begin + n * HOUR).astimezone(zone) for n in range(size)]
    hours = np.array([at.weekday() * 24 + at.hour for at in local], np.int64)
    days = np.array([at.toordinal() for at in local], np.int64)
    return hours, np.maximum.accumulate(days) if size else days
