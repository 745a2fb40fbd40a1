"""Whoever is forgotten stands in no reason and in no kept answer either."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from auscult.web.accounts.models import Actor, AuditEntry, KeptAnswer
from auscult.web.listening.actions import forget, save_watch
from auscult.web.listening.forgetting import without_names
from auscult.web.listening.models import Mention, Tombstone
from programs import program_of

pytestmark = pytest.mark.django_db
SAID = {"author": "@zoe@town.example", "author_name": "Zoe Zander"}


@pytest.fixture
def said(owner: Actor, record: Callable[..., Any], post: Callable[..., Any]) -> Mention:
    save_watch(owner, name="flu", query="flu")
    record(post(1, "the flu shot line was long", uri="https://town.example/@zoe/1", **SAID))
    return Mention.objects.get()


@pytest.mark.parametrize("by", ["author", "uri"])
def test_a_reason_to_forget_names_nobody(owner: Actor, said: Mention, by: str) -> None:
    reason = "Zoe Zander (@zoe@town.example, zoe, https://town.example/@zoe/1) asked us by mail"
    chosen = {"authors": [said.author]} if by == "author" else {"uris": [said.uri]}
    assert forget(owner, **chosen, reason=reason).mentions == 1
    entry = AuditEntry.objects.get(action="forget")
    assert entry.details["reason"].endswith("asked us by mail")
    kept = [
        orjson.dumps(entry.details).decode(),
        *Tombstone.objects.values_list("reason", flat=True),
    ]
    assert len(kept) == 2
    assert not any("zoe" in one.lower() for one in kept)


@pytest.mark.parametrize(
    ("text", "names", "said"),
    [
        ("ask pat.town.example, or Pat", ["pat.town.example"], "ask …, or …"),
        ("the pattern is @pat's", ["@pat@town.example"], "the pattern is …'s"),
        ("did we?", ["did:plc:abc"], "did we?"),
        ("about did:plc:abc alone", ["did:plc:abc"], "about … alone"),
        ("nobody", ["", "x"], "nobody"),
    ],
)
def test_names_are_whole_words(text: str, names: list[str], said: str) -> None:
    assert without_names(text, names, "…") == said


def test_a_preview_is_kept_under_no_key(owner: Actor, said: Mention) -> None:
    program = program_of(owner)
    for _ in range(2):
        answer = program.post("queries/preview", {"query": "flu"}, Idempotency_Key="k")
        assert answer.status_code == 200
        assert "line was long" in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
    assert not KeptAnswer.objects.exists()
