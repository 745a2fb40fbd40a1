"""The compiled tokeniser gives the tokens of `kernel/text.py`: forms, places, order."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.kernel import text
from auscult.engine.matching import WatchSet, index_terms, odd
from auscult.engine.matching import layout as lay
from auscult.engine.matching.columns import read, slices
from auscult.engine.query.tree import Exact, Node, Word

ROOT = Path(__file__).resolve().parents[5]
DATA = Path(os.environ.get("AUSCULT_DATA", ROOT.parent / "shared" / "data"))

NASTY = [
    *"abcXYZ019 _#@'’-.<>\"/:",
    "http://", "HTTPS://", "www.", "https://x.y ", "é", "É", "e\u0301", "ß", "ẞ", "İ", "ı", "ſ", "Å",
    "漢", "カ", "ー", "ﾟ", "が", "\u3099", "😀", "👍🏽", "❤️", "👩‍🔬", "🇺🇸", "🇬", "ℹ", "©", "\ufe0f",
    "\u200d", "\U0001f3fd", "\u0301", "１", "＃", "＠", "ا", "ّ", "َ", "שָׁ", "ก", "ุ", "้", "ำ", "한", "ᄒ", "ᅡ",
    "ΐ", "Σ", "ς", "ŉ", "ﬃ", "\u20e3", "1\ufe0f\u20e3", "\u200c", "\U000e0067", "ா", "ெ", "क", "ि",
    "्", "़", "\u0345", "ᾳ", "\ufffd", "\u3000", "\u00a0", "\x85", "Ⓜ", "㊗️", "々", "〇", "\u0600", "ǅ",
    "\u202e", "\u0483", "\U00010428", "\U0001d15e", "ﷺ", "Ǆ", "ĳ", "ᵃ", "ﬁ", "ⅷ", "½", "²",
]  # fmt: skip
PIECES = st.lists(st.sampled_from(NASTY), max_size=14).map("".join)
ANYTHING = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def words_of(content: str) -> str:
    """What `index_terms` must say of a text."""
    found: dict[str, None] = {}
    for token in text.tokens(content):
        found[text.unsigned(token.base)] = None
        found[token.base] = None
    return " ".join(found)


def queries_of(contents: Sequence[str]) -> dict[str, Node]:
    queries: dict[str, Node] = {}
    for content in contents:
        for token in text.tokens(content):
            for form in (token.folded, token.base):
                queries[f"word {form}"] = Word(text=form)
                queries[f"word {text.unsigned(form)}"] = Word(text=text.unsigned(form))
            queries[f"exact {token.exact}"] = Exact(text=token.exact)
            queries[f"exact {text.unsigned(token.exact)}"] = Exact(text=text.unsigned(token.exact))
    return queries


def holds(query: Node, token: text.Token) -> bool:
    """Whether one token of a query matches one of a post, from the language's page."""
    if isinstance(query, Exact):
        form = token.exact if text.is_signed(query.text) else text.unsigned(token.exact)
        return form == query.text
    assert isinstance(query, Word)
    accented = text.base_form(query.text) != query.text
    form = token.folded if accented else token.base
    return (form if text.is_signed(query.text) else text.unsigned(form)) == query.text


@settings(max_examples=120, deadline=None)
@given(st.lists(st.one_of(PIECES, ANYTHING), min_size=1, max_size=6))
def test_any_text(contents: list[str]) -> None:
    posts = pa.table({"text": contents})
    assert index_terms(posts).to_pylist() == [words_of(content) for content in contents]
    queries = queries_of(contents)
    found = {
        (row["post"], row["watch"]): [(span["start"], span["end"]) for span in row["spans"]]
        for row in WatchSet(queries).match(posts).to_pylist()
    }
    wanted = {}
    for number, content in enumerate(contents):
        tokens = text.tokens(content)
        for name, query in queries.items():
            spans = [(token.start, token.end) for token in tokens if holds(query, token)]
            if spans:
                wanted[number, name] = spans
    assert found == wanted


def test_every_character_alone_and_between_letters() -> None:
    characters = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    # Unassigned planes hold nothing but separators; their edges are enough.
    characters = [c for c in characters if ord(c) < 0x20000 or ord(c) % 0x400 < 4]
    contents = characters + [f"a{c}b {c}c" for c in characters]
    got = index_terms(pa.table({"text": contents})).to_pylist()
    wrong = [c for c, words in zip(contents, got, strict=True) if words != words_of(c)]
    assert not wrong, ascii(wrong[:5])


def real_texts() -> list[str]:
    found = []
    for path in sorted((DATA / "health-news-posts").glob("*.txt")):
        lines = path.read_bytes().decode("utf-8", "replace").split("\n")
        found += [line.split("|", 2)[-1] for line in lines]
    with (DATA / "patient-feedback" / "text_data.csv").open(newline="", encoding="utf-8") as file:
        found += [row["feedback"] for row in csv.DictReader(file)]
    for path in [*DATA.glob("person-names/*.conll"), *DATA.glob("crisis/*.csv")]:
        found += path.read_bytes().decode("utf-8", "replace").split("\n")
    return found


@pytest.mark.skipif(not DATA.is_dir(), reason=f"no real data at {DATA}; set AUSCULT_DATA")
def test_real_texts_and_how_few_are_odd() -> None:
    contents = real_texts()
    posts = pa.table({"text": contents})
    assert index_terms(posts).to_pylist() == [words_of(content) for content in contents]
    columns = {lay.C_TITLE, lay.C_TEXT}
    odd_rows = sum(len(odd.find(batch, read(batch, columns))) for batch in slices(posts))
    assert len(contents) > 100_000
    assert odd_rows / len(contents) < 0.001


@pytest.mark.parametrize(
    "content",
    [
        "👍🏽 ❤️ 👩‍🔬 🇩🇪 ok",
        "Größe, façade, naïve: déjà vu",
        "Привет мир, как дела",
        "Καλημέρα κόσμε",
        "病院で待つカード",
        "مرحبا بالعالم",
        "안녕하세요 세계",
        "सुरक्षा और स्वास्थ्य",
        "โรงพยาบาล",
        "it’s “quoted” – and … more",
    ],
)
def test_everyday_writing_is_read_compiled(content: str) -> None:
    batch = next(iter(slices(pa.table({"text": [content]}))))
    assert odd.find(batch, read(batch, {lay.C_TITLE, lay.C_TEXT})) == []
