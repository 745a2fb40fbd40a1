"""Moments as the database keeps them, and the key that orders mentions by time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:
    MomentBase = models.Field[datetime | int | None, datetime | None]
    KeyBase = models.BigIntegerField[int, int]
else:
    MomentBase = models.Field
    KeyBase = models.BigIntegerField

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SECOND_US = 1_000_000
HOUR_US = 3_600 * SECOND_US

# A mention's key is its second, times this, plus a number within the second. So the key's
# order is the order of time, and an index by key is one by time.
KEYS_A_SECOND = 1 << 20


def to_us(moment: datetime) -> int:
    """Return microseconds since 1970."""
    return (moment - EPOCH) // MICROSECOND


def from_us(value: int) -> datetime:
    """Return the moment of microseconds since 1970, in UTC."""
    return EPOCH + timedelta(microseconds=value)


def first_key(moment_us: int) -> int:
    """Return the smallest key of the second that a moment lies in."""
    return moment_us // SECOND_US * KEYS_A_SECOND


class TimeKeyField(KeyBase):
    """A key that carries its time; in SQLite it is the rowid itself."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """Return the column's type: only `integer` makes SQLite's rowid the key."""
        return "integer" if connection.vendor == "sqlite" else "bigint"

    def rel_db_type(self, connection: BaseDatabaseWrapper) -> str:
        """Return the type of columns that refer to it."""
        return self.db_type(connection)


class MomentField(MomentBase):
    """A moment, kept as microseconds since 1970: eight bytes, and no parsing in bulk."""

    description = "a moment in UTC, to the microsecond"

    def get_internal_type(self) -> str:
        """Return the column's type."""
        return "BigIntegerField"

    def from_db_value(self, value: int | None, *_context: Any) -> datetime | None:
        """Return the database's number as a moment."""
        return None if value is None else from_us(value)

    def to_python(self, value: Any) -> datetime | None:
        """Return what was assigned as a moment."""
        if value is None or isinstance(value, datetime):
            return value
        if isinstance(value, int):
            return from_us(value)
        raise ValidationError(f"{value!r} is no moment: give an aware datetime")

    def get_prep_value(self, value: Any) -> int | None:
        """Return a moment as the database's number."""
        return to_us(value) if isinstance(value, datetime) else value
