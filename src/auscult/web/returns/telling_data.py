"""Frozen dataclasses as plain values and back: what is kept in an edition, and what a program reads.

Fields may be texts, numbers, truths, days, tuples and such dataclasses, and any of them or None.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from auscult.engine.kernel.errors import Correctable

Told = TypeVar("Told")


def as_data(value: Any) -> Any:
    """Return a value as JSON has it: days as text, dataclasses as objects, tuples as lists."""
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: as_data(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [as_data(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def from_data(of: type[Told], data: Any) -> Told:
    """Return the dataclass that `as_data` made these values of.

    A field that the values don't have gets its default, so that what was kept by an older version
    can still be read; one that the dataclass doesn't have is left out.

    Raises
    ------
    Correctable
        The values aren't of that form.
    """
    try:
        found: Told = _read(of, data)
    except (TypeError, ValueError, KeyError) as wrong:
        raise Correctable(
            f"These values aren't what a {of.__name__} is kept as: {wrong}.",
            field="facts",
            code="not-as-kept",
            hint="Give what `as_data` returned, unchanged.",
        ) from wrong
    return found


def _read(kind: Any, data: Any) -> Any:
    if isinstance(kind, types.UnionType):
        return None if data is None else _read(get_args(kind)[0], data)
    if get_origin(kind) is tuple:
        return _tuple(get_args(kind), data)
    if is_dataclass(kind):
        return _whole(kind, data)
    if kind is date:
        return date.fromisoformat(data)
    if kind is float and type(data) is int:
        return float(data)
    if type(data) is not kind:
        raise TypeError(f"{str(data)[:40]!r} is no {kind.__name__}")
    return data


def _tuple(kinds: tuple[Any, ...], data: Any) -> tuple[Any, ...]:
    if not isinstance(data, list | tuple):
        raise TypeError(f"{str(data)[:40]!r} is no list")
    if kinds[-1] is Ellipsis:
        return tuple(_read(kinds[0], one) for one in data)
    return tuple(_read(kind, one) for kind, one in zip(kinds, data, strict=True))


def _whole(kind: Any, data: Any) -> Any:
    if not isinstance(data, Mapping):
        raise TypeError(f"{str(data)[:40]!r} is no {kind.__name__}")
    return kind(
        **{name: _read(hint, data[name]) for name, hint in _hints(kind).items() if name in data}
    )


@cache
def _hints(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {one.name: hints[one.name] for one in fields(kind)}
