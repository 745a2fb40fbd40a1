"""Makes conditions on fields of the values that were read for them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence

import regex

from auscult.engine.kernel.words import gettext as _
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
            raise _refused(
                rule, value, _("is `true` or `false`, not {read}.").format(read=shown(value.text))
            )
        return text
    wild = not value.quoted and ("*" in text or "?" in text)
    if wild and not rule.takes_wildcards and not rule.keeps_case:
        raise _refused(
            rule,
            value,
            _("takes no wildcards, but {read} holds one.").format(read=shown(value.text)),
            _("url, links and author take them; in quotes they are read as they stand."),
        )
    if rule.kind is Kind.AUTHOR:
        text = text.lstrip("@") or text
    if rule.kind is Kind.SITE and "://" in text:
        raise _refused(
            rule,
            value,
            _("is a host, not {read}.").format(read=shown(value.text)),
            _host_hint(text),
        )
    _doubt(rule, value, text, warn)
    return text


def _host_hint(text: str) -> str:
    host = text.split("://", 1)[1].split("/", 1)[0]
    return _("Write `site:{host}`.").format(host=host[:60] or "mayo.edu")


def _doubt(rule: FieldRule, value: Value, text: str, warn: Warn) -> None:
    """Warn about codes that no post can have."""
    if rule.name == "language" and not _language.fullmatch(text):
        message = _("{read} is no code of a language; no post may have it.")
        hint = _("A language is written as its code: `language:en`, `language:pt-br`.")
    elif rule.name == "country" and not _country.fullmatch(text):
        message = _("{read} is no code of a country; no post may have it.")
        hint = _("A country is written with three letters (ISO 3166-1 alpha-3): `country:gbr`.")
    else:
        return
    message = message.format(read=shown(value.text))
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
        _("is one of {valid}, not {read}.").format(valid=valid, read=shown(value.text)),
        _("Did you mean `{close}`?").format(close=close[0]) if close else "",
    )


def _range(rule: FieldRule, value: Value) -> FieldRange:
    low, high = value.ends or (value.text, value.text)
    if value.ends is None and low == "*":
        raise _refused(rule, value, _("needs a number or a range, not `*`."), _range_hint(rule))
    found = FieldRange(field=rule.name, low=_end(rule, value, low), high=_end(rule, value, high))
    if found.low is not None and found.high is not None and found.low > found.high:
        raise _refused(
            rule,
            value,
            _("has a range that ends before it starts: {read}.").format(read=shown(value.text)),
            _("Write the smaller number first, or two ranges: `{name}:({halves})`.").format(
                name=rule.name, halves=_halves(found)
            )
            if rule.kind is Kind.MINUTE
            else _("Write the smaller number first."),
        )
    return found


def _halves(found: FieldRange) -> str:
    return f"[{found.low:g} TO {LAST_MINUTE}] OR [0 TO {found.high:g}]"


def _end(rule: FieldRule, value: Value, text: str) -> float | None:
    if text == "*":
        return None
    if not _number.fullmatch(text):
        raise _refused(
            rule,
            value,
            _("needs a number, not {read}.").format(read=shown(text)),
            _range_hint(rule),
        )
    number = float(text)
    if rule.kind is Kind.MINUTE and not 0 <= number <= LAST_MINUTE:
        raise _refused(
            rule,
            value,
            _("counts minutes from 0 to {last_minute}; {read} is none.").format(
                last_minute=LAST_MINUTE, read=shown(text)
            ),
        )
    return number


def _range_hint(rule: FieldRule) -> str:
    return _("Write `{name}:4` or `{name}:[3 TO 5]`, with `*` for an open end.").format(
        name=rule.name
    )


def _refused(rule: FieldRule, value: Value, message: str, hint: str = "") -> QueryError:
    return QueryError(
        f"`{rule.name}:` {message}",
        column=value.column,
        code="field-value",
        hint=hint,
    )
