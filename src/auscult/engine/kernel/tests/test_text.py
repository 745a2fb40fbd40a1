"""The rules for tokens of docs/reference/query-language.md, one by one."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.engine.kernel.text import (
    Token,
    base_form,
    clean,
    folded_form,
    is_signed,
    links,
    tokens,
    unsigned,
)

texts = st.one_of(
    st.text(),
    st.text("aB1é\u0301'’-_#@＃漢か\U0001f637👍🏽\u200d\ufe0f\u20e3🇩🇪ßİ htps:/w.<>\"", max_size=30),
)


@pytest.mark.parametrize(
    ("text", "exact"),
    [
        ("Flu shots, now!", "Flu|shots|now"),
        ("x-ray", "x|ray"),
        ("don't o’neil l’e\u0301te\u0301", "don't|o'neil|l'été"),
        ("90's rock'n'roll 'tis '", "90|s|rock'n'roll|tis"),
        ("cafe\u0301 CAFÉ", "café|CAFÉ"),
        ("see https://a.b/c?d=e#f now", "see|now"),
        ("WWW.mayo.org <http://a.b> Https://x", ""),
        ("(http://a.b) x", "x"),
        ("ahttp://a.b _www.x", "ahttp|a|b|www|x"),
        ("l'http://a.b", "l'http|a|b"),
        ("www", "www"),
        ("#flu_shot_ @mayo a_b", "#flu_shot_|@mayo|a|b"),
        ("＃flu ＠mayo", "#flu|@mayo"),
        ("a#b ##c _#d @_e # f", "a|b|#c|d|e|f"),
        ("#http://a.b x", "x"),
        ("x@mayo.edu", "x|mayo|edu"),
        ("日本語です", "日|本|語|で|す"),
        ("コーヒー ㌔", "コ|ー|ヒ|ー"),
        ("#漢字a_b x漢'y", "#漢|字|a_b|x|漢|y"),
        ("か\u3099き", "が|き"),
        ("कि שָלוֹם", "कि|שָלוֹם"),
        ("\u0301abc", "abc"),
        ("😷👍🏽 👨‍👩‍👧", "😷|👍🏽|👨‍👩‍👧"),
        ("❤️#love ❤️https://a.b", "❤|#love|❤"),
        ("🇩🇪🇫🇷🇬", "🇩🇪|🇫🇷|🇬"),
        ("1️⃣11⃣ #️⃣ *⃣ #1️⃣", "1⃣|1|1⃣|#⃣|*⃣|1⃣"),
        ("ℹ️nfo™", "ℹ|nfo|™"),
        ("\u0600😷", "😷"),
        ("a\u200db c\u00add", "a|b|c|d"),
        ("½ ² Ⅷ", "½|²|Ⅷ"),
    ],
)
def test_a_text_is_cut_into(text: str, exact: str) -> None:
    assert "|".join(token.exact for token in tokens(text)) == exact


@pytest.mark.parametrize(
    ("text", "folded", "base"),
    [
        ("CAFÉ", "café", "cafe"),
        ("Straße", "strasse", "strasse"),
        ("İstanbul", "i̇stanbul", "istanbul"),
        ("ıssız", "ıssız", "ıssız"),
        ("ǅ", "ǆ", "ǆ"),
        ("ﬁre", "fire", "fire"),
        ("Ω", "ω", "ω"),
        ("👍🏽", "👍🏽", "👍"),
        ("1️⃣", "1⃣", "1"),
        ("#Größe", "#grösse", "#grosse"),
        ("が", "が", "が"),
    ],
)
def test_a_token_has_these_forms(text: str, folded: str, base: str) -> None:
    [token] = tokens(text)
    assert (token.folded, token.base) == (folded, base)


def test_signs_are_told_from_keycaps() -> None:
    assert unsigned("#flu") == "flu"
    assert unsigned("#\u20e3") == "#\u20e3"
    assert not is_signed("#")


def test_links_are_told() -> None:
    text = "see https://a.b/c and www.d.e"
    assert [text[start:end] for start, end in links(text)] == ["https://a.b/c", "www.d.e"]


@given(texts)
def test_tokens_and_links_follow_each_other_and_none_is_empty(text: str) -> None:
    spans = sorted([(t.start, t.end) for t in tokens(text)] + links(text))
    assert all(start < end for start, end in spans)
    assert all(first[1] <= second[0] for first, second in pairwise(spans))


@given(texts)
def test_what_is_left_out_holds_no_letter_and_no_number(text: str) -> None:
    kept = list(text)
    for start, end in [*[(t.start, t.end) for t in tokens(text)], *links(text)]:
        kept[start:end] = " " * (end - start)
    letters = [c for c in kept if unicodedata.category(c)[0] in "LN"]
    assert not letters


@given(texts)
def test_forms_are_stable(text: str) -> None:
    for token in tokens(text):
        assert folded_form(token.folded) == token.folded
        assert base_form(token.base) == token.base
        assert base_form(token.folded) == token.base
        assert unicodedata.is_normalized("NFC", token.exact)


@given(st.lists(texts))
def test_texts_apart_are_cut_like_each_alone(parts: list[str]) -> None:
    def forms(found: list[Token]) -> list[str]:
        return [token.exact for token in found]

    assert forms(tokens(" ".join(parts))) == [
        form for part in parts for form in forms(tokens(part))
    ]


@pytest.mark.parametrize(
    ("text", "cleaned", "replaced"),
    [
        ("plain", "plain", 0),
        ("a\ud800b", "a\ufffdb", 1),
        ("\udc00\ud800", "\ufffd\ufffd", 2),
        ("\ud83d\ude37", "😷", 0),
        ("\ufffd", "\ufffd", 0),
        (b"caf\xc3\xa9", "café", 0),
        (b"caf\xe9 \xff", "caf\ufffd \ufffd", 2),
        (b"\xef\xbf\xbd\xc0", "\ufffd\ufffd", 1),
        (b"\xe2\x82", "\ufffd", 1),
    ],
)
def test_invalid_unicode_is_replaced_and_counted(
    text: str | bytes, cleaned: str, replaced: int
) -> None:
    assert clean(text) == (cleaned, replaced)


@given(st.text(st.characters()), st.binary())
def test_what_is_cleaned_is_valid(text: str, data: bytes) -> None:
    for cleaned, replaced in (clean(text), clean(data)):
        assert cleaned.encode("utf-8").decode("utf-8") == cleaned
        assert 0 <= replaced <= cleaned.count("\ufffd")
