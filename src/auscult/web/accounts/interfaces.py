"""What the `api.py` of every application shares: the request, moments, and lists in pages.

A file of its own in the lowest application, so that each of the others can use it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar

import orjson
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, WithJsonSchema

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor, Token

FIRST_YEAR, LAST_YEAR = 1900, 2200
MOST = 500  # entries of one page of a list
USUAL = 50

# Digits alone: `int()` and `datetime.fromisoformat` take far more than RFC 3339 writes.
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)

Row = TypeVar("Row", bound=Model)
Entry = TypeVar("Entry")


class ApiRequest(HttpRequest):
    """A request whose maker is known: views of the API get no other."""

    actor: Actor
    token: Token | None


class CursorRefused(Correctable):
    """What was given as a cursor is none of this list."""

    def __init__(self, given: str) -> None:
        super().__init__(
            _("'%(given)s' is no cursor of this list.") % {"given": given[:40]},
            code="cursor-refused",
            field="cursor",
            hint=_("Take `next` of the page before as it is, or begin without a cursor."),
        )


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError("write a moment with its zone: 2026-09-01T14:30:00Z")
    whole, _, rest = value.upper().replace("Z", "+00:00").partition(".")
    if rest:  # Python knows microseconds
        digits = re.match(r"\d+", rest)
        assert digits is not None
        whole += f".{digits[0][:6]:0<6}{rest[digits.end() :]}"
    read = datetime.fromisoformat(whole)
    _check_year(read)
    return read


def _day(value: Any) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("write a day: 2026-09-01")
    read = date.fromisoformat(value)
    _check_year(read)
    return read


def _check_year(read: date) -> None:
    if not FIRST_YEAR <= read.year < LAST_YEAR:  # whole days around it are moments, too
        raise ValueError(f"write a year from {FIRST_YEAR} to {LAST_YEAR - 1}")


def _storable(value: str) -> str:
    if "\0" in value or (not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value)):
        raise ValueError("a text holds neither NUL nor half of a surrogate pair")
    return value


Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="validation"),
]

Day = Annotated[
    date,
    BeforeValidator(_day),
    WithJsonSchema({"type": "string", "format": "date"}, mode="validation"),
]

Text = Annotated[str, AfterValidator(_storable)]
Number = Annotated[int, Field(ge=1, lt=1 << 62)]
Limit = Annotated[int, Query(ge=1, le=MOST, description="Entries of a page.")]
Cursor = Annotated[Text | None, Query(max_length=200, description="`next` of the page before.")]


class Body(Schema):
    """What is sent: a field that nobody knows is an error, not a wish that is passed over."""

    model_config = ConfigDict(extra="forbid")


class Listed(Schema, Generic[Entry]):
    """A page of a list."""

    items: list[Entry]
    next: str | None = Field(
        None, description="Give it as `cursor` for the next page; null: there is no more."
    )


def cursor_of(kind: str, key: int) -> str:
    """Return the place after an entry, as programs give it back."""
    return base64.urlsafe_b64encode(orjson.dumps([kind, key])).decode().rstrip("=")


def key_of(kind: str, cursor: str | None) -> int | None:
    """Return the key that a cursor stands for; None where the list begins.

    Raises
    ------
    CursorRefused
    """
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        read = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error) as error:
        raise CursorRefused(cursor) from error
    if not (isinstance(read, list) and len(read) == 2 and read[0] == kind):
        raise CursorRefused(cursor)
    if type(read[1]) is not int or abs(read[1]) >= 1 << 62:
        raise CursorRefused(cursor)
    return int(read[1])


def listed(
    rows: QuerySet[Row],
    *,
    kind: str,
    cursor: str | None,
    limit: int,
    show: Callable[[Row], Entry],
    newest_first: bool = False,
) -> dict[str, Any]:
    """Return a page of rows in the order of their keys, which new rows don't disturb."""
    return listed_together(
        rows,
        kind=kind,
        cursor=cursor,
        limit=limit,
        show=lambda found: [show(row) for row in found],
        newest_first=newest_first,
    )


def listed_together(
    rows: QuerySet[Row],
    *,
    kind: str,
    cursor: str | None,
    limit: int,
    show: Callable[[list[Row]], list[Entry]],
    newest_first: bool = False,
) -> dict[str, Any]:
    """Return a page like `listed`, of rows that are shown with what is looked up for all at once."""
    after = key_of(kind, cursor)
    if after is not None:
        rows = rows.filter(pk__lt=after) if newest_first else rows.filter(pk__gt=after)
    found = list(rows.order_by("-pk" if newest_first else "pk")[: limit + 1])
    more = len(found) > limit
    return page(show(found[:limit]), kind, found[limit - 1].pk if more else None)


def page(items: Sequence[Entry], kind: str, last: int | None) -> dict[str, Any]:
    """Return a page of a list; `last` is the key to go on after, None where there is no more."""
    return {"items": items, "next": None if last is None else cursor_of(kind, last)}
