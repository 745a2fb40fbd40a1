"""A stranger and nobody ask for everything that the first organisation's pages lead to.

The owner's pages are walked link by link and form by form, as a browser would find them. What was
found is then asked for by the owner of another organisation, and by somebody who isn't signed in:
no answer may hold a word of the first organisation, and nothing of it may change.
"""

from __future__ import annotations

import contextlib
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import pyarrow as pa
import pytest
from django.apps import apps
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve
from lxml import html

from architecture.addresses import ADDRESSES
from architecture.rows import ROWS
from architecture.who_may import ByToken, Public
from auscult.engine.connectors.base import Batch
from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.posts import SCHEMA
from auscult.web.accounts.models import Actor, Organisation, User
from auscult.web.listening import actions as listening
from auscult.web.listening.standing import StandingWatches
from auscult.web.sources.models import Source

pytestmark = pytest.mark.django_db

# So long that no random token has it by chance.
MARK = "zqxjvk"  # in every name and text of the first organisation, and nowhere else
SIMILAR = 4  # addresses that are followed of one pattern
ATTRIBUTES = ("href", "src", "action", "hx-get", "hx-post")


@dataclass(kw_only=True)
class Found:
    """What the owner's pages lead to."""

    addresses: dict[str, int] = field(default_factory=dict)
    forms: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    patterns: Counter[str] = field(default_factory=Counter)
    marked: set[str] = field(default_factory=set)


def user_of(actor: Actor) -> User:
    assert actor.user_id is not None
    return User.objects.get(pk=actor.user_id)


def client_of(actor: Actor) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(user_of(actor))
    return client


def body(answer: Any) -> str:
    streamed = getattr(answer, "streaming_content", None)
    raw = b"".join(streamed) if streamed is not None else answer.content
    return raw.decode("utf-8", "replace").lower()


def pattern_of(address: str) -> str | None:
    try:
        return str(resolve(urlsplit(address).path).route)
    except Resolver404:
        return None


def crawl(client: Client, start: str) -> Found:
    """Follow every link of every page, a few of each pattern; note every form."""
    found = Found()
    waiting = deque([start])
    while waiting:
        address = waiting.popleft()
        pattern = pattern_of(address)
        if pattern is None or address in found.addresses or found.patterns[pattern] >= SIMILAR:
            continue
        found.patterns[pattern] += 1
        answer = client.get(address, follow=False)
        found.addresses[address] = answer.status_code
        text = body(answer)
        if MARK in text:
            found.marked.add(pattern)
        if answer.status_code in {301, 302}:
            waiting.append(urljoin(address, answer["Location"]))
        elif "html" in answer.headers.get("Content-Type", "") and text.strip():
            waiting.extend(_links(address, answer.content.decode(), found))
    return found


def _links(address: str, text: str, found: Found) -> Iterator[str]:
    tree = html.fromstring(text)
    for form in tree.iter("form"):
        target = urljoin(address, form.get("action") or form.get("hx-post") or address)
        method = "POST" if form.get("hx-post") else (form.get("method") or "GET").upper()
        if method == "POST" and not urlsplit(target).netloc:
            fields = {key: value or "" for key, value in form.form_values()}
            found.forms.setdefault((method, target), fields)
    for node in tree.iter():
        if isinstance(node.tag, str):
            for name in ATTRIBUTES:
                target = urljoin(address, node.get(name, ""))
                if node.get(name) and not urlsplit(target).netloc and not urlsplit(target).scheme:
                    yield target.partition("#")[0]


def open_to_all(address: str) -> bool:
    """Whether the table of addresses lets anybody in, or asks for a secret in the address."""
    return isinstance(ADDRESSES.get(pattern_of(address) or ""), Public | ByToken)


def rows_of(organisation: int) -> dict[str, list[Any]]:
    """Everything that the database has of an organisation."""
    found = {}
    tables = set(connection.introspection.table_names())
    for model in apps.get_models():
        if model._meta.db_table not in tables:
            continue
        names = {one.name for one in model._meta.get_fields()}
        if "organisation" in names and model is not Organisation:
            rows = model._default_manager.filter(organisation_id=organisation)
            found[model._meta.label] = sorted(map(repr, rows.values_list()))
    return found


@pytest.fixture
def house(owner: Actor) -> Actor:
    """The first organisation, with one of everything, each with the mark in its name."""
    Organisation.objects.filter(pk=owner.organisation_id).update(name="Zqxjvkhouse")
    User.objects.filter(pk=user_of(owner).pk).update(
        username="zqxjvkowner", email="zqxjvkowner@house.example", first_name="Zqxjvkfirst"
    )
    listening.save_watch(owner, name="Zqxjvkwatch", query="zqxjvkword OR hospital")
    now = owner.clock.now()
    source = Source.objects.create(
        organisation_id=owner.organisation_id,
        name="Zqxjvksource",
        connector="files",
        config={"paths": ["/srv/zqxjvkposts"]},
        next_attempt=now,
        created_at=now,
        snapshot={},
        sample_share=1.0,
    )
    posts = [
        {
            "uri": f"at://zqxjvk/{number}",
            "source": "files",
            "author": f"zqxjvkauthor{number}",
            "author_name": f"Zqxjvk Author {number}",
            "created_at": now,
            "collected_at": now,
            "text": f"zqxjvkword number {number} about the hospital https://zqxjvk.example/{number}",
            "language": "en",
        }
        for number in range(5)
    ]
    batch = Batch(posts=pa.Table.from_pylist(posts, schema=SCHEMA), snapshot={"at": 5})
    listening.record_batch(owner, source=source, batch=batch, watch_set=StandingWatches(owner))
    for make in ROWS.values():
        # A second source of the same name is refused; what its maker makes is there already.
        with contextlib.suppress(Correctable), transaction.atomic():
            make(owner)
    return owner


def ask_all(found: Found, ask: Callable[[str, str, dict[str, str]], HttpResponse]) -> list[str]:
    """Ask for everything that was found; return what was said that should not be."""
    wrong = []
    asked: list[tuple[str, str, dict[str, str]]]
    asked = [("GET", address, {}) for address in found.addresses]
    asked += [(method, address, fields) for (method, address), fields in found.forms.items()]
    for method, address, fields in asked:
        if pattern_of(address) is None:
            continue
        answer = ask(method, address, fields)
        text = body(answer) + str(sorted(answer.headers.items())).lower()
        # What she sent herself may come back to her, as in "there is no watch 'x'".
        own = " ".join([address, *fields.values()]).lower()
        if MARK in text and MARK not in own and not open_to_all(address):
            wrong.append(f"{method} {address} tells of the first organisation")
        if answer.status_code >= 500:
            wrong.append(f"{method} {address}: {answer.status_code}")
    return wrong


def leads_everywhere(found: Found) -> None:
    bad = {address: status for address, status in found.addresses.items() if status >= 400}
    assert {a: s for a, s in bad.items() if s not in {400, 405} or s >= 500} == {}
    assert {
        "listening/",
        "sources/",
        "sources/<int:number>/",
        "listening/watches/<int:number>/",
    } <= (found.patterns.keys())
    assert {"listening/", "sources/", "listening/watches/<int:number>/"} <= found.marked
    assert any(address.endswith("/remove/") for _, address in found.forms)


# One test, as the walk through the owner's pages takes longer than what is asked after it.
def test_a_stranger_and_nobody_find_and_change_nothing(house: Actor, stranger: Actor) -> None:
    found = crawl(client_of(house), "/")
    leads_everywhere(found)
    before = rows_of(house.organisation_id)

    def ask_as_stranger(method: str, address: str, fields: dict[str, str]) -> HttpResponse:
        client = client_of(stranger)
        if method == "GET":
            return client.get(address)  # type: ignore[return-value]
        return client.post(address, fields)  # type: ignore[return-value]

    let_in = []

    def ask_as_nobody(method: str, address: str, fields: dict[str, str]) -> HttpResponse:
        client = Client()
        send: Any = client.get if method == "GET" else client.post
        answer: HttpResponse = send(address, fields) if method == "POST" else send(address)
        if answer.status_code == 200 and not open_to_all(address):
            let_in.append(f"{method} {address}")
        return answer

    assert ask_all(found, ask_as_nobody) == []
    assert let_in == []
    assert rows_of(house.organisation_id) == before, "nobody changed something"
    assert ask_all(found, ask_as_stranger) == []
    assert rows_of(house.organisation_id) == before, "a stranger changed something"
