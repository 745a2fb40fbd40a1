"""Each refusal has its words, says its values, and is said again in another language."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from auscult.engine.kernel import words
from auscult.engine.planning import refusals
from auscult.engine.planning.refusals import PARTS, WORDS, Part, Refused
from auscult.engine.planning.stated import Level, Stated

SOURCES = Path(refusals.__file__).parent.glob("*.py")


def raised() -> Iterator[tuple[str, str]]:
    """Give what is made, and the code that it is made with, all over the planner."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            made = getattr(getattr(node, "func", None), "id", "")
            if made in ("Refused", "Part") and isinstance(node, ast.Call) and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    yield made, str(first.value)


def test_every_code_has_its_words_and_all_words_are_used() -> None:
    found = set(raised())
    assert {code for made, code in found if made == "Part"} == set(PARTS)
    # The two that are chosen between by what is wrong.
    chosen = {"too-small", "out-of-range"}
    assert {code for made, code in found if made == "Refused"} | chosen == set(WORDS)


@pytest.mark.parametrize("code", WORDS)
def test_every_refusal_says_its_values(code: str) -> None:
    texts = (WORDS[code].message, WORDS[code].hint)
    places = {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}
    values = dict.fromkeys(places - {"parts"}, 0.25)
    said = Refused(code, "here", Part("money", {"money": 7.0}), **values)
    assert "{" not in str(said)
    assert said.message
    assert said.hint
    assert ("money of 7" in str(said)) == ("parts" in places)


def test_a_refusal_is_kept_as_json_and_said_in_the_language_of_its_reader(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(Refused) as caught:
        Stated(levels=(Level(hours=1, low=3, likely=2, high=1),))
    kept = json.loads(json.dumps(caught.value.kept()))
    assert str(Refused.again(kept)) == str(caught.value)
    other = ("Low, likely and high are", "Tief, wohl und hoch:")
    monkeypatch.setattr(words, "_one", lambda text: text.replace(*other))
    assert Refused.again(kept).message == "Tief, wohl und hoch: 3, 2, 1."
