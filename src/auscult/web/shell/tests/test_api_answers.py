"""A write with an idempotency key is done once, whoever sends it how often and when."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection, connections

from auscult.engine.kernel.clock import FixedClock, SystemClock
from auscult.web.accounts.models import Actor, AuditEntry, KeptAnswer
from auscult.web.accounts.tokens_actions import drop_old_answers
from auscult.web.listening.models import Mention, Watch
from auscult.web.listening.revealing import Why
from auscult.web.sources.actions import add_source
from programs import Program, program_of

FLU = {"name": "flu", "query": "flu"}


@pytest.mark.django_db
def test_the_same_again_gets_the_same(owner: Actor) -> None:
    program = program_of(owner)
    first = program.post("watches", FLU, Idempotency_Key="k")
    again = program.post("watches", FLU, Idempotency_Key="k")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Location"] == first["Location"]
    assert again["Content-Type"] == first["Content-Type"]
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert Watch.objects.count() == 1
    assert AuditEntry.objects.filter(action="add-watch").count() == 1


@pytest.mark.django_db
def test_an_empty_answer_is_repeated_empty(owner: Actor) -> None:
    program = program_of(owner)
    number = program.post("watches", FLU).json()["id"]
    for _ in range(2):
        answer = program.ask("DELETE", f"watches/{number}", Idempotency_Key="k")
        assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "watches", {"name": "other", "query": "flu"}),
        ("POST", "watches?x=1", FLU),
        ("POST", "queries/explain", {"query": "flu"}),
    ],
)
def test_another_request_with_the_key_is_a_conflict(
    owner: Actor, method: str, path: str, body: Any
) -> None:
    program = program_of(owner)
    program.post("watches", FLU, Idempotency_Key="k")
    answer = program.ask(method, path, body, Idempotency_Key="k")
    assert (answer.status_code, answer.json()["code"]) == (409, "key-used")


@pytest.mark.django_db
def test_what_was_refused_may_be_mended_under_the_same_key(owner: Actor) -> None:
    program = program_of(owner)
    refused = program.post("watches", {"name": "flu", "query": "("}, Idempotency_Key="k")
    assert refused.status_code == 422
    assert program.post("watches", FLU, Idempotency_Key="k").status_code == 201


@pytest.mark.django_db
def test_keys_are_ones_own(owner: Actor, teammate: Actor, stranger: Actor) -> None:
    for actor, status in ((owner, 201), (teammate, 422), (stranger, 201)):
        answer = program_of(actor).post("watches", FLU, Idempotency_Key="k")
        assert answer.status_code == status, answer.content


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "x" * 256])
def test_what_is_no_key(owner: Actor, key: str) -> None:
    answer = program_of(owner).post("watches", FLU, Idempotency_Key=key)
    assert (answer.status_code, answer.json()["code"]) == (422, "key-refused")
    assert not Watch.objects.exists()


@pytest.mark.django_db
def test_a_day_later_the_key_is_new(owner: Actor) -> None:
    program = program_of(owner)
    number = program.post("watches", FLU, Idempotency_Key="k").json()["id"]
    program.ask("DELETE", f"watches/{number}")
    with time_machine.travel(SystemClock().now() + timedelta(hours=25)):
        assert program.post("watches", FLU, Idempotency_Key="k").status_code == 201


@pytest.mark.django_db
def test_old_answers_are_dropped(owner: Actor, clock: FixedClock) -> None:
    mine = {"organisation_id": owner.organisation_id, "user_id": owner.user_id, "digest": ""}
    for key, hours in (("old", 25), ("new", 23)):
        created = clock.now() - timedelta(hours=hours)
        KeptAnswer.objects.create(**mine, key=key, created_at=created)
    assert not drop_old_answers(owner)
    assert [kept.key for kept in KeptAnswer.objects.all()] == ["new"]


@pytest.mark.django_db
def test_a_name_is_kept_nowhere(owner: Actor) -> None:
    config = {"feeds": ["https://news.lakeside.example/feed.xml"]}
    mention = Mention.objects.create(
        id=1_795_000_000 << 20,
        organisation_id=owner.organisation_id,
        origin=add_source(owner, name="news", connector="feeds", config=config),
        uri="https://news.lakeside.example/1",
        author="pat@lakeside.example",
        author_name="Pat Person",
        created_at=owner.clock.now(),
        text="flu",
    )
    body = {"why": Why.values[0], "reason": "she asked us to call"}
    for times in (1, 2):
        answer = program_of(owner, "names").post(
            f"mentions/{mention.pk}/author", body, Idempotency_Key="k"
        )
        assert answer.json()["name"] == "Pat Person"
        assert "no-store" in answer["Cache-Control"]
        assert not KeptAnswer.objects.exists()
        assert AuditEntry.objects.filter(action="reveal-author").count() == times


@pytest.mark.django_db
def test_a_defect_keeps_nothing(owner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    program = program_of(owner)
    program.client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("auscult.web.listening.actions.record_audit", None)
        assert program.post("watches", FLU, Idempotency_Key="k").status_code == 500
    assert not KeptAnswer.objects.exists()
    assert not Watch.objects.exists()
    assert program.post("watches", FLU, Idempotency_Key="k").status_code == 201


def _sent(secret: str) -> Any:
    """Return the answer to a write; None where the tests' database was locked just then."""
    try:
        return Program(secret).post("watches", FLU, Idempotency_Key="k")
    except OperationalError as error:
        if "table is locked" not in str(error):
            raise
        return None
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_the_same_at_the_same_time_is_done_once(owner: Actor) -> None:
    secret = program_of(owner).secret

    def send(_number: int) -> tuple[int, bytes]:
        # Connections that share a memory don't wait for each other, as those to a file do.
        while (answer := _sent(secret)) is None:
            pass
        return answer.status_code, answer.content

    if connection.vendor == "sqlite":
        connection.inc_thread_sharing()  # the tests' database is in the memory of one connection
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(24)))
    done = {answer for answer in answers if answer[0] == 201}
    assert len(done) == 1
    assert {status for status, _ in answers} <= {201, 409}
    assert Watch.objects.count() == 1
    assert KeptAnswer.objects.count() == 1
