"""Text as tokens: the readable form of the rules in `docs/reference/query-language.md`.

The query parser cuts its words with it; the compiled matcher cuts posts by the same rules
and is tested against it. Properties of characters are those of the `regex` package, which
carries its own Unicode data, so that they don't change with the version of Python.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Literal, NamedTuple

import regex

SIGNS = "#@"
REPLACEMENT = "\ufffd"
# Combining diacritical marks (main, extended, supplement, for symbols) and skin tones.
DIACRITICS = ((0x300, 0x36F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF))
SKIN_TONES = (0x1F3FB, 0x1F3FF)

_KEYCAP_MARK = "\u20e3"
_EXTENDS = r"[\p{GCB=Extend}\p{GCB=SpacingMark}\u200d]"
_EMOJI = (
    rf"(?:(?:\p{{ExtPict}}(?:\p{{GCB=Extend}}*\u200d\p{{ExtPict}})*|\p{{RI}}{{1,2}}){_EXTENDS}*"
    rf"|[0-9\#*]\ufe0f?\u20e3(?!{_EXTENDS}))"
)
_CJK = r"[[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]&&[\p{L}\p{N}]]"
_LETTER = rf"[\p{{L}}--{_CJK}]"
_NUMBER = rf"[\p{{N}}--{_CJK}]"
# A letter with its marks and, where another letter follows, an apostrophe that joins the two.
_UNIT = rf"(?!{_EMOJI})(?:{_LETTER}\p{{M}}*(?:['’](?=(?!{_EMOJI}){_LETTER}))?|{_NUMBER}\p{{M}}*"


def _compiled(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern, regex.VERSION1)


_link = _compiled(r"""(?:[hH][tT][tT][pP][sS]?://|[wW]{3}\.)[^\p{White_Space}<>"]*""")
_emoji = _compiled(_EMOJI)
_run_start = _compiled(rf"(?!{_EMOJI})[\p{{L}}\p{{N}}]")
_plain = _compiled(rf"(?:{_UNIT}))+")
_plain_signed = _compiled(rf"(?:{_UNIT}|_\p{{M}}*))+")
_cjk = _compiled(rf"{_CJK}\p{{M}}*")
_joining = _compiled(r"[\p{L}\p{N}\p{M}_]")
_selectors = _compiled(r"[\ufe00-\ufe0f]")
_removed_from_base = _compiled(
    "[" + "".join(f"{chr(low)}-{chr(high)}" for low, high in (*DIACRITICS, SKIN_TONES)) + "]"
)
_surrogates = _compiled(r"[\ud800-\udfff]")
_spellings = str.maketrans({"’": "'", "＃": "#", "＠": "@"})


class Token(NamedTuple):
    """One token of a text.

    Attributes
    ----------
    exact, folded, base : str
        Its forms, each with its sign if it has one.
    start, end : int
        Where it stands, sign included, in code points; `end` is the first one after it.
    """

    exact: str
    folded: str
    base: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """Cut a text into its tokens.

    Examples
    --------
    >>> [token.folded for token in tokens("Dr. O’Neil's x-ray @ St. Mary: #flu_shot, see www.x.org")]
    ['dr', "o'neil's", 'x', 'ray', 'st', 'mary', '#flu_shot', 'see']
    """
    return [_token(text, start, end) for kind, start, end in _pieces(text) if kind == "token"]


def links(text: str) -> list[tuple[int, int]]:
    """Say where the links of a text stand: (start, end) in code points.

    Examples
    --------
    >>> links("see https://mayo.edu/flu now")
    [(4, 24)]
    """
    return [(start, end) for kind, start, end in _pieces(text) if kind == "link"]


def exact_form(piece: str) -> str:
    """Form the exact form of the characters of one token."""
    return unicodedata.normalize("NFC", _selectors.sub("", piece.translate(_spellings)))


def folded_form(exact: str) -> str:
    """Form the folded form, which is the same for every case, from the exact form."""
    return unicodedata.normalize("NFC", exact.casefold())


def base_form(folded: str) -> str:
    r"""Form the base form, without accents and skin tones, from the folded form.

    Examples
    --------
    >>> base_form("café"), base_form("#grösse"), base_form("👍\U0001f3fd")
    ('cafe', '#grosse', '👍')
    """
    if folded.isascii():
        return folded
    bare = _removed_from_base.sub("", unicodedata.normalize("NFD", folded))
    return unicodedata.normalize("NFC", bare) or folded


def is_signed(form: str) -> bool:
    """Tell whether a token's form begins with a sign (the keycap of # doesn't)."""
    return len(form) > 1 and form[0] in SIGNS and form[1] != _KEYCAP_MARK


def unsigned(form: str) -> str:
    """Take the leading sign, if there is one, from a token's form."""
    return form[1:] if is_signed(form) else form


def clean(text: str | bytes) -> tuple[str, int]:
    """Make valid Unicode of a text: each invalid sequence becomes U+FFFD.

    Parameters
    ----------
    text : str or bytes
        A string, which may hold surrogates (two that make a pair become the character
        that they stand for), or UTF-8.

    Returns
    -------
    str, int
        The valid text, and how many sequences were replaced.
    """
    if isinstance(text, bytes):
        decoded = text.decode("utf-8", "replace")
        # A U+FFFD that was already there is valid and isn't counted.
        return decoded, decoded.count(REPLACEMENT) - text.count(REPLACEMENT.encode())
    if text.isascii() or not _surrogates.search(text):
        return text, 0
    paired = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return _surrogates.subn(REPLACEMENT, paired)


def _token(text: str, start: int, end: int) -> Token:
    exact = exact_form(text[start:end])
    folded = folded_form(exact)
    return Token(exact, folded, base_form(folded), start, end)


def _pieces(text: str) -> Iterator[tuple[Literal["token", "link"], int, int]]:
    """Cut a text, from the left, into tokens and links; what separates is left out."""
    place = 0
    after_emoji = False
    while place < len(text):
        joins = place > 0 and not after_emoji and bool(_joining.match(text, place - 1))
        after_emoji = False
        if not joins and (found := _link.match(text, place)):
            yield "link", place, found.end()
            place = found.end()
        elif found := _emoji.match(text, place):
            yield "token", place, found.end()
            place = found.end()
            after_emoji = True
        elif (signed := not joins and _signs_run(text, place)) or _run_start.match(text, place):
            for start, end in _run(text, place, signed=signed):
                yield "token", start, end
                place = end
        else:
            place += 1


def _signs_run(text: str, place: int) -> bool:
    return (
        text[place] in "#@＃＠"
        and not _link.match(text, place + 1)
        and bool(_run_start.match(text, place + 1))
    )


def _run(text: str, place: int, *, signed: bool) -> Iterator[tuple[int, int]]:
    """Cut one run; its sign, if it has one, belongs to the first token."""
    plain = _plain_signed if signed else _plain
    start, place = place, place + signed
    while found := _cjk.match(text, place) or plain.match(text, place):
        yield start, found.end()
        start = place = found.end()
