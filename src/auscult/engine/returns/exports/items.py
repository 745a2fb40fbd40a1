"""Exports as JSON: a document, or a document on each line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from auscult.engine.kernel.words import gettext as _
from auscult.engine.returns.exports.csv_table import MOST_ROWS, decoded
from auscult.engine.returns.exports.rows import Cells, Export, Remark, refused

Item = Mapping[str, Any]


def is_json(data: bytes) -> bool:
    """Return whether a file is meant as JSON: its first character opens an object or a list."""
    start = data[:64].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")
    return start[:1] in {b"{", b"["}


def document(data: bytes) -> Any:
    """Return what a file of JSON holds; of a file with one on each line a list of all.

    Raises
    ------
    Correctable
        It is no JSON.
    """
    text = decoded(data)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2:
            raise _no_json(error) from error
    try:
        return [orjson.loads(line) for line in lines]
    except orjson.JSONDecodeError as error:
        raise _no_json(error) from error


def _no_json(error: orjson.JSONDecodeError) -> Exception:
    return refused(
        "no-json",
        _("The file is no JSON: {why}.").format(why=error),
        _("Hand it out anew, and read it in as it is."),
    )


def other(what: str, wanted: str) -> Exception:
    """Return the error of a file that is something else of a program than what can be read."""
    return refused(
        "other-export",
        _("This is no export that can be read: {what}.").format(what=what),
        _("What can be read is: {wanted}.").format(wanted=wanted),
    )


def is_error(found: Any) -> str:
    """Return what a program answered instead of data, where it did: its message."""
    if isinstance(found, Mapping) and (found.get("result") == "error" or "error" in found):
        said = found.get("message") or found["error"]
        return said[:200] if isinstance(said, str) else "error"
    return ""


def text(value: Any) -> str:
    """Return a plain value as text; nothing, lists and objects as an empty one."""
    if isinstance(value, bool) or value is None:
        return ""
    if isinstance(value, float):
        return repr(value)
    return str(value) if isinstance(value, str | int) else ""


def money(value: str) -> str:
    """Return money as text, empty where it is nought: programs write 0 for what has no value."""
    return value if value.strip("0., \u00a0€$£") else ""


def part(item: Any, name: str) -> Item:
    """Return an object within another, or an empty one."""
    found = item.get(name) if isinstance(item, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def things(value: Any) -> list[Any]:
    """Return a list, or an empty one of what is none."""
    return value if isinstance(value, list) else []


def no_object(number: int) -> Remark:
    """Return what is said of an item that has another form than the others."""
    return Remark(row=number, said=_("it has another form than an export gives it"))


def export(cells: Iterable[tuple[int, Cells | Remark]]) -> Export:
    """Return items as an export.

    Raises
    ------
    Correctable
        They are more than `MOST_ROWS`.
    """
    found: list[tuple[int, Cells | Remark]] = []
    for one in cells:
        if len(found) == MOST_ROWS:
            raise refused(
                "too-many-rows",
                _("The file has more than {most} rows.").format(most=f"{MOST_ROWS:,}"),
                _("Hand out a shorter period, and read the periods in one by one."),
            )
        found.append(one)

    def again() -> Iterator[tuple[int, Cells | Remark]]:
        return iter(found)

    return Export(cells=again)
