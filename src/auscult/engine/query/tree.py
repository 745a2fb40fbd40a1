"""The syntax tree of the query language: what every reader of a query works on.

`docs/reference/query-language.md` defines what each node means. Nodes are values:
equal when they mean the same text, whatever column they were read at.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One token, any case: `text` is its folded form, sign included."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wildcard:
    """One token by pattern: `pattern` is folded and holds `*` or `?`, sign included."""

    pattern: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exact:
    """One token in exact case: `text` is its exact form, sign included."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Two or more consecutive tokens of one field."""

    parts: tuple[Word | Wildcard | Exact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """Exact code points, outside links, cutting no token."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Two to eight operands with at most `distance` other tokens in their interval.

    `operands` are Word, Wildcard, Exact, Phrase, Near, or an Or of these.
    """

    operands: tuple[Node, ...]
    distance: int
    ordered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast:
    """`child` (a word, phrase, or an Or of them) has `count` or more occurrences."""

    count: int
    child: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class And:
    """All of two or more children; none of them is itself an And."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Or:
    """Any of two or more children; none of them is itself an Or."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """The child is not true."""

    child: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class InTitle:
    """The child holds in the title alone; it holds no field."""

    child: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldIs:
    """`field` (canonical spelling, like `authorVerified`) is any of `values`."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRange:
    """`field` lies in `low` to `high`, both included; None leaves an end open."""

    field: str
    low: float | None
    high: float | None


Token = Word | Wildcard | Exact
Leaf = Word | Wildcard | Exact | Phrase | Raw | FieldIs | FieldRange
Node = Leaf | Near | AtLeast | And | Or | Not | InTitle
