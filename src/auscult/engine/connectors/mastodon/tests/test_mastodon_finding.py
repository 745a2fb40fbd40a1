"""Configurations, budgets, what an instance says of itself, and what an address leads to."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from auscult.engine.connectors.base import configure
from auscult.engine.connectors.conformance import HERE
from auscult.engine.connectors.mastodon import Mastodon, MastodonConfig
from auscult.engine.connectors.mastodon.api import Api
from auscult.engine.connectors.mastodon.budget import Budget
from auscult.engine.connectors.mastodon.instance import Instance, discover
from auscult.engine.connectors.mastodon.instance import _streams as instance_streams
from auscult.engine.connectors.mastodon.signing_in import begin, finish
from auscult.engine.connectors.mastodon.timelines import read_timeline
from auscult.engine.connectors.mastodon.track import rewound
from auscult.engine.kernel.clock import FixedClock, SystemClock
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.http import Headers
from servers.mastodon import FakeMastodon, Fault

DATA = Path(os.environ.get("AUSCULT_DATA", "../shared/data")) / "mastodon"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def _config(**fields: Any) -> MastodonConfig:
    return configure(MastodonConfig, {"instance": "one.example"} | fields)


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("one.example", "https://one.example"),
        (" https://One.example/ ", "https://one.example"),
        ("https://one.example/@ann", "https://one.example"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_an_instance_is_known_by_its_origin(given: str, base: str) -> None:
    assert _config(instance=given).instance == base


@pytest.mark.parametrize("given", ["", "two words", "ftp://one.example", "wss://one.example"])
def test_what_is_no_instance_is_refused(given: str) -> None:
    with pytest.raises(Correctable) as error:
        _config(instance=given)
    assert error.value.field == "instance"


def test_timelines_have_one_spelling() -> None:
    config = _config(timelines=["Public", " #Flu", "#Flu", "list: 7", "@ann@one.example", "@bob"])
    assert config.timelines == ("public", "#Flu", "list:7", "@ann@one.example", "@bob")
    assert [str(one) for one in config.read] == list(config.timelines)
    for wrong in ["home", "#", "ann@one.example", "# two words", ""]:
        with pytest.raises(Correctable, match=r"is no timeline\. Write one of: public, local"):
            _config(timelines=[wrong])
    with pytest.raises(Correctable, match="at least one"):
        _config(timelines=[])
    with pytest.raises(Correctable, match="at most 20"):
        _config(timelines=[f"#tag{number}" for number in range(21)])


def test_a_token_is_a_secret() -> None:
    config = _config(access_token=" s3cret ")
    assert config.token == "s3cret"
    assert "s3cret" not in repr(config)
    assert _config(access_token="").token is None


def test_a_person_is_told_what_is_read() -> None:
    about = Mastodon().about(_config(timelines=["local", "#flu", "@ann@two.example"]))
    assert about.reads == (
        "Public posts of the accounts of one.example; public posts with #flu that one.example "
        "knows of; public posts of @ann@two.example."
    )
    assert about.terms == "https://one.example/about"
    assert about.how_often.startswith("Live")
    assert Mastodon().about(_config(timelines=["@ann"])).how_often == "Every 60 seconds."
    assert Mastodon().about(_config(timelines=["list:3"], streaming=False)).duties


def test_a_budget_is_kept_by_headers_and_without() -> None:
    clock = FixedClock(NOON)
    budget = Budget(clock)
    for _ in range(270):
        assert budget.wait() == 0
        budget.spend()
    assert budget.wait() == 300
    clock.advance(timedelta(seconds=301))
    assert budget.wait() == 0
    said = {
        "X-RateLimit-Limit": "100",
        "X-RateLimit-Remaining": "10",
        # The instance's clock is an hour fast; its own date says so.
        "X-RateLimit-Reset": "2026-11-21T13:07:01.5Z",
        "Date": "Sat, 21 Nov 2026 13:05:01 GMT",
    }
    budget.told(Headers(said.items()))
    assert budget.wait() == pytest.approx(120.5)
    assert (budget.quota.spent, budget.quota.budget) == (90, 100)
    clock.advance(timedelta(days=-1))  # somebody set the clock
    assert budget.wait() == 0
    for odd in [{"X-RateLimit-Remaining": "many"}, {"X-RateLimit-Limit": "0"}, {}]:
        Budget(clock).told(Headers((said | odd).items()))
    assert Budget(clock).share(1) == pytest.approx(4)
    assert Budget(clock).share(20) == pytest.approx(80)


def test_ids_that_carry_their_time_go_back_two_minutes() -> None:
    number = (int(NOON.timestamp() * 1000) << 16) + 5
    back = int(rewound(str(number)))
    assert back >> 16 == (number >> 16) - 120_000
    assert rewound("4711") == "4711"  # a server that counts


def _recorded_instance(host: str) -> dict[str, Any]:
    if not DATA.exists():
        pytest.skip(f"there are no recorded answers in {DATA}: set AUSCULT_DATA")
    yaml = pytest.importorskip("yaml")
    tape = yaml.load(
        (DATA / "test_timeline_disabled.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )
    found = next(
        one
        for one in tape["interactions"]
        if one["request"]["uri"].startswith(host) and "/api/v2/instance" in one["request"]["uri"]
    )
    said: dict[str, Any] = json.loads(found["response"]["body"]["string"])
    return said


def _discovered(fake: FakeMastodon) -> Instance:
    api = Api(fake.url, None, network=HERE, clock=SystemClock())
    try:
        return discover(api)
    finally:
        api.close()


def test_what_mastodon_social_says_of_itself(fake: FakeMastodon) -> None:
    said = json.dumps(_recorded_instance("https://mastodon.social")).encode()
    fake.faults.append(Fault("/api/v2/instance", status=200, body=said))
    found = _discovered(fake)
    assert found.domain == "mastodon.social"
    assert found.streaming == "https://streaming.mastodon.social"
    assert found.many
    assert found.version.startswith("4.7.0")
    public, hashtag = read_timeline("public"), read_timeline("#flu")
    assert found.why_closed(public, signed_in=True) == "mastodon.social has closed public."
    assert not found.why_closed(hashtag, signed_in=False)


def test_what_another_recorded_instance_shows(fake: FakeMastodon) -> None:
    said = json.dumps(_recorded_instance("http://localhost:3000")).encode()
    fake.faults.append(Fault("/api/v2/instance", status=200, body=said))
    found = _discovered(fake)
    assert found.streaming == "http://localhost:4000"
    assert not found.why_closed(read_timeline("public"), signed_in=False)


def test_the_first_version_and_the_software_by_nodeinfo(fake: FakeMastodon) -> None:
    fake.second_version = False
    links = {"links": [{"rel": "2.0", "href": f"{fake.url}/nodeinfo/2.0"}]}
    software = {"software": {"name": "pleroma", "version": "2.6"}}
    for path, body in (("/.well-known/nodeinfo", links), ("/nodeinfo/2.0", software)):
        fake.faults.append(Fault(path, status=200, body=json.dumps(body).encode()))
    found = _discovered(fake)
    assert (found.software, found.version) == ("pleroma", "2.6")
    assert found.domain == fake.host
    assert not found.many


@pytest.mark.parametrize(
    ("base", "said", "streams"),
    [
        ("https://one.example", "wss://streams.one.example/", "https://streams.one.example"),
        ("https://one.example", "ws://streams.one.example", "https://streams.one.example"),
        ("http://one.example:3000", "ws://one.example:4000", "http://one.example:4000"),
        ("http://one.example:3000", "wss://one.example:3000", "http://one.example:3000"),
        ("https://one.example", "", ""),
        ("https://one.example", "wss://", ""),
        ("https://one.example", None, ""),
    ],
)
def test_streams_never_take_the_token_out_of_tls(base: str, said: Any, streams: str) -> None:
    api = Api(base, None, network=HERE, clock=SystemClock())
    assert instance_streams(api, said) == streams
    api.close()


@pytest.mark.parametrize("body", [b"{}", b'{"configuration": [], "domain": 5, "api_versions": 1}'])
def test_an_instance_may_say_little(fake: FakeMastodon, body: bytes) -> None:
    fake.faults.append(Fault("/api/v2/instance", status=200, body=body))
    found = _discovered(fake)
    assert (found.domain, found.streaming, found.access) == (fake.host, "", {})


def _proposed(address: str) -> list[tuple[str, list[str]]]:
    found = Mastodon().probe(address, network=HERE)
    for one in found:
        assert one.connector == "mastodon"
        configure(MastodonConfig, one.config)
    return [(one.name, one.config["timelines"]) for one in found]


def test_an_instance_is_recognised(fake: FakeMastodon) -> None:
    for path in ("", "/", "/about", "/explore"):
        assert [lines for _, lines in _proposed(fake.url + path)] == [["local"], ["public"]]
    fake.access = {"live_feeds": {"local": "public", "remote": "disabled"}}
    assert _proposed(f"{fake.url}/public/local") == [(f"local at {fake.host}", ["local"])]


def test_a_hashtag_and_an_account_are_recognised(fake: FakeMastodon) -> None:
    fake.post("hello", by="ann")
    fake.post("hello", by="bob@two.example")
    assert _proposed(f"{fake.url}/tags/Flu")[0][1] == ["#Flu"]
    assert _proposed(f"{fake.url}/@ann")[0][1] == ["@ann"]
    assert _proposed(f"{fake.url}/users/ann")[0][1] == ["@ann"]
    assert _proposed(f"{fake.url}/@ann/117")[0][1] == ["@ann"]
    assert _proposed(f"{fake.url}/@bob@two.example")[0][1] == ["@bob@two.example"]
    assert _proposed(f"{fake.url}/@nobody") == []


@pytest.mark.parametrize(
    "address",
    ["", "word", "two words", "#flu", "ftp://one.example", "ann@127.0.0.1:1", "127.0.0.1:1"],
)
def test_what_leads_nowhere_is_not_recognised(address: str) -> None:
    assert _proposed(address) == []


def test_other_pages_and_other_servers_are_not_recognised(fake: FakeMastodon) -> None:
    assert _proposed(f"{fake.url}/news/article.html") == []
    assert not fake.requests
    fake.faults.append(Fault("/", status=404, times=9))
    assert _proposed(fake.url) == []
    fake.faults[:] = [Fault("/", status=200, body=b"<html>", times=9)]
    assert _proposed(f"{fake.url}/@ann") == []


def test_a_code_becomes_a_token(fake: FakeMastodon) -> None:
    waiting = begin(fake.url, network=HERE)
    assert "code_challenge_method=S256" in waiting.link
    assert "hush" not in waiting.link + repr(waiting)
    state = json.loads(json.dumps(waiting.state))
    with pytest.raises(Correctable, match="doesn't accept the code") as error:
        finish(state, "wrong", network=HERE)
    assert error.value.hint == "Open the link again and paste the new code."
    assert finish(state, " right ", network=HERE) == "good"


def test_who_can_sign_nobody_in_is_no_instance(fake: FakeMastodon) -> None:
    fake.second_version = False
    with pytest.raises(Remote, match="no Mastodon API") as error:
        begin(fake.url, network=HERE)
    assert error.value.permanent
    with pytest.raises(Correctable):
        begin("two words", network=HERE)
