"""Looking for accounts on both networks: found with their counts, refused in words."""

from __future__ import annotations

import pytest

from auscult.engine.connectors.accounts import Account
from auscult.engine.connectors.bluesky import searching as bluesky
from auscult.engine.connectors.mastodon import searching as mastodon
from auscult.engine.kernel.clock import SystemClock
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.http import Network, Reach
from servers.mastodon import fake_mastodon
from servers.small_appview import small_appview

HERE = Network(Reach(("127.0.0.1",)))
CLOCK = SystemClock()


def test_bluesky_finds_accounts_with_what_they_count() -> None:
    with small_appview() as server:
        did = server.join("hospital.example.org")
        server.join("anna.example.org")
        server.say(did, "We are open")
        found = bluesky.search_accounts("Hospital", network=HERE, clock=CLOCK, host=server.url)
        nothing = bluesky.search_accounts("zoo", network=HERE, clock=CLOCK, host=server.url)

    assert found == (
        Account(
            author=did, handle="@hospital.example.org", name="Hospital", followers=120, posts=1
        ),
    )
    assert nothing == ()


def test_bluesky_refuses_in_words() -> None:
    with small_appview() as server:
        server.refusals.append((429, {"Retry-After": "7"}, b"{}"))
        with pytest.raises(Remote) as refused:
            bluesky.search_accounts("x", network=HERE, clock=CLOCK, host=server.url)
        server.refusals.append((200, {}, b'{"actors": 3}'))
        with pytest.raises(Remote, match="AppView"):
            bluesky.search_accounts("x", network=HERE, clock=CLOCK, host=server.url)

    assert refused.value.retry_after == 7.0


def test_no_address_inside_is_asked() -> None:
    with small_appview() as server, pytest.raises(Correctable, match="AUSCULT_REACH"):
        bluesky.search_accounts("x", network=Network(), clock=CLOCK, host=server.url)
    assert server.asked == []


def search(url: str, token: str | None = None) -> tuple[Account, ...]:
    return mastodon.search_accounts("clinic", instance=url, token=token, network=HERE, clock=CLOCK)


def test_mastodon_finds_who_wants_to_be_found() -> None:
    with fake_mastodon() as server:
        server.post("open", account=server.account("clinic", note="<p>Care &amp; more</p>"))
        server.post("open", by="clinic@far.example")
        server.post("private", account=server.account("clinic-staff", indexable=False))
        found = search(server.url)

    assert [(one.author, one.followers) for one in found] == [
        (f"clinic@{server.host}", 12),
        ("clinic@far.example", 12),
    ]
    assert found[0].about == "Care & more"


def test_mastodon_may_want_its_own_people_to_search() -> None:
    with fake_mastodon() as server:
        server.search_for_members = True
        server.post("open", by="clinic")
        with pytest.raises(Remote, match="sign in") as refused:
            search(server.url)
        found = search(server.url, token="good")

    assert refused.value.needs_login
    assert len(found) == 1
