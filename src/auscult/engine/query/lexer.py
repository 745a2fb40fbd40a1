"""Cuts a query into lexemes, each of which knows where it stood."""

from __future__ import annotations

from enum import Enum, auto
from typing import Any, NamedTuple

import regex

from auscult.engine.kernel.words import gettext as _
from auscult.engine.kernel.words import whole
from auscult.engine.query.checks import too_many_terms
from auscult.engine.query.errors import QueryError, shown
from auscult.engine.query.fields import Kind as FieldKind
from auscult.engine.query.grammar import DEFAULT_DISTANCE, MAX_COUNT, MAX_DISTANCE, MAX_TERMS
from auscult.engine.query.values import (
    QUOTES,
    SPACE,
    Value,
    closing_quote,
    field_values,
    raw_value,
    rule_of,
)


class Kind(Enum):
    """What a lexeme is."""

    AND = auto()
    OR = auto()
    NOT = auto()
    NEAR = auto()  # number, ordered
    OPEN = auto()
    CLOSE = auto()
    TILDE = auto()  # number; directly after a phrase or a closing bracket
    WORD = auto()
    PHRASE = auto()
    EXACT = auto()
    RAW = auto()
    FIELD = auto()  # name, values
    SIGNED = auto()  # name is the sign, values
    TITLE = auto()
    PIPE = auto()
    AT_LEAST = auto()  # number
    NEAR_LIST = auto()  # number, ordered; operands follow, parted by commas
    COMMA = auto()
    END = auto()


class Lexeme(NamedTuple):
    """One piece of a query: `text` is its content, `start` and `end` where all of it stood."""

    kind: Kind
    text: str
    start: int
    end: int
    number: int = 0
    ordered: bool = False
    name: str = ""
    values: tuple[Value, ...] = ()
    content: int = 0  # where `text` starts, if not at `start`

    @property
    def column(self) -> int:
        return self.start + 1


LEAVES = frozenset({Kind.WORD, Kind.PHRASE, Kind.EXACT, Kind.RAW, Kind.FIELD, Kind.SIGNED})
_skipped = regex.compile(rf"(?:[{SPACE}]+|<<<(?s:.*?)>>>)*")
_word = regex.compile(rf"(?:(?!<<<)[^{SPACE}(){QUOTES}{{}}|])+")
_listed_word = regex.compile(rf"(?:(?!<<<)[^{SPACE}(){QUOTES}{{}}|,])+")
_tilde = regex.compile(r"~([0-9]*)")
_widened = regex.compile(r"~[0-9]+$")
_near = regex.compile(r"(O?)NEAR(?:/([0-9]+)([fF]?))?")
_near_list = regex.compile(r"(?i:(o?)near)/([0-9]+)([fF]?):")
_at_least = regex.compile(r"ATLEAST/([0-9]+)")
_field = regex.compile(r"([^\W\d][\w.-]*):")
_link = regex.compile(r"(?i:https?://|www\.)")
_MINUS = "-–−"  # word processors make dashes of a minus
_WORDS = {"AND": Kind.AND, "OR": Kind.OR, "NOT": Kind.NOT}
_SIGNS = {"hashtags": "#", "at_mentions": "@"}
_ENDS_OPERAND = frozenset({Kind.WORD, Kind.PHRASE, Kind.EXACT, Kind.RAW, Kind.TILDE, Kind.CLOSE})


def lexemes(text: str) -> list[Lexeme]:
    """Cut a query; the last lexeme is END."""
    return _Lexer(text).read()


class _Lexer:
    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.found: list[Lexeme] = []
        self.depth = 0
        self.terms = 0
        self.lists: list[int] = []  # the bracket depths at which a list of NEAR is open

    def read(self) -> list[Lexeme]:
        while self._skip():
            self._one()
            if self.lists:
                self._list_goes_on()
        self._add(Kind.END, "", 0)
        return self.found

    def _skip(self) -> bool:
        self.place = _skipped.match(self.text, self.place).end()  # type: ignore[union-attr]
        if self.text.startswith("<<<", self.place):
            raise self._unclosed(_("The comment"), ">>>")
        return self.place < len(self.text)

    def _one(self) -> None:
        character = self.text[self.place]
        if character in "()":
            self._bracket(character)
        elif character in QUOTES:
            self._phrase()
        elif character == "{":
            self._exact()
        elif character == "}":
            raise self._error(
                _("`}` closes nothing that was opened."), hint=_("Exact case is `{BT}`.")
            )
        elif character == "|":
            self._add(Kind.PIPE, "|", 1)
        elif character == "!" and self.text[self.place + 1 : self.place + 2] in tuple(QUOTES):
            self._phrase(before=1)
        elif character in _MINUS and self._stands_free():
            self._add(Kind.NOT, character, 1)
        else:
            self._named_or_word()

    def _stands_free(self) -> bool:
        before = self.found[-1].end if self.found else -1
        opened = not self.found or self.found[-1].kind in {Kind.OPEN, Kind.TITLE}
        after = self.text[self.place + 1 : self.place + 2]
        return (before < self.place or opened) and bool(
            _word.match(after) or after in tuple('({"“”„')
        )

    def _bracket(self, character: str) -> None:
        if character == "(":
            self.depth += 1
            self._add(Kind.OPEN, character, 1)
            return
        self.depth -= 1
        while self.lists and self.lists[-1] > self.depth:
            self.lists.pop()
        self._add(Kind.CLOSE, character, 1)
        self._tilde()

    def _phrase(self, before: int = 0) -> None:
        start = self.place + before
        end = closing_quote(self.text, start + 1)
        if end < 0:
            raise self._unclosed(_("The phrase"), '"')
        kind = Kind.EXACT if before else Kind.PHRASE
        self._add(kind, self.text[start + 1 : end], end + 1 - self.place, content=start + 1)
        if not before:
            self._tilde()

    def _exact(self) -> None:
        end = self.text.find("}", self.place)
        if end < 0:
            raise self._unclosed(_("The exact word"), "}")
        inside = self.text[self.place + 1 : end]
        self._add(Kind.EXACT, inside, end + 1 - self.place, content=self.place + 1)

    def _tilde(self) -> None:
        if found := _tilde.match(self.text, self.place):
            number = self._number(found[1], "~", MAX_DISTANCE)
            self._add(Kind.TILDE, found[0], len(found[0]), number=number)

    def _named_or_word(self) -> None:
        if _link.match(self.text, self.place):
            word = _word.match(self.text, self.place)[0]  # type: ignore[index]
            raise self._error(
                _("{read} is a link, and links are not text.").format(read=shown(word)),
                code="no-token",
                hint=_("Write `links:{word}` for posts that link to it.").format(word=word[:60]),
            )
        if found := _near_list.match(self.text, self.place):
            number = self._number(found[2], "near/", MAX_DISTANCE)
            ordered = bool(found[1] or found[3])
            self._add(Kind.NEAR_LIST, found[0], len(found[0]), number=number, ordered=ordered)
            self.lists.append(self.depth)
        elif found := _field.match(self.text, self.place):
            self._field(found[1], found.end())
        else:
            self._word()

    def _field(self, name: str, value: int) -> None:
        column = self.place + 1
        lower = name.lower()
        if lower == "raw":
            content, end = raw_value(self.text, value, column)
            self._add(Kind.RAW, content, end - self.place)
            return
        if sign := _SIGNS.get(lower, ""):
            values, end = field_values(self.text, value, name, column)
            self._add(Kind.SIGNED, name, end - self.place, name=sign, values=values)
            return
        rule = rule_of(name, column)
        if rule.kind is FieldKind.TITLE:
            self._add(Kind.TITLE, f"{name}:", value - self.place)
            return
        values, end = field_values(self.text, value, rule.name, column)
        whole = self.text[self.place : end]
        self._add(Kind.FIELD, whole, end - self.place, name=rule.name, values=values)

    def _word(self) -> None:
        listed = bool(self.lists) and self.lists[-1] == self.depth
        found = (_listed_word if listed else _word).match(self.text, self.place)
        if found is None:
            raise self._error(_("{read} is no operand.").format(read=shown(self.text[self.place])))
        word = found[0]
        if widened := _widened.search(word):
            raise self._error(
                _("{read} follows neither a phrase nor a bracket.").format(read=shown(widened[0])),
                hint=_('Write `"flu shot"{widened}` or `(flu AND shot){widened}`.').format(
                    widened=widened[0]
                ),
            )
        if kind := _WORDS.get(word):
            self._add(kind, word, len(word))
        elif word.startswith(("NEAR/", "ONEAR/")) or word in {"NEAR", "ONEAR"}:
            self._near(word)
        elif word == "ATLEAST" or word.startswith("ATLEAST/"):
            self._at_least(word)
        else:
            self._add(Kind.WORD, word, len(word))

    def _near(self, word: str) -> None:
        found = _near.fullmatch(word)
        if found is None:
            raise self._error(
                _("{read} is not an operator.").format(read=shown(word)),
                hint=_(
                    "NEAR takes a whole number and, for the order written, an f:"
                    " `NEAR/5`, `NEAR/2f`."
                ),
            )
        number = self._number(found[2] or str(DEFAULT_DISTANCE), "NEAR/", MAX_DISTANCE)
        ordered = bool(found[1] or found[3])
        self._add(Kind.NEAR, word, len(word), number=number, ordered=ordered)

    def _at_least(self, word: str) -> None:
        found = _at_least.fullmatch(word)
        if found is None:
            raise self._error(
                _("{read} is not an operator.").format(read=shown(word)),
                hint=_(
                    "ATLEAST takes a whole number and a bracket: `ATLEAST/3(flu OR influenza)`."
                ),
            )
        number = self._number(found[1], "ATLEAST/", MAX_COUNT, least=1)
        self._add(Kind.AT_LEAST, word, len(word), number=number)

    def _number(self, digits: str, before: str, most: int, least: int = 0) -> int:
        if not digits or len(digits) > 9 or not least <= int(digits) <= most:
            raise self._error(
                _("{read} needs a whole number from {least} to {most}.").format(
                    read=shown(before + digits), least=least, most=whole(most)
                ),
                code="limit" if digits else "syntax",
            )
        return int(digits)

    def _list_goes_on(self) -> None:
        """After an operand of `near/n:`, find the comma that brings the next, or its end."""
        if self.lists[-1] != self.depth or self.found[-1].kind not in _ENDS_OPERAND:
            return
        if self.text.startswith(",", self.place):
            self._add(Kind.COMMA, ",", 1)
        else:
            self.lists.pop()

    def _add(self, kind: Kind, text: str, length: int, **facts: Any) -> None:
        self.terms += kind in LEAVES
        if self.terms > MAX_TERMS:  # said here, so that a far too long query is refused at once
            raise too_many_terms(self.place + 1)
        start, self.place = self.place, self.place + length
        self.found.append(Lexeme(kind=kind, text=text, start=start, end=self.place, **facts))

    def _error(self, message: str, *, code: str = "syntax", hint: str = "") -> QueryError:
        return QueryError(message, column=self.place + 1, code=code, hint=hint)

    def _unclosed(self, what: str, missing: str) -> QueryError:
        return self._error(
            _("{what} that starts here, {read}, doesn't end.").format(
                what=what, read=shown(self.text[self.place : self.place + 40])
            ),
            code="unclosed",
            hint=_("Close it with `{missing}`.").format(missing=missing),
        )
