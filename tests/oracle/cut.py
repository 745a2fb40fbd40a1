"""The rules for tokens, read from the page of the query language a second time.

Written from the words of `docs/reference/query-language.md` alone, one function a
rule, so that it can disagree with the house's own reading of them.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple

import regex

LINK = regex.compile(r"(?:[Hh][Tt][Tt][Pp][Ss]?://|[Ww][Ww][Ww]\.)")
LINK_END = regex.compile(r"[\p{White_Space}<>\"]")
PICTOGRAPH = regex.compile(r"\p{Extended_Pictographic}|\p{Regional_Indicator}")
KEYCAP = regex.compile("[0-9#*]\ufe0f?\u20e3")
IDEOGRAPH = regex.compile(
    r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}&&[\p{L}\p{N}]]", regex.V1
)
SIGNS = {"#": "#", "@": "@", "\uff03": "#", "\uff20": "@"}
APOSTROPHES = "'\u2019"
SELECTORS = [chr(point) for point in range(0xFE00, 0xFE10)]
DIACRITICS = [
    chr(point)
    for first, last in ((0x300, 0x36F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF))
    for point in range(first, last + 1)
]
SKIN_TONES = [chr(point) for point in range(0x1F3FB, 0x1F400)]
NO_SELECTORS = str.maketrans(dict.fromkeys(SELECTORS, ""))
BARE = str.maketrans(dict.fromkeys(DIACRITICS + SKIN_TONES, ""))


class Token(NamedTuple):
    """A token: its sign or "", its unsigned forms, its place in code points."""

    sign: str
    exact: str
    folded: str
    base: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """A text field: its tokens, and where its links are."""

    text: str
    tokens: tuple[Token, ...]
    links: tuple[tuple[int, int], ...]


@cache
def is_letter(char: str) -> bool:
    return regex.match(r"\p{L}", char) is not None


@cache
def is_number(char: str) -> bool:
    return regex.match(r"\p{N}", char) is not None


@cache
def is_mark(char: str) -> bool:
    return regex.match(r"\p{M}", char) is not None


@cache
def is_ideograph(char: str) -> bool:
    """A letter or number of Han, Hiragana or Katakana."""
    return IDEOGRAPH.match(char) is not None


def base_form(folded: str) -> str:
    bare = unicodedata.normalize("NFC", unicodedata.normalize("NFD", folded).translate(BARE))
    return bare or folded


def token(sign: str, characters: str, start: int, end: int) -> Token:
    plain = characters.translate(NO_SELECTORS).replace("\u2019", "'")
    exact = unicodedata.normalize("NFC", plain)
    folded = unicodedata.normalize("NFC", exact.casefold())
    return Token(sign, exact, folded, base_form(folded), start, end)


def link_end(text: str, at: int) -> int | None:
    """Rule 1: the end of the link that starts here. The caller looks at what is before."""
    if LINK.match(text, at) is None:
        return None
    end = LINK_END.search(text, at)
    return len(text) if end is None else int(end.start())


def emoji_end(text: str, at: int) -> int | None:
    """Rule 2: the end of the emoji that starts here."""
    if at >= len(text):
        return None
    pictograph = PICTOGRAPH.match(text, at) is not None
    if not pictograph and KEYCAP.match(text, at) is None:
        return None
    (cluster,) = regex.findall(r"^\X", text[at:])
    if pictograph or KEYCAP.fullmatch(cluster):
        return at + len(cluster)
    return None


def starts_run(text: str, at: int) -> bool:
    """Rules 3 and 4: a letter or number that is no emoji."""
    if at >= len(text) or emoji_end(text, at) is not None:
        return False
    return is_letter(text[at]) or is_number(text[at])


def joins(text: str, start: int, at: int) -> bool:
    """Rule 4: the apostrophe at `at`, in the run that began at `start`, joins two letters."""
    after = at + 1
    if not starts_run(text, after) or not is_letter(text[after]) or is_ideograph(text[after]):
        return False
    before = at - 1
    while before > start and is_mark(text[before]):
        before -= 1
    return is_letter(text[before]) and not is_ideograph(text[before])


def run_end(text: str, start: int, *, signed: bool) -> int:
    """Rule 4: the end of the run that starts here."""
    at = start
    while at < len(text):
        char = text[at]
        if emoji_end(text, at) is not None:
            break
        inside = is_letter(char) or is_number(char) or is_mark(char)
        underscore = signed and char == "_"
        if inside or underscore or (char in APOSTROPHES and joins(text, start, at)):
            at += 1
        else:
            break
    return at


def pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Rule 4: a run, cut before and after each ideograph with its marks."""
    cuts = [start]
    after_ideograph = False
    for at in range(start, end):
        if is_ideograph(text[at]):
            cuts.append(at)
            after_ideograph = True
        elif after_ideograph and not is_mark(text[at]):
            cuts.append(at)
            after_ideograph = False
    cuts.append(end)
    return [(low, high) for low, high in pairwise(cuts) if low < high]


def run_tokens(text: str, at: int, start: int, sign: str) -> tuple[list[Token], int]:
    """The tokens of the run at `start`; the first begins at `at`, where its sign is."""
    end = run_end(text, start, signed=bool(sign))
    found = [token("", text[low:high], low, high) for low, high in pieces(text, start, end)]
    found[0] = found[0]._replace(sign=sign, start=at)
    return found, end


@lru_cache(maxsize=500_000)
def cut(text: str) -> Cut:
    """All tokens and links of a text, from the left."""
    tokens: list[Token] = []
    links: list[tuple[int, int]] = []
    at = 0
    after_word = False  # the character before is a letter, number, mark or underscore
    while at < len(text):
        if not after_word and (end := link_end(text, at)) is not None:
            links.append((at, end))
            at, after_word = end, False
        elif (end := emoji_end(text, at)) is not None:
            tokens.append(token("", text[at:end], at, end))
            at, after_word = end, False
        elif not after_word and text[at] in SIGNS and begins_signed(text, at + 1):
            found, at = run_tokens(text, at, at + 1, SIGNS[text[at]])
            tokens += found
            after_word = True
        elif starts_run(text, at):
            found, at = run_tokens(text, at, at, "")
            tokens += found
            after_word = True
        else:
            after_word = is_mark(text[at]) or text[at] == "_"
            at += 1
    return Cut(text, tuple(tokens), tuple(links))


def begins_signed(text: str, at: int) -> bool:
    """Rule 3: a run stands here, and neither a link nor an emoji."""
    return link_end(text, at) is None and starts_run(text, at)


def without_surrogates(text: str) -> tuple[str, int]:
    """Each lone surrogate as U+FFFD, pairs as what they stand for, and how many were lone."""
    chars: list[str] = []
    count = 0
    for char in text:
        low = "\udc00" <= char <= "\udfff"
        if low and chars and "\ud800" <= chars[-1] <= "\udbff":
            chars[-1] = chr(0x10000 + (ord(chars[-1]) - 0xD800) * 0x400 + ord(char) - 0xDC00)
        else:
            chars.append(char)
    for at, char in enumerate(chars):
        if "\ud800" <= char <= "\udfff":
            chars[at] = "\ufffd"
            count += 1
    return "".join(chars), count
