"""The house's tokens against a second reading of their rules."""

from __future__ import annotations

import codecs
import itertools
import unicodedata
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.kernel import text as house
from oracle import cut as second
from oracle import odd, real


def assert_same(text: str) -> None:
    wanted = second.cut(text)
    tokens = [
        (one.sign + one.exact, one.sign + one.folded, one.sign + one.base, one.start, one.end)
        for one in wanted.tokens
    ]
    assert [tuple(one)[:5] for one in house.tokens(text)] == tokens, ascii(text)
    assert list(house.links(text)) == list(wanted.links), ascii(text)


def test_every_two_pieces_side_by_side() -> None:
    for one, other in itertools.product(odd.PIECES, repeat=2):
        assert_same(one + other)


def test_three_pieces_side_by_side() -> None:
    random = Random(3)
    for _ in range(20_000):
        assert_same("".join(random.choices(odd.PIECES, k=3)))


@pytest.mark.parametrize("step", [31, pytest.param(1, marks=pytest.mark.slow)])
def test_every_character_alone_and_between_letters(step: int) -> None:
    for point in itertools.chain(range(0, 0xD800, step), range(0xE000, 0x110000, step)):
        char = chr(point)
        if unicodedata.category(char) not in {"Cn", "Co"} or point % 64 == 0:
            assert_same(f"{char} #{char}x'{char}'y")


@settings(max_examples=500, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text(text: str) -> None:
    assert_same(text)


@real.needs_data
@pytest.mark.parametrize("step", [31, pytest.param(1, marks=pytest.mark.slow)])
def test_every_real_text(step: int) -> None:
    for text in itertools.islice(real.texts(), 0, None, step):
        assert_same(text)


@settings(max_examples=500)
@given(st.text(st.characters(), max_size=20))
def test_lone_surrogates_are_replaced_and_counted(text: str) -> None:
    assert house.clean(text) == second.without_surrogates(text)


def test_surrogates_by_hand() -> None:
    assert house.clean("a\ud800b") == ("a\ufffdb", 1)
    assert house.clean("\ude37\ud83d") == ("\ufffd\ufffd", 2)
    assert house.clean("\ud83d\ude37") == ("😷", 0)
    assert house.clean("a\ufffd") == ("a\ufffd", 0)


# Each invalid sequence: as much of a character as could still become valid, or one byte.
@pytest.mark.parametrize(
    ("written", "read", "count"),
    [
        (b"plain", "plain", 0),
        (b"caf\xe9 au lait", "caf\ufffd au lait", 1),
        (b"\xc0\xaf", "\ufffd\ufffd", 2),
        (b"\xe2\x82 5", "\ufffd 5", 1),
        (b"\xed\xa0\x80", "\ufffd\ufffd\ufffd", 3),
        (b"\xf0\x9f\x98", "\ufffd", 1),
        (b"\xf5\x80", "\ufffd\ufffd", 2),
        ("there \ufffd already".encode() + b"\xff", "there \ufffd already\ufffd", 1),
    ],
)
def test_invalid_utf_8_is_replaced_and_counted(written: bytes, read: str, count: int) -> None:
    assert house.clean(written) == (read, count)


@settings(max_examples=500)
@given(st.binary(max_size=30))
def test_any_bytes(written: bytes) -> None:
    counted: list[object] = []

    def count(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeDecodeError)
        counted.append(error)
        return "\ufffd", error.end

    codecs.register_error("counting", count)
    assert house.clean(written) == (written.decode("utf-8", "counting"), len(counted))
