"""Makes conditions on fields of the values that were read for them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence

import regex

from auscult.engine.query.errors import QueryError, QueryWarning, shown
from auscult.engine.query.fields import FIELDS, FieldRule, Kind
from auscult.engine.query.tree import FieldIs, FieldRange, Node, Or
from auscult.engine.query.values import Value

Warn = Callable[[QueryWarning], None]

_number = regex.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,15})?")
_language = regex.compile(r"[a-z]{2,3}(?:-[a-z0-9]{1,8})*")
_country = regex.compile(r"[a-z]{3}")
LAST_MINUTE = 1439


def condition(name: str, values: Sequence[Value], warn: Warn) -> Node:
    """Make the condition that a field is any of the values.

    Raises
    ------
    QueryError
        Where a value is not one that the field can have.
    """
    rule = FIELDS[name]
    if rule.takes_range:
        ranges = tuple(dict.fromkeys(_range(rule, value) for value in values))
        return ranges[0] if len(ranges) == 1 else Or(children=ranges)
    taken = dict.fromkeys(_taken(rule, value, warn) for value in values)
    return FieldIs(field=rule.name, values=tuple(taken))


def _taken(rule: FieldRule, value: Value, warn: Warn) -> str:
    """Bring a value into the form in which it is compared."""
    text = value.text if rule.keeps_case else value.text.casefold()
    if rule.kind is Kind.CHOICE:
        return _choice(rule, value)
    if rule.kind is Kind.BOOLEAN:
        if text not in {"true", "false"}:
            raise _refused(rule, value, f"is `true` or `false`, not {shown(value.text)}.")
        return text
    wild = not value.quoted and ("*" in text or "?" in text)
    if wild and not rule.takes_wildcards and not rule.keeps_case:
        raise _refused(
            rule,
            value,
            f"takes no wildcards, but {shown(value.text)} holds one.",
            "url, links and author take them; in quotes they are read as they stand.",
        )
    if rule.kind is Kind.AUTHOR:
        text = text.lstrip("@") or text
    if rule.kind is Kind.SITE and "://" in text:
        raise _refused(rule, value, f"is a host, not {shown(value.text)}.", _host_hint(text))
    _doubt(rule, value, text, warn)
    return text


def _host_hint(text: str) -> str:
    host = text.split("://", 1)[1].split("/", 1)[0]
    return f"Write `site:{host[:60]}`." if host else "Write `site:mayo.edu`."


def _doubt(rule: FieldRule, value: Value, text: str, warn: Warn) -> None:
    """Warn about codes that no post can have."""
    if rule.name == "language" and not _language.fullmatch(text):
        hint = "A language is written as its code: `language:en`, `language:pt-br`."
    elif rule.name == "country" and not _country.fullmatch(text):
        hint = "A country is written with three letters (ISO 3166-1 alpha-3): `country:gbr`."
    else:
        return
    message = f"{shown(value.text)} is no code of a {rule.name}; no post may have it."
    warn(QueryWarning(column=value.column, message=message, hint=hint))


def _choice(rule: FieldRule, value: Value) -> str:
    choice = value.text.upper()
    if choice in rule.choices:
        return choice
    close = difflib.get_close_matches(choice[:40], rule.choices, n=1)
    valid = ", ".join(f"`{name}`" for name in rule.choices)
    raise _refused(
        rule,
        value,
        f"is one of {valid}, not {shown(value.text)}.",
        f"Did you mean `{close[0]}`?" if close else "",
    )


def _range(rule: FieldRule, value: Value) -> FieldRange:
    low, high = value.ends or (value.text, value.text)
    if value.ends is None and low == "*":
        raise _refused(rule, value, "needs a number or a range, not `*`.", _range_hint(rule))
    found = FieldRange(field=rule.name, low=_end(rule, value, low), high=_end(rule, value, high))
    if found.low is not None and found.high is not None and found.low > found.high:
        raise _refused(
            rule,
            value,
            f"has a range that ends before it starts: {shown(value.text)}.",
            f"Write the smaller number first, or two ranges: `{rule.name}:({_halves(found)})`."
            if rule.kind is Kind.MINUTE
            else "Write the smaller number first.",
        )
    return found


def _halves(found: FieldRange) -> str:
    return f"[{found.low:g} TO {LAST_MINUTE}] OR [0 TO {found.high:g}]"


def _end(rule: FieldRule, value: Value, text: str) -> float | None:
    if text == "*":
        return None
    if not _number.fullmatch(text):
        raise _refused(rule, value, f"needs a number, not {shown(text)}.", _range_hint(rule))
    number = float(text)
    if rule.kind is Kind.MINUTE and not 0 <= number <= LAST_MINUTE:
        raise _refused(
            rule, value, f"counts minutes from 0 to {LAST_MINUTE}; {shown(text)} is none."
        )
    return number


def _range_hint(rule: FieldRule) -> str:
    return f"Write `{rule.name}:4` or `{rule.name}:[3 TO 5]`, with `*` for an open end."


def _refused(rule: FieldRule, value: Value, message: str, hint: str = "") -> QueryError:
    return QueryError(
        f"`{rule.name}:` {message}", column=value.column, code="field-value", hint=hint
    )
