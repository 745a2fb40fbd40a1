"""What GDELT answers: articles as JSON, or a sentence in plain text, both with status 200.

https://blog.gdeltproject.org/gdelt-doc-2-0-api-debuts/; the sentences are not documented,
they were collected from those who met them.
"""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.http import Answer

WAIT = 60.0  # seconds, when it wants fewer requests and doesn't say how many fewer
LONGEST_SENTENCE = 400
_FEWER = re.compile(r"limit requests|too many requests", re.IGNORECASE)
_SHORT = re.compile(r"timespan is too short", re.IGNORECASE)
# Every sentence about a query's own words; asking it again would bring the same.
_QUERY = re.compile(
    r"your query|keywords?\b|phrase|parenthe|OR'd|boolean|illegal character|operator|"
    r"quotes|invalid (?:query|mode|sourcelang|sourcecountry)|search term",
    re.IGNORECASE,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_OBJECT = re.compile(r"\{[^{}]*\}")


class TooShort(Exception):
    """The stretch of time that was asked for is too short for GDELT."""


def articles(answer: Answer) -> tuple[list[Any], list[str]]:
    """Return the articles of an answer, and the pieces of it that can't be read.

    Raises
    ------
    TooShort
    Correctable
        GDELT doesn't take the query.
    Remote
        It wants to be asked later, or answered something else.
    """
    if answer.status in {429, 503}:
        raise _later(answer, answer.retry_after or WAIT)
    answer.raise_for_status()
    body = answer.text().strip()
    if not body.startswith("{"):
        raise _refused(answer, body)
    try:
        value = _loads(body)
    except ValueError:
        return _salvaged(body)
    found = value.get("articles", [])
    if not isinstance(found, list) or (value and "articles" not in value):
        raise Remote(f"GDELT answered JSON without a list of articles: {body[:80]!r}.")
    return found, []


def _loads(body: str) -> Any:
    """Read JSON, also where titles hold line breaks or backslashes that nobody escaped."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        try:
            return json.loads(_escaped(body), strict=False)
        except RecursionError:
            raise ValueError("it is nested too deeply") from None


def _escaped(body: str) -> str:
    return _ESCAPE.sub(
        lambda found: found[0] if len(found[1]) > 1 or found[1] in '"\\/bfnrt' else f"\\{found[0]}",
        body,
    )


def _salvaged(body: str) -> tuple[list[Any], list[str]]:
    """Read the articles of a broken answer one by one."""
    found, broken = [], []
    for piece in _OBJECT.findall(body):
        try:
            found.append(_loads(piece))
        except ValueError:
            broken.append(piece)
    if not found or not body.endswith("}"):
        raise Remote(f"GDELT answered what is not JSON, or was cut off: {body[:80]!r}.")
    return found, broken


def _refused(answer: Answer, body: str) -> Exception:
    """Return what a sentence instead of JSON means."""
    sentence = " ".join(body.split())
    if _FEWER.search(sentence):
        return _later(answer, answer.retry_after or WAIT)
    if "<" in sentence or not sentence or len(sentence) > LONGEST_SENTENCE:
        return Remote(f"GDELT answered a page instead of articles: {sentence[:80]!r}.")
    if _SHORT.search(sentence):
        return TooShort()
    if _QUERY.search(sentence):
        return Correctable(
            f"GDELT doesn't take this query: {sentence}",
            field="query",
            code="gdelt-query",
            hint="Words that are joined by OR stand in brackets, and phrases of several words "
            "in quotes.",
        )
    return Remote(f"GDELT answered: {sentence}")


def _later(answer: Answer, seconds: float) -> Remote:
    return Remote(
        f"GDELT wants fewer requests ({answer.status}); asked again in {seconds:.0f} seconds.",
        retry_after=seconds,
    )
