"""Every error names what was read, what is valid, and the column; word for word."""

from __future__ import annotations

import pytest

from auscult.engine.kernel.errors import Correctable
from auscult.engine.query.parse import QueryError, parse

FIELDS = (
    "Fields are title, site, url, links, author, authorFollowers, authorVerified, language,"
    " country, region, engagementType, guid, parentPostId, rootPostId, subreddit, instance,"
    " source, tags, rating, minuteOfDay."
)
IN_QUOTES = "To look for the text itself, put it in quotes."
RAW = 'For exactly these characters write `raw:` before them, for example `raw:"C++"`.'
STEM = "Write more of the word, or write the words out with OR."
RANGE = "Write `rating:4` or `rating:[3 TO 5]`, with `*` for an open end."
NEGATIVE = (
    "Column 1: The query only says what a post must not hold; it would match nearly every post."
    " Add what the posts must hold: `flu NOT bird`."
)
NEAR = (
    "NEAR measures between words, exact words, wildcards, phrases, NEARs, or an OR of them; {} is"
    " none of these. AND, NOT and fields stand outside: `(flu NEAR/5 shot) NOT bird`."
)
DEEP = (
    "The query is nested deeper than 32 levels. Take out brackets that change nothing, or write a"
    " NEAR of many words as a list."
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Column 1: The query is empty. Write a word: `flu`."),
        (" <<<x>>> ", "Column 1: The query is empty. Write a word: `flu`."),
        ("flu <<<x", "Column 5: The comment that starts here, `<<<x`, doesn't end. Close it with `>>>`."),
        ('flu "shot', 'Column 5: The phrase that starts here, `"shot`, doesn\'t end. Close it with `"`.'),
        ("{BT", "Column 1: The exact word that starts here, `{BT`, doesn't end. Close it with `}`."),
        ("BT}", "Column 3: `}` closes nothing that was opened. Exact case is `{BT}`."),
        ("a (b", "Column 3: The bracket that opens here is never closed. Add `)`."),
        ("a) b", "Column 2: `)` closes nothing that was opened. Take it out, or add `(` before."),
        ("flu|shot", "Column 4: `|` stands only between the values of a field. Write OR between words."),
        ("()", "Column 2: Between `(` and `)` a word is missing."),
        ("flu AND", 'Column 8: The query ends after `AND`, where a word is missing. To look for the word AND, write it in quotes: `"AND"`.'),
        ("OR flu", 'Column 1: Before `OR` a word is missing. To look for the word OR, write it in quotes: `"OR"`.'),
        ("a OR OR b", 'Column 6: Between `OR` and `OR` a word is missing. To look for the word OR, write it in quotes: `"OR"`.'),
        ("++", f"Column 1: `++` holds no word, number or emoji to look for. {RAW}"),
        ('a AND ""', f"Column 8: What is quoted here holds no word, number or emoji to look for. {RAW}"),
        ("https://a.b/c", "Column 1: `https://a.b/c` is a link, and links are not text. Write `links:https://a.b/c` for posts that link to it."),
        ("flu~5", 'Column 1: `~5` follows neither a phrase nor a bracket. Write `"flu shot"~5` or `(flu AND shot)~5`.'),
        ('"flu"~5', "Column 6: `~5` takes 2 to 8 operands, not 1."),
        ('"a b c d e f g h i"~5', "Column 20: `~5` takes 2 to 8 operands, not 9."),
        ("(a OR b)~5", "Column 9: `~5` follows a bracket without AND. Write `(flu AND shot)~5`."),
        ('"a b"~', "Column 6: `~` needs a whole number from 0 to 1,000."),
        ("a NEAR/1001 b", "Column 3: `NEAR/1001` needs a whole number from 0 to 1,000."),
        ("a NEAR/x b", "Column 3: `NEAR/x` is not an operator. NEAR takes a whole number and, for the order written, an f: `NEAR/5`, `NEAR/2f`."),
        ("near/5:flu", "Column 1: `near/5:` takes 2 to 8 operands, not 1."),
        ("NOT a NEAR b", "Column 1: " + NEAR.format("`NOT a`")),
        ("a NEAR (b AND c)", "Column 8: " + NEAR.format("`b AND c`")),
        ("a NEAR title:b", "Column 8: " + NEAR.format("`title:b`")),
        ("a NEAR raw:b", "Column 8: " + NEAR.format("`raw:b`")),
        ('"#漢_b"~1', "Column 1: `_b` is a piece of a hashtag or name and can't be an operand by itself. Write the hashtag outside the quotes."),
        ("ATLEAST(flu)", "Column 1: `ATLEAST` is not an operator. ATLEAST takes a whole number and a bracket: `ATLEAST/3(flu OR influenza)`."),
        ("ATLEAST/0(flu)", "Column 1: `ATLEAST/0` needs a whole number from 1 to 1,000."),
        ("ATLEAST/3 flu", "Column 1: `ATLEAST/3` needs a bracket. Write `ATLEAST/3(flu OR influenza)`."),
        ("ATLEAST/3(a AND b)", "Column 10: ATLEAST counts words, exact words, wildcards, phrases, or an OR of them; `a AND b` is none of these. Put the rest outside: `ATLEAST/3(flu) AND language:en`."),
        ("v*", f"Column 1: The wildcard `v*` needs 3 characters before its first `*` or `?`, or 2 where few words fit; it has 1. {STEM}"),
        ('flu AND "x *ccine"', f"Column 12: The wildcard `*ccine` needs 3 characters before its first `*` or `?`, or 2 where few words fit; it has 0. {STEM}"),
        ("#v*", f"Column 1: The wildcard `#v*` needs 3 characters before its first `*` or `?`, or 2 where few words fit; it has 1. {STEM}"),
        ("{B*}", "Column 3: An exact word takes no wildcards, but `B*` holds one. Take out the `*`, or the braces."),
        ("NOT a", NEGATIVE),
        ("a OR NOT b", NEGATIVE),
        ("NOT (a AND NOT b)", NEGATIVE),
        ("title:(NOT a)", NEGATIVE),
        ("-site:a.b", NEGATIVE),
        ("tite:flu", f"Column 1: `tite:` is not a field. {FIELDS} Did you mean `title:`? {IN_QUOTES}"),
        ("flu AND Form:bob", f"Column 9: `Form:` is not a field. {FIELDS} Did you mean `from:`? {IN_QUOTES}"),
        ("hashtag:flu", f"Column 1: `hashtag:` is not a field. {FIELDS} Did you mean `hashtags:`? {IN_QUOTES}"),
        ("followers:5", f"Column 1: `followers:` is not a field. {FIELDS} Did you mean `authorFollowers:`? {IN_QUOTES}"),
        ("zzz:5", f"Column 1: `zzz:` is not a field. {FIELDS} {IN_QUOTES}"),
        ("covid-19: a", f"Column 1: `covid-19:` is not a field. {FIELDS} {IN_QUOTES}"),
        ("site: a.b", "Column 1: `site:` has no value. Write the value directly after the colon, without a space."),
        ("title: flu", 'Column 1: `title:` has no value. Write it directly after the colon: `title:flu`, `title:"flu shot"`.'),
        ("title:(a AND lang:en)", "Column 1: `title:` holds another field. Write the fields side by side: `title:flu AND language:en`."),
        ("site:(a.b c.d)", "Column 11: Between the values of `site:` stands `c.d`; only OR may stand there. Write `site:(one OR two)`."),
        ("site:(a.b", "Column 6: The bracket that opens here is never closed. Write `site:(one OR two)`."),
        ('tags:"a', 'Column 6: The value of `tags:` that starts here doesn\'t end. Close it with `"`.'),
        ("site:https://mayo.edu/x", "Column 6: `site:` is a host, not `https://mayo.edu/x`. Write `site:mayo.edu`."),
        ("country:g*", "Column 9: `country:` takes no wildcards, but `g*` holds one. url, links and author take them; in quotes they are read as they stand."),
        ("authorVerified:yes", "Column 16: `authorVerified:` is `true` or `false`, not `yes`."),
        ("engagementType:RETWEETS", "Column 16: `engagementType:` is one of `COMMENT`, `REPLY`, `QUOTE`, `RETWEET`, not `RETWEETS`. Did you mean `RETWEET`?"),
        ("rating:good", f"Column 8: `rating:` needs a number, not `good`. {RANGE}"),
        ("rating:[3 TO five]", f"Column 8: `rating:` needs a number, not `five`. {RANGE}"),
        ("rating:[3-5]", "Column 8: `[3-5]` is not a range. Write `rating:[3 TO 5]`, with `*` for an open end."),
        ("rating:[5 TO 3]", "Column 8: `rating:` has a range that ends before it starts: `[5 TO 3]`. Write the smaller number first."),
        ("minuteOfDay:[1320 TO 360]", "Column 13: `minuteOfDay:` has a range that ends before it starts: `[1320 TO 360]`. Write the smaller number first, or two ranges: `minuteOfDay:([1320 TO 1439] OR [0 TO 360])`."),
        ("minuteOfDay:1440", "Column 13: `minuteOfDay:` counts minutes from 0 to 1439; `1440` is none."),
        ('hashtags:"flu shot"', "Column 10: `flu shot` can't stand after `#`. A hashtag or name is one word that starts with a letter or a number."),
        ("x" * 100_001, "Column 100001: The query has 100,001 characters; at most 100,000 are read. Split it into several watches."),
        (" OR ".join(["x"] * 5_001), "Column 25001: The query has more than 5,000 terms. Split it into several watches."),
        ("(" * 33 + "x", f"Column 33: {DEEP}"),
        ("a NEAR " * 32 + "b", f"Column 1: {DEEP}"),
    ],
    ids=lambda value: value[:30],
)  # fmt: skip
def test_the_error_says(text: str, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    error = caught.value
    assert str(error) == said
    assert said.startswith(f"Column {error.column}: ")
    assert isinstance(error, Correctable)
    assert error.field == "query"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a AND", "syntax"),
        ("(a", "unclosed"),
        ("++", "no-token"),
        ("zzz:1", "unknown-field"),
        ("rating:x", "field-value"),
        ("x*", "wildcard"),
        ("a NEAR (b AND c)", "operand"),
        ("NOT a", "purely-negative"),
        ("a NEAR/5000 b", "limit"),
    ],
)
def test_programs_tell_errors_by_their_code(text: str, code: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert caught.value.code == code
