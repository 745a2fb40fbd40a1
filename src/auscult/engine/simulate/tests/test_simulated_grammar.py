"""The phrase grammar: what it means, what it refuses, that Lakeside's own is sound."""

import re
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from auscult.engine.simulate import kernel
from auscult.engine.simulate.communities import COMMUNITIES
from auscult.engine.simulate.grammar import LANGUAGES, compile_grammar, lakeside_grammar
from auscult.engine.simulate.topics import ANSWERS, TOPICS, topic_numbers


def said(texts: Any, rule: Any, count: Any = 200, language: Any = "en", **style: int) -> Any:
    grammar = compile_grammar(texts)
    parts = np.full((count, 2), -1, np.int32)
    parts[:, 0] = grammar.rule(language, rule)
    styles = np.zeros((count, 6), np.int16)
    for name, value in style.items():
        styles[:, getattr(kernel, name)] = value
    keys = np.arange(count, dtype=np.uint64) * np.uint64(7919)
    data, offsets, flags = kernel.write_texts(
        grammar.arrays, parts, 1, keys, keys, np.uint64(5), styles
    )
    whole = data.tobytes()
    return [whole[a:b].decode() for a, b in pairwise(offsets)], flags


def test_choices_calls_numbers_and_weights() -> None:
    texts, _ = said({"en": "a:\n  3* x {b}\n  y <one|two|>\n\nb:\n  {#3-5}\n"}, "a", 4000)
    assert set(texts) == {"X 3", "X 4", "X 5", "Y one", "Y two", "Y"}
    assert 0.70 < sum(text[0] == "X" for text in texts) / 4000 < 0.80


def test_columns_of_one_line_agree_within_a_post() -> None:
    texts, _ = said({"en": "a:\n  {k} {he}, {k}\n\nk he:\n  mom | she\n  dad | he\n"}, "a")
    assert set(texts) == {"Mom she, mom", "Dad he, dad"}


def test_a_fact_is_the_same_in_every_post() -> None:
    texts, _ = said({"en": "a:\n  {n}\n\n=n:\n  one\n  two\n  three\n"}, "a")
    assert len(set(texts)) == 1


def test_flags_mark_the_posts_that_use_a_rule() -> None:
    texts, flags = said({"en": "a:\n  {h}\n  none\n\nh !hospital:\n  LGH\n"}, "a")
    assert [text == "LGH" for text in texts] == (flags == 1).tolist()


def test_sentences_get_capitals_and_one_end() -> None:
    texts, _ = said({"en": "a:\n  ¿qué? ñ. über <well?|ok!>. see #tag https://a.example/x\n"}, "a")
    assert set(texts) == {
        "¿Qué? Ñ. Über well? See #tag https://a.example/x",
        "¿Qué? Ñ. Über ok! See #tag https://a.example/x",
    }


def test_hands_differ() -> None:
    grammar = {"en": "a:\n  I don't know, Everybody Waited so long.\n"}
    assert said(grammar, "a", 1, CASE=kernel.LOWER)[0] == [
        "i don't know, everybody waited so long."
    ]
    assert said(grammar, "a", 1, CASE=kernel.UPPER, APOSTROPHE=1)[0] == [
        "I DONT KNOW, EVERYBODY WAITED SO LONG."
    ]
    assert said(grammar, "a", 1, ENDING=kernel.DROP_END)[0][0].endswith("long")
    slips = set(said(grammar, "a", 300, TYPOS=900, CASE=kernel.LOWER)[0])
    assert len(slips) > 50
    drawn = set(said(grammar, "a", 300, STRETCH=900, CASE=kernel.LOWER)[0])
    assert any("sooo" in text for text in drawn)
    assert all("knooo" not in text for text in drawn)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a:\n  {b}\n", "calls 'b', which is no rule"),
        ("a:\n  x\n\na:\n  y\n", "stands twice"),
        ("a b:\n  x\n", "needs 2 columns"),
        ("a:\n  <x|y\n", "unclosed '<'"),
        ("A rule\n", "not the head of a rule"),
    ],
)
def test_what_a_grammar_refuses(text: Any, message: Any) -> None:
    with pytest.raises(ValueError, match=message):
        compile_grammar({"en": text})


# What other languages take from the English pages: names, numbers, emoji.
SHARED = {
    "hospital", "nurse", "nurse_song", "rumour_batch", "run_name", "street", "shop", "first_name",
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_a_language_borrows_only_names_from_english(language: Any) -> None:
    page = files("auscult.engine.simulate") / "grammar" / f"{language}.txt"
    text = page.read_text(encoding="utf-8")
    own = {name for other, name in lakeside_grammar().rules if other == language}
    called = set(re.findall(r"\{([a-z_]+)\}", text))
    assert called - own <= SHARED


def test_every_topic_of_every_community_has_words() -> None:
    grammar = lakeside_grammar()
    for community in COMMUNITIES:
        for topic in community.topics:
            assert (community.language, topic) in grammar.rules, (community.key, topic)
            assert topic in topic_numbers()
    for kind in TOPICS:
        spoken = [lang for lang, name in grammar.rules if name == kind.name]
        assert spoken, kind.name
        if "en" in spoken:
            for rule in (kind.more, kind.emoji, kind.tags, kind.title):
                assert not rule or ("en", rule) in grammar.rules, (kind.name, rule)
    for answers in ANSWERS.values():
        assert set(answers) <= set(topic_numbers())


def test_no_text_outgrows_the_scratch() -> None:
    arrays = lakeside_grammar().arrays
    _, lit_start, ops, alt_start, rules, _ = arrays
    first, count, kind = rules[:, 0], rules[:, 1], rules[:, 2]
    longest: dict[int, int] = {}

    def length(rule: int) -> int:
        if kind[rule] & kernel.NUMBER:
            return 12
        if rule not in longest:
            longest[rule] = max(
                sum(
                    length(-1 - op) if op < 0 else int(lit_start[op + 1] - lit_start[op])
                    for op in ops[alt_start[a] : alt_start[a + 1]]
                )
                for a in range(first[rule], first[rule] + count[rule])
            )
        return longest[rule]

    bodies = max(length(rule) for rule in range(len(first)))
    assert bodies * 7 * 6 < kernel.SCRATCH  # seven parts, each letter drawn out sixfold
