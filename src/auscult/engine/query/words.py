"""Makes nodes of words, phrases and exact words: cut by the rules for posts, plus wildcards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import regex

from auscult.engine.kernel.text import SIGNS, exact_form, folded_form, is_signed, tokens
from auscult.engine.kernel.words import gettext as _
from auscult.engine.query.errors import QueryError, QueryWarning, shown
from auscult.engine.query.grammar import MAX_EXPANSIONS, SAFE_STEM, SHORT_STEM
from auscult.engine.query.tree import Exact, Phrase, Token, Wildcard, Word
from auscult.engine.query.values import Value

Warn = Callable[[QueryWarning], None]


class Vocabulary(Protocol):
    """The words that a reader of a query knows, to tell what a short stem may stand for."""

    def expansions(self, pattern: str, limit: int) -> int:
        """Count the words that match a wildcard's pattern, up to `limit`."""


_wild = regex.compile(r"\*(?!\ufe0f?\u20e3)|\?")  # the keycap of * is an emoji
_stars = regex.compile(r"\*{2,}(?!\ufe0f?\u20e3)")
_braces = regex.compile(r"\{([^{}]*)\}")
_white = regex.compile(r"\p{White_Space}")
_first_wild = regex.compile(r"[*?]")


def one_token_or_phrase(parts: list[Token]) -> Token | Phrase:
    return parts[0] if len(parts) == 1 else Phrase(parts=tuple(parts))


class WordReader:
    """Cuts the words of one query."""

    def __init__(self, warn: Warn, vocabulary: Vocabulary | None) -> None:
        self.warn = warn
        self.vocabulary = vocabulary

    def word(self, text: str, place: int, *, whole: str = "") -> Token | Phrase:
        """Read a bare word that stands at `place`; `whole` is what a message shows of it."""
        parts = list(self._cut(text, place))
        if not parts:
            raise _no_token(whole or text, place)
        self._doubt_sign(text, place, parts)
        return one_token_or_phrase(parts)

    def parts(self, text: str, place: int) -> list[Token]:
        """Read what stands in quotes: words, and exact words in braces."""
        parts: list[Token] = []
        after = 0
        for found in _braces.finditer(text):
            parts += self._cut(text[after : found.start()], place + after)
            parts += exact_parts(found[1], place + found.start(1))
            after = found.end()
        parts += self._cut(text[after:], place + after)
        if not parts:
            raise _no_token(text, place)
        return parts

    def _cut(self, text: str, place: int) -> Iterator[Token]:
        if not _wild.search(text):
            for token in tokens(text):
                yield Word(text=token.folded)
            return
        # A wildcard counts as a letter; which one is all the same to where tokens end.
        for token in tokens(_wild.sub("a", text)):
            written = text[token.start : token.end]
            if _wild.search(written):
                yield self._wildcard(_pattern(written), place + token.start)
            else:
                yield Word(text=token.folded)

    def _wildcard(self, pattern: str, place: int) -> Wildcard:
        length = len(stem(pattern).lstrip(SIGNS))
        if length < SHORT_STEM:
            raise QueryError(
                _(
                    "The wildcard {read} needs {safe_stem} characters before its first `*` or"
                    " `?`, or {short_stem} where few words fit; it has {length}."
                ).format(
                    read=shown(pattern), safe_stem=SAFE_STEM, short_stem=SHORT_STEM, length=length
                ),
                column=place + 1,
                code="wildcard",
                hint=_("Write more of the word, or write the words out with OR."),
            )
        if length < SAFE_STEM:
            self._weigh(pattern, place)
        return Wildcard(pattern=pattern)

    def _weigh(self, pattern: str, place: int) -> None:
        """Refuse a stem of two if too many words fit it."""
        if self.vocabulary is None:
            message = _("The stem of {read} is short; how many words fit it isn't known.").format(
                read=shown(pattern)
            )
            hint = _("Three characters before the wildcard are safe.")
            self.warn(QueryWarning(column=place + 1, message=message, hint=hint))
        elif self.vocabulary.expansions(pattern, MAX_EXPANSIONS + 1) > MAX_EXPANSIONS:
            raise QueryError(
                _(
                    "More than {max_expansions} known words fit {read}, too many for a stem"
                    " of {short_stem} characters."
                ).format(max_expansions=MAX_EXPANSIONS, read=shown(pattern), short_stem=SHORT_STEM),
                column=place + 1,
                code="wildcard",
                hint=_("Write more of the word, or write the words out with OR."),
            )

    def _doubt_sign(self, text: str, place: int, parts: list[Token]) -> None:
        form = _form(parts[0])
        if text[0] in SIGNS and len(text) > 1 and not is_signed(form) and form[0] not in SIGNS:
            message = _("The sign of {read} is not read: no letter or number follows it.").format(
                read=shown(text)
            )
            hint = _("Write `raw:{text}` for exactly these characters.").format(text=text[:40])
            self.warn(QueryWarning(column=place + 1, message=message, hint=hint))


def exact_parts(text: str, place: int) -> list[Token]:
    """Read an exact word, or several."""
    found = _wild.search(text)
    if found:
        raise QueryError(
            _("An exact word takes no wildcards, but {read} holds one.").format(read=shown(text)),
            column=place + found.start() + 1,
            code="wildcard",
            hint=_("Take out the `{found}`, or the braces.").format(found=found[0]),
        )
    parts: list[Token] = [Exact(text=token.exact) for token in tokens(text)]
    if not parts:
        raise _no_token(text, place)
    return parts


def _pattern(written: str) -> str:
    """Fold what stands between the wildcards, and keep those."""
    literal = [folded_form(exact_form(piece)) for piece in _wild.split(written)]
    wild = _wild.findall(written)
    return _stars.sub("*", "".join(a + b for a, b in zip(literal, [*wild, ""], strict=True)))


def stem(pattern: str) -> str:
    """Give the characters before a pattern's first wildcard, sign included."""
    return _first_wild.split(pattern, maxsplit=1)[0]


def _no_token(text: str, place: int) -> QueryError:
    what = shown(text) if text.strip() else _("What is quoted here")
    return QueryError(
        _("{what} holds no word, number or emoji to look for.").format(what=what),
        column=place + 1,
        code="no-token",
        hint=_('For exactly these characters write `raw:` before them, for example `raw:"C++"`.'),
    )


def refuse_pieces(parts: Sequence[Token], place: int) -> None:
    """Refuse operands that are no token alone: pieces of a hashtag that Han characters cut."""
    for part in parts:
        form = _form(part)
        if "_" in form and not is_signed(form):
            raise QueryError(
                _(
                    "{read} is a piece of a hashtag or name and can't be an operand by itself."
                ).format(read=shown(form)),
                column=place + 1,
                code="operand",
                hint=_("Write the hashtag outside the quotes."),
            )


def _form(token: Token) -> str:
    return token.pattern if isinstance(token, Wildcard) else token.text


def signed_word(reader: WordReader, sign: str, value: Value) -> Token | Phrase:
    """Read a value of `hashtags:` or `at_mentions:` as a word with its sign."""
    text = sign + value.text.removeprefix(sign)
    node = reader.word(text, value.column - 2, whole=value.text)
    first = node.parts[0] if isinstance(node, Phrase) else node
    form = _form(first)
    if not is_signed(form) or _white.search(text):
        raise QueryError(
            _("{read} can't stand after `{sign}`.").format(read=shown(value.text), sign=sign),
            column=value.column,
            code="field-value",
            hint=_("A hashtag or name is one word that starts with a letter or a number."),
        )
    return node
