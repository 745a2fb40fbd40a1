"""What the compiled tokeniser knows of each character, filled in a page at a time.

The tables are flat over all of Unicode (kind, form, order) but start empty, and an empty
page costs no memory; the first text that holds a character of a page has it filled from
`kernel/text.py`'s own rules. A character whose forms depend on its neighbours (a letter
that composes with what stands before it, a mark that could be reordered) is `ODD`: a text
that holds one goes to the readable tokeniser, so the compiled one never has to guess.
"""

from __future__ import annotations

import functools
import threading
import unicodedata
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import regex

from auscult.engine.kernel import text

PAGE = 256
LAST = 0x110000

# Kinds of characters. 0 says that the page has not been filled.
SEPARATOR, SPACE, UNDERSCORE, SIGN, APOSTROPHE, LETTER, NUMBER, MARK = range(1, 9)
IDEOGRAPH, PICTURE, REGIONAL, SELECTOR, TONE, JOINER, ODD = range(9, 16)

_KINDS = [  # later ones win
    (SPACE, r"[\p{White_Space}<>\"]"),
    (LETTER, r"\p{L}"),
    (NUMBER, r"\p{N}"),
    (MARK, r"\p{M}"),
    (
        IDEOGRAPH,
        r"[[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]&&[\p{L}\p{N}]]",
    ),
    (UNDERSCORE, "_"),
    (SIGN, r"[\#@\uff03\uff20]"),
    (APOSTROPHE, r"['\u2019]"),
    (PICTURE, r"\p{ExtPict}"),
    (REGIONAL, r"\p{RI}"),
    (SELECTOR, r"[\ufe00-\ufe0f]"),
    (TONE, r"[\U0001f3fb-\U0001f3ff]"),
    (JOINER, r"\u200d"),
]
_PATTERNS = [(kind, regex.compile(pattern, regex.VERSION1)) for kind, pattern in _KINDS]
_EXTENDS = regex.compile(r"[\p{GCB=Extend}\p{GCB=SpacingMark}\u200d]", regex.VERSION1)
# Blocks in which some character has a canonical decomposition (Hangul is computed).
_DECOMPOSING = [(0xC0, 0x3400), (0xA000, 0xAC00), (0xF900, 0xFE00), (0x10000, 0x20000)]
_WORD_KINDS = (LETTER, NUMBER, IDEOGRAPH, PICTURE, REGIONAL)


class CharacterTables(NamedTuple):
    """The tables as the kernels read them.

    Attributes
    ----------
    kind : uint8, one per code point
    form : int32, one per code point; 0: folded and base form are the character itself,
        else a row of `entries`
    order : uint8, one per code point; canonical combining class of the last character of
        its decomposed forms
    extends : uint8, one per code point; 1 where it would continue an emoji's cluster
    entries : int32, (n, 4); where folded and base form stand in `pool`: offset, length, twice
    pool : uint8, UTF-8
    """

    kind: npt.NDArray[np.uint8]
    form: npt.NDArray[np.int32]
    order: npt.NDArray[np.uint8]
    extends: npt.NDArray[np.uint8]
    entries: npt.NDArray[np.int32]
    pool: npt.NDArray[np.uint8]


class Characters:
    """Owner of the tables; one for the whole process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kind = np.zeros(LAST, np.uint8)
        self._form = np.zeros(LAST, np.int32)
        self._order = np.zeros(LAST, np.uint8)
        self._extends = np.zeros(LAST, np.uint8)
        self._entries: list[tuple[int, int, int, int]] = [(0, 0, 0, 0)]
        self._pool = bytearray(1)
        self._composing = _composing()
        self._filled: set[int] = set()
        self._tables = self._snapshot()
        self.fill(range(2))

    def tables(self) -> CharacterTables:
        """Return the tables as they are now; pages that are filled stay."""
        return self._tables

    def fill(self, pages: range | list[int]) -> None:
        """Fill pages of 256 code points each."""
        with self._lock:
            missing = [page for page in pages if page not in self._filled]
            kinds = [self._kinds_of(page) for page in missing]
            # A kernel of another thread may be reading. It uses a page from when its kinds are
            # there on, with the tables of that moment: so those have to be there before.
            self._tables = self._snapshot()
            for page, found in zip(missing, kinds, strict=True):
                self._kind[page * PAGE : (page + 1) * PAGE] = found
            self._filled.update(missing)

    def _snapshot(self) -> CharacterTables:
        return CharacterTables(
            self._kind,
            self._form,
            self._order,
            self._extends,
            np.array(self._entries, np.int32),
            np.array(self._pool, np.uint8),
        )

    def _kinds_of(self, page: int) -> npt.NDArray[np.uint8]:
        """Enter the forms of a page's characters; return their kinds."""
        low = page * PAGE
        characters = "".join(
            "\ufffd" if 0xD800 <= code < 0xE000 else chr(code) for code in range(low, low + PAGE)
        )
        kinds = np.full(PAGE, SEPARATOR, np.uint8)
        for kind, pattern in _PATTERNS:
            for found in pattern.finditer(characters):
                kinds[found.start()] = kind
        for found in _EXTENDS.finditer(characters):
            self._extends[low + found.start()] = 1
        for place, character in enumerate(characters):
            if kinds[place] in _WORD_KINDS:
                kinds[place] = self._learn(character, int(kinds[place]))
            elif kinds[place] == MARK:
                kinds[place] = self._learn_mark(character)
        return kinds

    def _learn(self, character: str, kind: int) -> int:
        """Enter the forms of a character that stands by itself; say its kind."""
        apart = unicodedata.normalize("NFD", character)
        if character.isascii() or (apart == character and character.casefold() == character):
            odd = apart in self._composing or unicodedata.combining(character)
            return ODD if odd else kind
        if text.exact_form(character) != character:
            return ODD
        folded = text.folded_form(character)
        base = text.base_form(folded)
        for form in (character, folded, base):
            decomposed = unicodedata.normalize("NFD", form)
            if decomposed[0] in self._composing or unicodedata.combining(decomposed[0]):
                return ODD
            last = unicodedata.combining(decomposed[-1])
            self._order[ord(character)] = max(last, self._order[ord(character)])
        self._enter(character, folded, base)
        return kind

    def _learn_mark(self, character: str) -> int:
        inert = (
            character not in self._composing
            and unicodedata.normalize("NFD", character) == character
            and character.casefold() == character
            and not any(low <= ord(character) <= high for low, high in text.DIACRITICS)
        )
        self._order[ord(character)] = unicodedata.combining(character)
        return MARK if inert else ODD

    def _enter(self, character: str, folded: str, base: str) -> None:
        if folded == base == character:
            return
        spans: list[int] = []
        for form in (folded, base):
            encoded = form.encode()
            spans += (len(self._pool), len(encoded))
            self._pool += encoded
        if folded == base:
            spans[2:] = spans[:2]
        self._form[ord(character)] = len(self._entries)
        self._entries.append((spans[0], spans[1], spans[2], spans[3]))


def _composing() -> frozenset[str]:
    """Characters that may compose with the one before them."""
    found = {chr(code) for code in range(0x1161, 0x1200)}  # Hangul vowels and final consonants
    for low, high in _DECOMPOSING:
        for code in range(low, high):
            parts = unicodedata.decomposition(chr(code))
            if parts and parts[0] != "<":
                found.update(chr(int(part, 16)) for part in parts.split()[1:])
    return frozenset(found)


@functools.cache
def characters() -> Characters:
    """Return the process's tables, made when first asked for."""
    return Characters()
