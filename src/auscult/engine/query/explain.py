"""Says in plain words, or as data, what a query means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from auscult.engine.kernel.text import base_form, is_signed
from auscult.engine.query.checks import children
from auscult.engine.query.fields import FIELDS
from auscult.engine.query.parse import Query
from auscult.engine.query.tree import (
    And,
    AtLeast,
    Exact,
    FieldIs,
    FieldRange,
    InTitle,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Raw,
    Token,
    Wildcard,
    Word,
)
from auscult.engine.query.write import amount, phrase_text, to_text

_KINDS: dict[type, str] = {
    Word: "word",
    Wildcard: "wildcard",
    Exact: "exact",
    Phrase: "phrase",
    Raw: "raw",
    Near: "near",
    AtLeast: "at_least",
    And: "and",
    Or: "or",
    Not: "not",
    InTitle: "in_title",
    FieldIs: "field_is",
    FieldRange: "field_range",
}


def explain(query: Query) -> str:
    """Say what a query means, one condition a line, and its warnings.

    Examples
    --------
    >>> from auscult.engine.query.parse import parse
    >>> print(explain(parse('(flu OR "flu shot") AND site:mayo.edu')))
    all of these:
      any of these:
        “flu”
        the phrase “flu shot”
      posts from this site or a part of it: mayo.edu
    """
    lines = [*_lines(query.tree, 0)]
    for warning in query.warnings:
        hint = f" {warning.hint}" if warning.hint else ""
        lines.append(f"Warning, column {warning.column}: {warning.message}{hint}")
    return "\n".join(lines)


def as_data(query: Query) -> dict[str, Any]:
    """Give a query as what JSON can hold.

    Returns
    -------
    dict
        `text` as written, `canonical`, `explanation`, `tree` (each node with its `kind`), and
        `warnings` (each with `column`, `message`, `hint`).
    """
    return {
        "text": query.text,
        "canonical": to_text(query.tree),
        "explanation": "\n".join(_lines(query.tree, 0)),
        "tree": _data(query.tree),
        "warnings": [_values(warning) for warning in query.warnings],
    }


def _data(node: Node) -> dict[str, Any]:
    return {"kind": _KINDS[type(node)], **_values(node)}


def _values(value: Any) -> dict[str, Any]:
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(inner) for inner in value]
    return _data(value) if is_dataclass(value) else value  # type: ignore[arg-type]


def _lines(node: Node, level: int) -> Iterator[str]:
    yield "  " * level + _heading(node)
    for child in children(node):
        yield from _lines(child, level + 1)


def _heading(node: Node) -> str:
    match node:
        case And():
            return "all of these:"
        case Or():
            return "any of these:"
        case Not():
            return "not:"
        case Near():
            return _nearness(node)
        case AtLeast():
            return "at least once:" if node.count == 1 else f"at least {node.count} times:"
    return _condition(node)


def _nearness(node: Near) -> str:
    order = "in this order" if node.ordered else "in any order"
    if node.distance == 0:
        return f"directly beside each other, {order}:"
    words = "word" if node.distance == 1 else "words"
    return f"with at most {node.distance} other {words} between them, {order}:"


def _condition(node: Node) -> str:
    match node:
        case InTitle():
            return "in the title:"
        case Raw():
            return f"exactly the characters “{node.text}”"
        case FieldIs():
            return f"posts {FIELDS[node.field].about}: {' or '.join(node.values)}"
        case FieldRange():
            return f"posts {FIELDS[node.field].about}: {_span(node)}"
        case Phrase():
            return f"the phrase “{phrase_text(node.parts)}”"
        case Word() | Wildcard() | Exact():
            return _word(node)
    raise TypeError(f"{type(node).__name__} is no condition")


def _span(node: FieldRange) -> str:
    if node.low is None and node.high is None:
        return "any number"
    if node.low == node.high and node.low is not None:
        return amount(node.low)
    if node.low is None:
        return f"at most {amount(node.high)}"
    if node.high is None:
        return f"at least {amount(node.low)}"
    return f"{amount(node.low)} to {amount(node.high)}"


def _word(token: Token) -> str:
    match token:
        case Wildcard():
            return f"{_sort(token.pattern) or 'word'}s like “{token.pattern}”"
        case Exact():
            return f"{_the(token.text)}“{token.text}” in exactly this case"
    accents = ", accents as written" if base_form(token.text) != token.text else ""
    return f"{_the(token.text)}“{token.text}”{accents}"


def _the(form: str) -> str:
    return f"the {_sort(form)} " if is_signed(form) else ""


def _sort(form: str) -> str:
    if not is_signed(form):
        return ""
    return "hashtag" if form[0] == "#" else "name"
