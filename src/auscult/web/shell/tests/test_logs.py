"""What is planted in requests, sources, posts and errors is in no line of the log."""

from __future__ import annotations

import io
import json
import logging
import logging.config
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor
from auscult.web.accounts.work import Job
from auscult.web.listening import views
from auscult.web.shell import logs
from auscult.web.shell import runner as running
from auscult.web.shell.runner import Runner
from auscult.web.sources import actions as reading
from auscult.web.sources.network import network

# A name, a mailbox, a token, a password, a query, a post.
PLANTED = {
    "name": "Wilhelmina Oddsson",
    "mail": "wilhelmina@oddsson.example",
    "token": "AAAA7x2kQmZ9-plantedtoken-bbbbbbbb",
    "password": "correct horse planted staple",
    "query": "chemo AND plantedquery",
    "post": "My mother plantedpost lies on ward 7",
}


class Written:
    """Everything that was logged, as both forms write it."""

    def __init__(self) -> None:
        self.lines, self.json = io.StringIO(), io.StringIO()

    @property
    def text(self) -> str:
        return self.lines.getvalue() + self.json.getvalue()

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.json.getvalue().splitlines()]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Written]:
    """The log of a process that was started with every line switched on."""
    kept = Written()
    logging.config.dictConfig(logs.logging_settings(form="lines", requests=True, debug=False))
    handlers = []
    for stream, formatter in ((kept.lines, logs.Lines()), (kept.json, logs.Json())):
        handler = logging.StreamHandler(stream)
        handler.setFormatter(formatter)
        logging.getLogger().addHandler(handler)
        handlers.append(handler)
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    yield kept
    for handler in handlers:
        root.removeHandler(handler)
    logging.config.dictConfig(django_settings.LOGGING)


def nothing_of_it_is_in(text: str) -> None:
    for kind, value in PLANTED.items():
        for word in (value, *re.findall(r"\w*planted\w*|\w*oddsson\w*", value, re.IGNORECASE)):
            assert word not in text, f"{kind}: {word!r}"


@pytest.mark.django_db
def test_requests_leave_nothing_of_a_person(owner: Actor, written: Written) -> None:
    client = Client(raise_request_exception=False)
    user = get_user_model().objects.get(username="owner")
    client.get("/sign-in/", {"token": PLANTED["token"]})
    client.post("/sign-in/", {"token": PLANTED["token"], "login": PLANTED["mail"]})
    client.force_login(user)
    client.get("/listening/found/", {"query": PLANTED["query"], "q": PLANTED["name"]})
    client.post("/listening/watches/add/", {"name": PLANTED["name"], "query": PLANTED["query"]})
    client.get(f"/{PLANTED['token']}/{PLANTED['mail']}")
    Client(headers={"Host": PLANTED["mail"]}).get("/sign-in/")
    Client(enforce_csrf_checks=True).post(
        "/sign-in/", {"login": PLANTED["mail"]}, headers={"Referer": PLANTED["token"]}
    )
    answered = [record for record in written.records if record["message"] == "answered"]
    assert len(answered) >= 7
    assert {"page", "method", "status", "ms", "request", "at"} <= set(answered[0])
    nothing_of_it_is_in(written.text)


@pytest.mark.django_db
def test_a_page_that_breaks_is_told_by_place_and_not_by_message(
    owner: Actor, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_args: Any) -> None:
        try:
            nothing: dict[str, str] = {}
            nothing[PLANTED["name"]]
        except KeyError as error:
            raise ValueError(PLANTED["post"]) from error

    monkeypatch.setattr(views, "actor_of", breaks)
    client = Client(raise_request_exception=False)
    client.force_login(get_user_model().objects.get(username="owner"))
    answer = client.get("/listening/", {"query": PLANTED["query"]})
    assert answer.status_code == 500
    (broke,) = [record for record in written.records if record["message"] == "a page broke"]
    assert broke["page"] == "listening:room"
    assert broke["request"] == answer.headers["X-Request-Id"]
    assert broke["error"][-1] == "ValueError"
    assert "KeyError" in broke["error"]
    assert any(place.endswith(" breaks") for place in broke["error"])
    nothing_of_it_is_in(written.text)


@pytest.mark.django_db
def test_the_runner_tells_of_no_name_address_or_post(
    owner: Actor, written: Written, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    def breaks(_actor: Actor) -> bool:
        raise ValueError(PLANTED["post"])

    jobs = (Job(name="breaks", every=timedelta(hours=1), run=breaks),)
    monkeypatch.setattr(running, "JOBS", jobs)
    missing = tmp_path / PLANTED["token"]
    missing.mkdir()
    (missing / "posts.jsonl").write_text("{}")
    source = reading.add_source(
        owner, name=PLANTED["name"], connector="files", config={"paths": [str(missing)]}
    )
    (missing / "posts.jsonl").unlink()
    missing.rmdir()
    Runner(clock=owner.clock, network=network(), stop=threading.Event()).round()
    failed = [one for one in written.records if one.get("source") == source.pk]
    assert failed
    assert [one["job"] for one in written.records if "job" in one] == ["breaks"]
    nothing_of_it_is_in(written.text)


def record(message: Any, *args: Any, name: str = "auscult.x") -> logging.LogRecord:
    return logging.LogRecord(name, logging.WARNING, __file__, 1, message, args, None)


@given(st.text(min_size=3).filter(lambda text: text.strip(" %.[]") and "took" not in text))
def test_no_argument_that_is_a_text_is_written(text: str) -> None:
    for template in ("took %s", "took %r of %d", "took %-10s"):
        given_ = (text, 5)[: template.count("%")]
        assert logs.plain(record(template, *given_)).startswith("took [...]")


@pytest.mark.parametrize(
    ("message", "args", "said"),
    [
        ("%d of %s at %.2f%%", (3, "x", 1.5), "3 of [...] at 1.5%"),
        ("failed: %s", (Correctable("secret", code="no-such-file"),), "failed: Correctable (no-such-file)"),
        ("failed: %s", (OSError("secret"),), "failed: OSError"),
        ("%s %s", ("only one",), "[...] None"),
    ],
)  # fmt: skip
def test_numbers_and_kinds_of_errors_are_written(
    message: str, args: tuple[Any, ...], said: str
) -> None:
    assert logs.plain(record(message, *args)) == said


def test_of_others_what_could_tell_is_cut() -> None:
    said = logs.plain(
        record(
            f"no {PLANTED['mail']} at https://x.example/?q=1 'a b' key={PLANTED['token']}\nbelow"
        )
    )
    assert said.startswith("no ")
    foreign = logs.plain(
        record(
            f"no {PLANTED['mail']} at https://x.example/?q=1 'a b' key={PLANTED['token']}\nbelow",
            name="other",
        )
    )
    assert foreign == "no [...] at [...] [...] key=[...]"
