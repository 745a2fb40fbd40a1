"""Reads the values of fields, and of `raw:`, where they stand in a query."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass

import regex

from auscult.engine.kernel.words import gettext as _
from auscult.engine.query.errors import QueryError, shown
from auscult.engine.query.fields import FIELDS, NAMES, FieldRule

QUOTES = '"“”„‟＂'
# Characters without width come along when text is copied from a page.
SPACE = r"\p{White_Space}\u200b\u200e\u200f\u2060\ufeff"

_space = regex.compile(rf"(?:[{SPACE}]+|<<<(?s:.*?)>>>)*")
_piece = regex.compile(r"[^\p{White_Space}()|]+")
_ends = regex.compile(r"\s*(\S+)\s+(?:TO|to)\s+(\S+)\s*")
_quote = regex.compile(rf"[{QUOTES}]")
_smart_quote = regex.compile(rf"[{QUOTES[1:]}]")
_not_fields = ("raw", "hashtags", "at_mentions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value as written; `ends` where it is a range in square brackets."""

    text: str
    column: int
    quoted: bool = False
    ends: tuple[str, str] | None = None


def rule_of(name: str, column: int) -> FieldRule:
    """Find the field that a name, in any case, means."""
    rule = NAMES.get(name.lower())
    if rule is not None:
        return rule
    written = {
        known: known if known in other.aliases else other.name for known, other in NAMES.items()
    }
    written |= {known: known for known in _not_fields}
    close = difflib.get_close_matches(name[:40].lower(), written, n=1)
    hint = _("To look for the text itself, put it in quotes.")
    if close:
        meant = _("Did you mean `{close}`?").format(close=f"{written[close[0]]}:")
        hint = f"{meant} {hint}"
    raise QueryError(
        _("{read} is not a field. Fields are {fields}.").format(
            read=shown(name + ":"), fields=", ".join(FIELDS)
        ),
        column=column,
        code="unknown-field",
        hint=hint,
    )


def quoted(text: str, place: int) -> tuple[str, int] | None:
    """Read a quoted value: its content, and the place after its closing quote.

    What `"` opens, `"` closes, and two of them stand for one; what a smart quote opens, the
    next smart quote closes. None where nothing closes it.
    """
    if text[place] != '"':
        closing = _smart_quote.search(text, place + 1)
        return (text[place + 1 : closing.start()], closing.end()) if closing else None
    end = text.find('"', place + 1)
    while end >= 0 and text.startswith('""', end):
        end = text.find('"', end + 2)
    return (text[place + 1 : end].replace('""', '"'), end + 1) if end >= 0 else None


def closing_quote(text: str, place: int) -> int:
    """Find the quote, of any shape, that closes a phrase; -1 where there is none."""
    found = _quote.search(text, place)
    return found.start() if found else -1


def raw_value(text: str, place: int, column: int) -> tuple[str, int]:
    """Read what follows `raw:`: its characters, and the place after it."""
    value, end = _value(text, place, "raw", column, _unquoted_raw)
    return value.text, end


def field_values(text: str, place: int, name: str, column: int) -> tuple[tuple[Value, ...], int]:
    """Read what follows a field's colon: its values, and the place after them."""
    if text.startswith("(", place):
        return _group(text, place, name, column)
    values = []
    while True:
        value, place = _value(text, place, name, column, _unquoted)
        values.append(value)
        if not text.startswith("|", place):
            return tuple(values), place
        place += 1


def _group(text: str, place: int, name: str, column: int) -> tuple[tuple[Value, ...], int]:
    opened = place + 1
    values = []
    while True:
        place = _after_space(text, place + 1)
        value, place = _value(text, place, name, column, _unquoted)
        values.append(value)
        place = _after_space(text, place)
        if text.startswith(")", place):
            return tuple(values), place + 1
        if place >= len(text):
            raise QueryError(
                _("The bracket that opens here is never closed."),
                column=opened,
                code="unclosed",
                hint=_("Write `{name}:(one OR two)`.").format(name=name),
            )
        if not text.startswith("|", place):
            _expect_or(text, place, name)
            place += 1


def _expect_or(text: str, place: int, name: str) -> None:
    word = _piece.match(text, place)
    if word is None or word[0] != "OR":
        raise QueryError(
            _("Between the values of `{name}:` stands {read}; only OR may stand there.").format(
                name=name, read=shown(word[0] if word else text[place])
            ),
            column=place + 1,
            code="field-value",
            hint=_("Write `{name}:(one OR two)`.").format(name=name),
        )


def _after_space(text: str, place: int) -> int:
    found = _space.match(text, place)
    return found.end() if found else place


def _value(
    text: str, place: int, name: str, column: int, unquoted: Callable[[str, int], int]
) -> tuple[Value, int]:
    at = place + 1
    if place < len(text) and text[place] in QUOTES:
        found = quoted(text, place)
        if found is None:
            raise QueryError(
                _("The value of `{name}:` that starts here doesn't end.").format(name=name),
                column=at,
                code="unclosed",
                hint=_('Close it with `"`.'),
            )
        value, end = Value(text=found[0], column=at, quoted=True), found[1]
    elif name in FIELDS and FIELDS[name].takes_range and text.startswith("[", place):
        value, end = _range(text, place, name)
    else:
        end = unquoted(text, place)
        value = Value(text=text[place:end], column=at)
    if not value.text:
        raise QueryError(
            _("`{name}:` has no value.").format(name=name),
            column=column,
            code="field-value",
            hint=_("Write the value directly after the colon, without a space."),
        )
    return value, end


def _range(text: str, place: int, name: str) -> tuple[Value, int]:
    end = text.find("]", place) + 1
    inside = text[place + 1 : end - 1] if end else text[place + 1 :]
    found = _ends.fullmatch(inside) if end else None
    if found is None:
        raise QueryError(
            _("{read} is not a range.").format(read=shown("[" + inside + ("]" if end else ""))),
            column=place + 1,
            code="field-value",
            hint=_("Write `{name}:[3 TO 5]`, with `*` for an open end.").format(name=name),
        )
    return Value(text=text[place:end], column=place + 1, ends=(found[1], found[2])), end


def _unquoted(text: str, place: int) -> int:
    """Find the end of a value: white space, `|`, or a closing bracket that it didn't open."""
    return _bare_end(text, place, stops="|")


def _unquoted_raw(text: str, place: int) -> int:
    return _bare_end(text, place, stops="")


def _bare_end(text: str, place: int, *, stops: str) -> int:
    depth = 0
    while place < len(text):
        if found := _piece.match(text, place):
            place = found.end()
            continue
        character = text[place]
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0 or character in stops or character not in "()|":
            return place
        place += 1
    return place
