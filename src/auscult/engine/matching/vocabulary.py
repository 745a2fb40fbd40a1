"""The terms that watches ask for, each once, as rows for the kernels.

Terms are added and never taken away: one that no watch asks for any more costs a few bytes.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from auscult.engine.kernel import text
from auscult.engine.matching.arena import Arena
from auscult.engine.matching.guesses import expected_share
from auscult.engine.matching.layout import (
    BASE_FORM,
    BASE_PATTERN,
    BETWEEN,
    CHAIN,
    COUNTRY,
    EXACT_FORM,
    FOLDED_FORM,
    FOLDED_PATTERN,
    LANGUAGE,
    NEXT,
    PAIR,
    SOURCE,
    TERM_COLUMNS,
)

_VALUE_SHARES = {LANGUAGE: 0.5, SOURCE: 0.5, COUNTRY: 0.2}
_RARE_VALUE_SHARE = 0.001
_ZEROS = (0,) * (TERM_COLUMNS - 3)
# How often the rarer of two words is expected to stand beside the other.
_FOLLOWS = 0.05


class Vocabulary:
    """Terms, stems and their bytes; row 0 of each stands for none."""

    def __init__(self) -> None:
        self.terms = Arena(np.int32, TERM_COLUMNS)
        self.stems = Arena(np.int32, TERM_COLUMNS)
        self.pool = Arena(np.uint8, room=1024)
        self.shares = Arena(np.float32)
        self.shortest_stem = 1 << 20
        self.has_folded_stems = False
        self._numbers: dict[tuple[int, str, str], int] = {}
        self._stems: dict[tuple[int, str], int] = {}
        self.terms.add([[0] * TERM_COLUMNS])
        self.stems.add([[0] * TERM_COLUMNS])
        self.shares.add([0.0])

    def word(self, folded: str) -> int:
        """Give the number of the term of a word in its folded form, sign included."""
        base = text.base_form(folded)
        sign, anchor = _split(base)
        if base == folded:
            return self._hanging(BASE_FORM, sign, anchor, anchor) if sign else self._anchor(base)
        return self._hanging(FOLDED_FORM, sign, text.unsigned(folded), anchor)

    def exact(self, form: str) -> int:
        """Give the number of the term of a word in exact case, sign included."""
        sign, form = _split(form)
        return self._hanging(EXACT_FORM, sign, form, text.base_form(text.folded_form(form)))

    def wildcard(self, pattern: str) -> int:
        """Give the number of the term of a folded pattern, sign included."""
        accented = text.base_form(pattern) != pattern
        form = FOLDED_PATTERN if accented else BASE_PATTERN
        sign, pattern = _split(pattern)
        number = self._numbers.get((form, sign, pattern))
        if number is None:
            number = self._add(form, sign, pattern, expected_share(pattern, pattern=True))
            self.terms.rows()[number, CHAIN] = -1
            stem = self._stem(form, pattern)
            self._hang(number, self.stems.rows(), stem)
        return number

    def pair(self, one: str, other: str) -> int:
        """Give a number to two unsigned base forms that follow each other."""
        key = f"{one}{chr(BETWEEN)}{other}"
        number = self._numbers.get((PAIR, "", key))
        if number is None:
            share = min(expected_share(one), expected_share(other)) * _FOLLOWS
            number = self._add(PAIR, "", key, share)
        return number

    def value(self, form: int, value: str) -> int:
        """Give the number of a value of a field; `form` says of which."""
        number = self._numbers.get((form, "", value))
        if number is None:
            number = self._add(form, "", value, _VALUE_SHARES.get(form, _RARE_VALUE_SHARE))
        return number

    def bytes_of(self, characters: str) -> tuple[int, int]:
        """Put characters into the pool; return where they stand: offset, size."""
        encoded = np.frombuffer(characters.encode(), np.uint8)
        return self.pool.add(encoded), len(encoded)

    def _anchor(self, base: str) -> int:
        number = self._numbers.get((BASE_FORM, "", base))
        return self._add(BASE_FORM, "", base, expected_share(base)) if number is None else number

    def _hanging(self, form: int, sign: str, characters: str, anchor: str) -> int:
        number = self._numbers.get((form, sign, characters))
        if number is None:
            on = self._anchor(anchor)
            number = self._add(form, sign, characters, expected_share(characters) / 4)
            self._hang(number, self.terms.rows(), on)
        return number

    def _hang(self, number: int, owners: npt.NDArray[np.int32], on: int) -> None:
        self.terms.rows()[number, NEXT] = owners[on, CHAIN]
        owners[on, CHAIN] = number

    def _stem(self, form: int, pattern: str) -> int:
        stem = pattern[: min(pattern.find(wild) % (len(pattern) + 1) for wild in "*?")]
        number = self._stems.get((form, stem))
        if number is None:
            offset, size = self.bytes_of(stem)
            number = self.stems.add([(offset, size, form, *_ZEROS)])
            self._stems[form, stem] = number
            self.shortest_stem = min(self.shortest_stem, len(stem))
            self.has_folded_stems |= form == FOLDED_PATTERN
        return number

    def _add(self, form: int, sign: str, characters: str, share: float) -> int:
        offset, size = self.bytes_of(characters)
        number = self.terms.add([(offset, size, form, ord(sign) if sign else 0, *_ZEROS[1:])])
        self.shares.add([share])
        self._numbers[form, sign, characters] = number
        return number


def _split(form: str) -> tuple[str, str]:
    return (form[0], form[1:]) if text.is_signed(form) else ("", form)
