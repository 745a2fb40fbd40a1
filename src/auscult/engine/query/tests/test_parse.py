"""Every spelling of the language, the tree that it gives, and what is warned of."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from auscult.engine.query.grammar import OPERATORS
from auscult.engine.query.parse import Query, QueryError, parse
from auscult.engine.query.tree import (
    And,
    AtLeast,
    Exact,
    FieldIs,
    FieldRange,
    InTitle,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Raw,
    Wildcard,
    Word,
)
from auscult.engine.query.write import to_text


def word(text: str) -> Word:
    return Word(text=text)


A, B, C = word("a"), word("b"), word("c")
FLU, SHOT = word("flu"), word("shot")
FLU_SHOT = Phrase(parts=(FLU, SHOT))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("Flu", FLU),
        ("STRASSE", word("strasse")),
        ("x-ray", Phrase(parts=(word("x"), word("ray")))),
        ('"flu"', FLU),
        ('"flu shot"', FLU_SHOT),
        ("“flu shot”", FLU_SHOT),
        ("„flu shot“", FLU_SHOT),
        ("flu-shot", FLU_SHOT),
        ("flu’s", word("flu's")),
        ("flu AND shot", And(children=(FLU, SHOT))),
        ("a AND b AND c", And(children=(A, B, C))),
        ("a AND (b AND c)", And(children=(A, B, C))),
        ("(a OR b) OR c", Or(children=(A, B, C))),
        ("a OR (b AND c)", Or(children=(A, And(children=(B, C))))),
        ("a NOT b", And(children=(A, Not(child=B)))),
        ("a AND NOT b", And(children=(A, Not(child=B)))),
        ("a -b", And(children=(A, Not(child=B)))),
        ("a –b", And(children=(A, Not(child=B)))),
        ('a -"flu shot"', And(children=(A, Not(child=FLU_SHOT)))),
        ("a -(b OR c)", And(children=(A, Not(child=Or(children=(B, C)))))),
        ("a AND NOT (b AND c)", And(children=(A, Not(child=And(children=(B, C)))))),
        ("flu NEAR shot", Near(operands=(FLU, SHOT), distance=4)),
        ("flu NEAR/5 shot", Near(operands=(FLU, SHOT), distance=5)),
        ("flu NEAR/2f shot", Near(operands=(FLU, SHOT), distance=2, ordered=True)),
        ("flu ONEAR/2 shot", Near(operands=(FLU, SHOT), distance=2, ordered=True)),
        ("flu ONEAR shot", Near(operands=(FLU, SHOT), distance=4, ordered=True)),
        ('"flu shot"~5', Near(operands=(FLU, SHOT), distance=5)),
        ('"a b c"~0', Near(operands=(A, B, C), distance=0)),
        ("(flu AND shot)~5", Near(operands=(FLU, SHOT), distance=5)),
        ("(a AND b AND c)~5", Near(operands=(A, B, C), distance=5)),
        ("near/5:flu,shot", Near(operands=(FLU, SHOT), distance=5)),
        ("NEAR/5:flu, shot", Near(operands=(FLU, SHOT), distance=5)),
        ("onear/5:flu,shot", Near(operands=(FLU, SHOT), distance=5, ordered=True)),
        ('near/5:"flu shot",(a OR b)', Near(operands=(FLU_SHOT, Or(children=(A, B))), distance=5)),
        (
            "(near/1:a,b) AND (near/2:b,(onear/3:a,c))",
            And(
                children=(
                    Near(operands=(A, B), distance=1),
                    Near(operands=(B, Near(operands=(A, C), distance=3, ordered=True)), distance=2),
                )
            ),
        ),
        (
            "a NEAR/3 b NEAR/2 c",
            Near(operands=(Near(operands=(A, B), distance=3), C), distance=2),
        ),
        ("a NEAR/3 (b OR c)", Near(operands=(A, Or(children=(B, C))), distance=3)),
        ("vaccin*", Wildcard(pattern="vaccin*")),
        ("VACCIN**", Wildcard(pattern="vaccin*")),
        ("hep?titis", Wildcard(pattern="hep?titis")),
        ("#vac*", Wildcard(pattern="#vac*")),
        ('"flu vaccin*"', Phrase(parts=(FLU, Wildcard(pattern="vaccin*")))),
        ("flu-vaccin*", Phrase(parts=(FLU, Wildcard(pattern="vaccin*")))),
        ("don't*", Wildcard(pattern="don't*")),
        ("*️⃣", word("*\u20e3")),
        ("{BT}", Exact(text="BT")),
        ('!"BT"', Exact(text="BT")),
        ("{BT Group}", Phrase(parts=(Exact(text="BT"), Exact(text="Group")))),
        ('"the {BT} group"', Phrase(parts=(word("the"), Exact(text="BT"), word("group")))),
        ("{#BT}", Exact(text="#BT")),
        ("raw:Google+", Raw(text="Google+")),
        ('raw:"C++ code"', Raw(text="C++ code")),
        ('raw:"5"" pipe"', Raw(text='5" pipe')),
        ('raw:“say "x"”', Raw(text='say "x"')),
        ("(raw:f(x))", Raw(text="f(x)")),
        ("Raw:A|b", Raw(text="A|b")),
        ("#Flu", word("#flu")),
        ("＃flu", word("#flu")),
        ("hashtags:flu", word("#flu")),
        ("hashtags:#flu", word("#flu")),
        ("hashtags:(flu OR shot)", Or(children=(word("#flu"), word("#shot")))),
        ("hashtags:flu|shot", Or(children=(word("#flu"), word("#shot")))),
        ("@mayo", word("@mayo")),
        ("at_mentions:Mayo", word("@mayo")),
        ("at_mentions:may*", Wildcard(pattern="@may*")),
        ("😷", word("😷")),
        ("😷😷", Phrase(parts=(word("😷"), word("😷")))),
        ("漢字", Phrase(parts=(word("漢"), word("字")))),
        ("ATLEAST/3(flu)", AtLeast(count=3, child=FLU)),
        ("ATLEAST/3 (a OR b)", AtLeast(count=3, child=Or(children=(A, B)))),
        ("a <<< only ( us >>> AND b", And(children=(A, B))),
        ("flu<<<x>>>", FLU),
        ("title:flu", InTitle(child=FLU)),
        ("Title:flu|shot", InTitle(child=Or(children=(FLU, SHOT)))),
        ('title:"flu shot"|{BT}', InTitle(child=Or(children=(FLU_SHOT, Exact(text="BT"))))),
        ("title:(a NOT b)", InTitle(child=And(children=(A, Not(child=B))))),
        ("title:(a NEAR/3 b)", InTitle(child=Near(operands=(A, B), distance=3))),
        ("title:raw:C++", InTitle(child=Raw(text="C++"))),
        ("site:Mayo.edu", FieldIs(field="site", values=("mayo.edu",))),
        ("site:(a.b OR c.d)", FieldIs(field="site", values=("a.b", "c.d"))),
        ("site:(a.b|c.d)", FieldIs(field="site", values=("a.b", "c.d"))),
        ("site:a.b|a.b", FieldIs(field="site", values=("a.b",))),
        ("url:https://a.b/?c=*", FieldIs(field="url", values=("https://a.b/?c=*",))),
        ("links:a.b/(x)", FieldIs(field="links", values=("a.b/(x)",))),
        ('author:"Dr. Who"', FieldIs(field="author", values=("dr. who",))),
        ("from:@Mayo*", FieldIs(field="author", values=("mayo*",))),
        (
            "authorFollowers:[500 TO 100000]",
            FieldRange(field="authorFollowers", low=500, high=100000),
        ),
        ("AUTHORFOLLOWERS:[ 5 to * ]", FieldRange(field="authorFollowers", low=5, high=None)),
        ("rating:[* TO 3.5]", FieldRange(field="rating", low=None, high=3.5)),
        ("rating:4", FieldRange(field="rating", low=4, high=4)),
        (
            "rating:1|5",
            Or(
                children=(
                    FieldRange(field="rating", low=1, high=1),
                    FieldRange(field="rating", low=5, high=5),
                )
            ),
        ),
        ("minuteOfDay:[540 TO 1020]", FieldRange(field="minuteOfDay", low=540, high=1020)),
        ("authorVerified:TRUE", FieldIs(field="authorVerified", values=("true",))),
        ("lang:PT-br", FieldIs(field="language", values=("pt-br",))),
        ("country:GBR", FieldIs(field="country", values=("gbr",))),
        ("region:usa.fl", FieldIs(field="region", values=("usa.fl",))),
        (
            "engagementType:comment|REPLY",
            FieldIs(field="engagementType", values=("COMMENT", "REPLY")),
        ),
        ("guid:at://Did/x?y", FieldIs(field="guid", values=("at://Did/x?y",))),
        ("parentPostId:aB", FieldIs(field="parentPostId", values=("aB",))),
        ("rootPostId:aB", FieldIs(field="rootPostId", values=("aB",))),
        ("subreddit:Nursing", FieldIs(field="subreddit", values=("nursing",))),
        ("instance:Mas.to", FieldIs(field="instance", values=("mas.to",))),
        ("source:Reddit", FieldIs(field="source", values=("reddit",))),
        ('tags:"Two Words"', FieldIs(field="tags", values=("two words",))),
        ('tags:"5* stay"', FieldIs(field="tags", values=("5* stay",))),
    ],
)
def test_a_text_is_read_as(text: str, tree: Node) -> None:
    query = parse(text)
    assert query == Query(text=text, tree=tree)  # and so without a warning
    assert parse(to_text(tree)).tree == tree


@pytest.mark.parametrize("spelling", [s for spellings in OPERATORS.values() for s in spellings])
def test_every_spelling_of_the_table_of_operators_is_read(spelling: str) -> None:
    assert parse(spelling).tree


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("a OR b AND c", "a OR (b AND c)"),
        ("a AND b OR c", "(a AND b) OR c"),
        ("a b OR c d", "(a AND b) OR (c AND d)"),
        ("a OR b -c", "a OR (b NOT c)"),
        ("NOT a b", "NOT a AND b"),
        ("a NOT b NEAR/2 c", ""),
        ("a NOT (b NEAR/2 c)", "a NOT (b NEAR/2 c)"),
        ("a OR b NEAR/2 c", "a OR (b NEAR/2 c)"),
        ("a AND b NEAR/2 c", "a AND (b NEAR/2 c)"),
        ("NOT NOT a", "NOT (NOT a)"),
        ('"and" AND "Or"', '"and" AND "or"'),
        ("a AND rating:[0.5 TO *]", "a AND rating:[0.5 TO *]"),
    ],
)
def test_precedence(text: str, canonical: str) -> None:
    if not canonical:
        with pytest.raises(QueryError):
            parse(text)
        return
    assert to_text(parse(text).tree) == canonical


SIDE_BY_SIDE = "Words side by side are read as AND"
QUOTE = 'Write AND, or quotes for a phrase: `"flu shot"`.'


@pytest.mark.parametrize(
    ("text", "column", "message", "hint"),
    [
        ("flu shot", 5, f"{SIDE_BY_SIDE}.", QUOTE),
        ("flu shot now", 5, f"{SIDE_BY_SIDE}, here and at 1 more place.", QUOTE),
        ("flu {BT} (a) #b", 5, f"{SIDE_BY_SIDE}, here and at 2 more places.", QUOTE),
        (
            "a OR b AND c",
            3,
            "AND and OR are mixed without brackets; AND comes first: `a OR (b AND c)`.",
            "Write the brackets that you mean.",
        ),
        (
            "flu AND near",
            9,
            "`near` is read as a word.",
            'The operator is written NEAR; the word `"near"`.',
        ),
        (
            "Or OR flu",
            1,
            "`Or` is read as a word.",
            'The operator is written OR; the word `"Or"`.',
        ),
        (
            "flu NEAR/16 shot",
            5,
            "`NEAR/16` spans 16 words.",
            "Over 15 words most hits are chance; AND may be what is meant.",
        ),
        (
            "flu OR fl*",
            8,
            "The stem of `fl*` is short; how many words fit it isn't known.",
            "Three characters before the wildcard are safe.",
        ),
        (
            "language:english",
            10,
            "`english` is no code of a language; no post may have it.",
            "A language is written as its code: `language:en`, `language:pt-br`.",
        ),
        (
            "country:us",
            9,
            "`us` is no code of a country; no post may have it.",
            "A country is written with three letters (ISO 3166-1 alpha-3): `country:gbr`.",
        ),
        (
            "@_jane",
            1,
            "The sign of `@_jane` is not read: no letter or number follows it.",
            "Write `raw:@_jane` for exactly these characters.",
        ),
        ("flu \ud800", 5, "1 characters are not valid Unicode and separate words.", ""),
    ],
)
def test_a_doubt_is_told(text: str, column: int, message: str, hint: str) -> None:
    if "\ud800" in text:
        text = f'flu OR "a {text[-1]}"'
        column = 11
    [warning] = parse(text).warnings
    assert (warning.column, warning.message, warning.hint) == (column, message, hint)


def test_warnings_stand_in_the_order_of_their_columns() -> None:
    columns = [warning.column for warning in parse("a b NEAR/20 c OR or d").warnings]
    assert columns == sorted(columns)
    assert len(columns) == 4


def test_strict_reading_refuses_what_could_be_meant_in_two_ways() -> None:
    with pytest.raises(QueryError) as caught:
        parse("a OR b AND c", strict=True)
    assert str(caught.value) == (
        "Column 3: AND and OR are mixed without brackets; AND comes first: `a OR (b AND c)`."
        " Write the brackets that you mean."
    )
    assert parse("a OR (b AND c)", strict=True).tree == parse("a OR b AND c").tree


class _Words:
    """A vocabulary of a few words, or of very many."""

    def __init__(self, count: int) -> None:
        self.count = count

    def expansions(self, pattern: str, limit: int) -> int:
        assert pattern == "fl*"
        return min(self.count, limit)


def test_a_stem_of_two_is_weighed_against_the_vocabulary() -> None:
    assert parse("fl*", vocabulary=_Words(150)).warnings == ()
    with pytest.raises(QueryError) as caught:
        parse("flu OR fl*", vocabulary=_Words(151))
    assert str(caught.value) == (
        "Column 8: More than 150 known words fit `fl*`, too many for a stem of 2 characters."
        " Write more of the word, or write the words out with OR."
    )


@pytest.mark.parametrize(
    "text",
    [
        "w" * 100_000,
        "(" * 100_000,
        "-" * 100_000,
        "NOT " * 25_000,
        "word " * 20_000,
        '"' + "word " * 19_999 + '"',
        " OR ".join(["word"] * 5_000),
        "a NEAR " * 14_000 + "b",
        "site:" + "a|" * 49_000 + "b",
        "(a OR " * 16_000,
        "😷" * 100_000,
        "a'" * 50_000,
        'a"' * 50_000,
    ],
    ids=lambda text: text[:12],
)
def test_a_long_query_is_read_or_refused_at_once(text: str) -> None:
    start = time.process_time()
    with suppress(QueryError):
        parse(text)
    assert time.process_time() - start < 2  # a tenth of it, on a machine that is idle
