"""Says in plain words, or as data, what a query means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from auscult.engine.kernel.text import base_form, is_signed
from auscult.engine.kernel.words import gettext as _
from auscult.engine.kernel.words import ngettext
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
        told = _("Warning, column {column}: {message}").format(
            column=warning.column, message=warning.message
        )
        lines.append(f"{told} {warning.hint}".rstrip())
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
            return _("all of these:")
        case Or():
            return _("any of these:")
        case Not():
            return _("not:")
        case Near():
            return _nearness(node)
        case AtLeast():
            return ngettext("at least once:", "at least {count} times:", node.count).format(
                count=node.count
            )
    return _condition(node)


def _nearness(node: Near) -> str:
    order = _("in this order") if node.ordered else _("in any order")
    if node.distance == 0:
        return _("directly beside each other, {order}:").format(order=order)
    return ngettext(
        "with at most {distance} other word between them, {order}:",
        "with at most {distance} other words between them, {order}:",
        node.distance,
    ).format(distance=node.distance, order=order)


def _condition(node: Node) -> str:
    match node:
        case InTitle():
            return _("in the title:")
        case Raw():
            return _("exactly the characters “{text}”").format(text=node.text)
        case FieldIs():
            return _("posts {about}: {values}").format(
                about=_(FIELDS[node.field].about), values=_(" or ").join(node.values)
            )
        case FieldRange():
            return _("posts {about}: {values}").format(
                about=_(FIELDS[node.field].about), values=_span(node)
            )
        case Phrase():
            return _("the phrase “{text}”").format(text=phrase_text(node.parts))
        case Word() | Wildcard() | Exact():
            return _word(node)
    raise TypeError(f"{type(node).__name__} is no condition")


def _span(node: FieldRange) -> str:
    if node.low is None and node.high is None:
        return _("any number")
    if node.low == node.high and node.low is not None:
        return amount(node.low)
    if node.low is None:
        return _("at most {number}").format(number=amount(node.high))
    if node.high is None:
        return _("at least {number}").format(number=amount(node.low))
    return _("{low} to {high}").format(low=amount(node.low), high=amount(node.high))


def _word(token: Token) -> str:
    match token:
        case Wildcard():
            return _wild(token.pattern).format(text=token.pattern)
        case Exact():
            return _("{word} in exactly this case").format(word=_named(token.text))
    if base_form(token.text) != token.text:
        return _("{word}, accents as written").format(word=_named(token.text))
    return _named(token.text)


def _wild(pattern: str) -> str:
    if not is_signed(pattern):
        return _("words like “{text}”")
    return _("hashtags like “{text}”") if pattern[0] == "#" else _("names like “{text}”")


def _named(form: str) -> str:
    """Quote a word, and say of a signed one what it is."""
    if not is_signed(form):
        return _("“{text}”").format(text=form)
    what = _("the hashtag “{text}”") if form[0] == "#" else _("the name “{text}”")
    return what.format(text=form)
