"""Every page of Sources, for the owner, a teammate, an onlooker, a stranger and nobody."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from auscult.engine.kernel.http import Network, Reach
from auscult.web.accounts.models import AuditEntry, User
from auscult.web.sources import views
from auscult.web.sources.actions import Keep, add_source
from auscult.web.sources.connecting import KINDS
from auscult.web.sources.models import Source
from auscult.web.sources.secrets import opened_config

pytestmark = pytest.mark.django_db

SECRET = "a-token-that-no-page-may-show"
OPML = b'<opml><body><outline text="A" xmlUrl="https://a.example/rss"/></body></opml>'
SEEN_BY_ALL = ["/sources/", "/sources/{source}/", "/sources/{source}/now/", "/sources/feeds.opml"]
FOR_EDITORS = [
    *(f"/sources/connect/{kind}/" for kind in KINDS),
    "/sources/connect/mastodon/sign-in/",
    "/sources/feeds/",
    "/sources/{source}/change/",
]
TAKEN = {"name": "Town talk", "config-instance": "a.example", "config-timelines": "local"}
POSTED = ["/sources/{source}/pause/", "/sources/{source}/resume/", "/sources/connect/"]


def signed_in(actor: Any) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


@pytest.fixture
def source(owner: Any) -> Source:
    config = {"instance": "https://town.example", "access_token": SECRET, "timelines": ["local"]}
    return add_source(owner, name="Town talk", connector="mastodon", config=config)


@pytest.fixture
def address(source: Source) -> Callable[[str], str]:
    return lambda page: page.format(source=source.pk)


@pytest.mark.parametrize("page", SEEN_BY_ALL)
@pytest.mark.parametrize("person", ["owner", "teammate", "onlooker"])
def test_members_see_how_sources_do(
    request: pytest.FixtureRequest, person: str, page: str, address: Callable[[str], str]
) -> None:
    answer = signed_in(request.getfixturevalue(person)).get(address(page))
    assert answer.status_code == 200
    assert SECRET.encode() not in answer.content


@pytest.mark.parametrize("page", FOR_EDITORS)
def test_editors_connect_and_change_onlookers_do_not(
    owner: Any, teammate: Any, onlooker: Any, page: str, address: Callable[[str], str]
) -> None:
    for person in (owner, teammate):
        answer = signed_in(person).get(address(page))
        assert answer.status_code == 200
        assert SECRET.encode() not in answer.content
    refused = signed_in(onlooker).get(address(page))
    assert refused.status_code == 403
    assert "may not" in refused.content.decode()


@pytest.mark.parametrize("page", [*SEEN_BY_ALL, *FOR_EDITORS])
def test_a_stranger_sees_nothing_of_it(
    stranger: Any, page: str, address: Callable[[str], str]
) -> None:
    answer = signed_in(stranger).get(address(page))
    assert answer.status_code == (404 if "{" in page else 200)
    assert b"Town talk" not in answer.content
    assert b"town.example" not in answer.content


@pytest.mark.parametrize("page", [*SEEN_BY_ALL, *FOR_EDITORS])
def test_nobody_is_asked_to_sign_in(page: str, address: Callable[[str], str]) -> None:
    answer = Client().get(address(page))
    assert answer.status_code in {302, 403}
    assert b"Town talk" not in answer.content


@pytest.mark.parametrize("page", POSTED)
def test_only_editors_post(
    stranger: Any, onlooker: Any, page: str, address: Callable[[str], str], source: Source
) -> None:
    assert signed_in(onlooker).post(address(page), {"address": "x"}).status_code == 403
    refused = signed_in(stranger).post(address(page), {"address": "x"})
    assert refused.status_code == (404 if "{" in page else 200)
    assert signed_in(stranger).get(address(page)).status_code == 405
    source.refresh_from_db()
    assert source.state == "reading"


def test_a_source_is_paused_and_resumed(teammate: Any, source: Source) -> None:
    client = signed_in(teammate)
    client.post(f"/sources/{source.pk}/pause/")
    assert b"Paused" in client.get("/sources/").content
    client.post(f"/sources/{source.pk}/resume/")
    assert b"Paused" not in client.get("/sources/").content
    done = list(AuditEntry.objects.values_list("action", flat=True))
    assert done[-2:] == ["paused-source", "reading-source"]


def test_a_form_connects_a_source(owner: Any) -> None:
    client = signed_in(owner)
    fields = {
        "name": "Videos", "ttl_days": "90", "sample_percent": "10",
        "config-key": SECRET, "config-searches": "clinic\nhospital\n", "config-comments": "on",
        "config-every_minutes": "60", "config-history_days": "7", "config-follow_days": "30",
        "config-searches_a_day": "100", "config-units_a_day": "10000",
        "config-address": "https://www.googleapis.com/youtube/v3",
    }  # fmt: skip
    answer = client.post("/sources/connect/youtube/", fields, follow=True)
    added = Source.objects.get(name="Videos")
    assert "Videos is connected" in answer.content.decode()
    assert SECRET not in answer.content.decode()
    assert (added.ttl_days, added.sample_share) == (90, 0.1)
    assert added.config["searches"] == ["clinic", "hospital"]
    assert "key" not in added.config
    assert opened_config(added)["key"] == SECRET

    # Changed without entering the key again: it stays.
    again = fields | {"config-key": "", "config-searches": "clinic", "ttl_days": ""}
    changed = client.post(f"/sources/{added.pk}/change/", again)
    assert changed.status_code == 302
    added.refresh_from_db()
    assert added.config["searches"] == ["clinic"]
    assert added.ttl_days is None
    assert opened_config(added)["key"] == SECRET


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("mastodon", {"name": "M"}, "This field is required"),
        ("mastodon", {"name": "M", "config-instance": "no instance"}, "config-instance"),
        ("feeds", {"name": "F", "config-feeds": "ftp://a.example"}, "is no address"),
        ("feeds", {"name": "", "config-feeds": "https://a.example/rss"}, "required"),
        ("bluesky", {"name": "B", "sample_percent": "300"}, "less than or equal to 100"),
        ("gdelt", {"name": "G", "config-query": "clinic"}, "enabled"),
        ("mastodon", TAKEN, "already called"),
        ("mastodon", TAKEN | {"config-timelines": ""}, "name at least one timeline"),
    ],
)
def test_what_is_wrong_stands_at_its_field(
    owner: Any, source: Source, kind: str, fields: dict[str, str], said: str
) -> None:
    answer = signed_in(owner).post(f"/sources/connect/{kind}/", fields)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert 'role="alert"' in answer.content.decode()
    assert Source.objects.count() == 1


def test_a_list_of_feeds_goes_in_and_out(owner: Any) -> None:
    client = signed_in(owner)
    file = SimpleUploadedFile("feeds.opml", OPML)
    answer = client.post("/sources/feeds/", {"name": "News", "file": file}, follow=True)
    assert "1 new feed is read" in answer.content.decode()
    given = client.get("/sources/feeds.opml")
    assert b"https://a.example/rss" in given.content
    wrong = SimpleUploadedFile("feeds.opml", b"no list")
    answer = client.post("/sources/feeds/", {"name": "News", "file": wrong})
    assert 'role="alert"' in answer.content.decode()


@pytest.mark.parametrize("kind", ["files", "lakeside", "nothing"])
def test_only_networks_are_connected_by_a_page(owner: Any, kind: str) -> None:
    assert signed_in(owner).get(f"/sources/connect/{kind}/").status_code == 404


def test_a_proposal_is_accepted_or_looked_at(owner: Any) -> None:
    client = signed_in(owner)
    proposal = json.dumps({"feeds": ["https://a.example/rss"]})
    looked = client.post("/sources/connect/feeds/", {"proposal": proposal, "name": "News of A"})
    assert b"https://a.example/rss" in looked.content
    assert not Source.objects.exists()
    client.post("/sources/connect/feeds/accept/", {"proposal": proposal, "name": "News of A"})
    assert Source.objects.get().config["feeds"] == ["https://a.example/rss"]
    broken = client.post("/sources/connect/feeds/accept/", {"proposal": "{", "name": "B"})
    assert 'role="alert"' in broken.content.decode()


class Instance(BaseHTTPRequestHandler):
    """An instance that registers programs and gives a token for one code."""

    def do_POST(self) -> None:
        said = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(said).items()}
        if self.path == "/api/v1/apps":
            self._answer(200, {"client_id": "id", "client_secret": "se"})
        elif form["code"] == "right" and form["client_secret"] == "se":
            self._answer(200, {"access_token": SECRET})
        else:
            self._answer(400, {"error": "invalid_grant"})

    def _answer(self, status: int, said: dict[str, str]) -> None:
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def instance(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(views, "network", lambda: Network(Reach(allow=("127.0.0.0/8",))))
    with ThreadingHTTPServer(("127.0.0.1", 0), Instance) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_person_signs_in_by_a_code(owner: Any, instance: str) -> None:
    client = signed_in(owner)
    begun = client.post("/sources/connect/mastodon/sign-in/", {"address": instance}, follow=True)
    assert f"{instance}/oauth/authorize?" in begun.content.decode()
    assert b"client_secret" not in begun.content
    assert "client_secret" not in json.dumps(dict(client.session))

    wrong = client.post("/sources/connect/mastodon/code/", {"code": "wrong"})
    assert "accept the code" in wrong.content.decode()
    answer = client.post("/sources/connect/mastodon/code/", {"code": "right"}, follow=True)
    added = Source.objects.get()
    assert opened_config(added)["access_token"] == SECRET
    assert added.config["instance"] == instance
    assert SECRET.encode() not in answer.content
    # The sign-in is over: the code page begins anew.
    again = client.get("/sources/connect/mastodon/code/")
    assert again.status_code == 302


def test_an_address_where_nobody_answers_is_said(owner: Any) -> None:
    client = signed_in(owner)
    answer = client.post("/sources/connect/mastodon/sign-in/", {"address": "http://10.0.0.1"})
    assert "AUSCULT_REACH" in answer.content.decode()
    answer = client.post("/sources/connect/", {"address": "http://192.168.1.1/news"})
    assert "AUSCULT_REACH" in answer.content.decode()
    answer = client.post("/sources/connect/", {"address": " "})
    assert "required" in answer.content.decode()


def test_health_is_told_in_words(owner: Any, source: Source) -> None:
    Source.objects.filter(pk=source.pk).update(
        error="town.example: it answered 500.",
        status={
            "doing": "live", "last_event": "2026-11-20T11:00:00+00:00", "lag": 75.0,
            "notes": ["The local timeline is closed."],
            "quota": {"unit": "requests", "spent": 290, "budget": 300, "resets_at": None},
        },
    )  # fmt: skip
    said = signed_in(owner).get("/sources/").content.decode()
    assert "Failing; it is tried again at" in said
    assert "town.example: it answered 500." in said
    assert "The local timeline is closed." in said
    assert "290 of 300 requests spent" in said
    Source.objects.filter(pk=source.pk).update(state="failed", needs_login=True)
    said = signed_in(owner).get(f"/sources/{source.pk}/").content.decode()
    assert "somebody has to sign in again" in said
    assert "Go on reading" in said


def test_what_is_kept_is_said(owner: Any) -> None:
    source = add_source(
        owner, name="News", connector="feeds", config={"feeds": ["https://a.example/rss"]},
        keep=Keep(ttl_days=1),
    )  # fmt: skip
    said = signed_in(owner).get(f"/sources/{source.pk}/").content.decode()
    assert "forgotten 1 day after" in said
