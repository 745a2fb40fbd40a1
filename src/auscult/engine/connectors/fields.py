"""A connector's configuration as fields that a person can fill in: for forms and the terminal.

What a field means stands once, in the `Attributes` of the configuration's docstring.
"""

from __future__ import annotations

import inspect
import re
import types
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, Literal, TypeAlias, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from auscult.engine.connectors.base import Settings

Shape: TypeAlias = Literal["text", "secret", "number", "whole number", "yes or no", "list", "date"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a configuration.

    Attributes
    ----------
    name : str
        As the configuration has it.
    label : str
        For a person: `silent_after` is "Silent after".
    help : str
        What it means, in sentences.
    shape : str
        What it holds; a list is of texts, one a line.
    required : bool
        A source can't be without it.
    default : object
        What it is when nothing is said; None for nothing.
    choices : tuple
        What it can be, where that is a short list.
    """

    name: str
    label: str
    help: str
    shape: Shape
    required: bool
    default: Any
    choices: tuple[str | int, ...] = ()


def fields_of(kind: type[Settings]) -> tuple[Field, ...]:
    """Return the fields of a connector's configuration, in their order.

    Examples
    --------
    >>> from auscult.engine.connectors.feeds import FeedsConfig
    >>> [field.name for field in fields_of(FeedsConfig)]
    ['feeds', 'keep', 'at_once']
    >>> fields_of(FeedsConfig)[1].choices
    ('all', 'snippet')
    """
    helps = _helps(kind)
    return tuple(
        _field(name, info, helps.get(name, "")) for name, info in kind.model_fields.items()
    )


def _field(name: str, info: FieldInfo, said: str) -> Field:
    inner = _inner(info.annotation)
    default = None if info.is_required() else info.get_default(call_default_factory=True)
    return Field(
        name=name,
        label=name.replace("_", " ").capitalize(),
        help=said,
        shape=_shape(inner),
        required=info.is_required(),
        default=_plain(default),
        choices=_choices(inner),
    )


def _inner(annotation: Any) -> Any:
    """Return what an optional annotation is besides None."""
    if get_origin(annotation) in {Union, types.UnionType}:
        parts = [part for part in get_args(annotation) if part is not types.NoneType]
        return parts[0] if len(parts) == 1 else str
    return annotation


def _shape(annotation: Any) -> Shape:
    if get_origin(annotation) in {tuple, list, set, frozenset, dict}:
        return "list"
    if not isinstance(annotation, type):
        return "text"
    shapes: tuple[tuple[type, Shape], ...] = (
        (SecretStr, "secret"),
        (bool, "yes or no"),
        (int, "whole number"),
        (float, "number"),
        (date, "date"),
    )
    return next((shape for one, shape in shapes if issubclass(annotation, one)), "text")


def _choices(annotation: Any) -> tuple[str | int, ...]:
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return tuple(one.value for one in annotation)
    return ()


def _plain(value: Any) -> Any:
    """Return a default as JSON's types; a credential is never shown."""
    if isinstance(value, SecretStr):
        return None
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (tuple, list, set, frozenset)):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, (date, Path)) else value


def _helps(kind: type[Settings]) -> dict[str, str]:
    """Read the `Attributes` section of a docstring: name to sentences."""
    lines = (inspect.getdoc(kind) or "").splitlines()
    try:
        start = lines.index("Attributes") + 2
    except ValueError:
        return {}
    helps: dict[str, str] = {}
    names: list[str] = []
    for line in lines[start:]:
        if head := re.match(r"^(\w[\w, ]*?)(?: : .*)?$", line):
            names = head.group(1).replace(" ", "").split(",")
        elif line.startswith(" "):
            for name in names:
                helps[name] = f"{helps.get(name, '')} {line.strip()}".strip()
    return {name: said.replace("`", "") for name, said in helps.items()}
