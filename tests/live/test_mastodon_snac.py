"""Reading a real server that speaks Mastodon's API: snac2, an awkward one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from auscult.engine.connectors.conformance import HERE
from auscult.engine.connectors.mastodon import Mastodon
from auscult.engine.connectors.mastodon.signing_in import begin, finish
from servers.calls import call
from servers.mastodon_desk import Desk
from servers.snac import Snac, User, running_snac

pytestmark = pytest.mark.servers
Make = Callable[..., Desk]


@pytest.fixture
def own(snac: Snac) -> Iterator[Snac]:
    """Give a server of each test's own: it tells itself of posts, and is slow while it does."""
    del snac  # which says whether it is installed
    with running_snac() as fresh:
        yield fresh


@pytest.fixture
def desk(own: Snac) -> Iterator[Make]:
    opened: list[Desk] = []

    def make(**config: Any) -> Desk:
        # Without a limit of its own it is asked as seldom as the smallest Mastodon.
        opened.append(Desk(own, **({"access_token": None, "poll_every": 0.1} | config)))
        return opened[-1]

    yield make
    for one in opened:
        one.reader.close()


def _code(own: Snac, user: User, link: str) -> str:
    """Open the link as a person does, and return the code that the page shows."""
    page = call("GET", link).text()
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    (action,) = re.findall(r'<form method="post" action="([^"]+)"', page)
    shown = call("POST", action, form={**hidden, "login": user.name, "passwd": user.password})
    return shown.text()


def test_a_person_signs_in_with_a_code(own: Snac, desk: Make) -> None:
    user = own.create_user("ann")
    signing_in = begin(own.url, network=HERE, website="https://auscult.example")
    assert signing_in.link.startswith(f"{own.url}/oauth/authorize?")
    assert signing_in.state["client_secret"] not in repr(signing_in)
    token = finish(signing_in.state, f" {_code(own, user, signing_in.link)}\n", network=HERE)
    assert own.get("/api/v1/accounts/verify_credentials", token)["id"] == user.id
    said = own.post(user, "Signed in, and #readable")
    one = desk(access_token=token, timelines=["#readable"])
    one.until(lambda: said["uri"] in one.texts)


def test_posts_edits_and_deletions_by_asking(own: Snac, desk: Make) -> None:
    user = own.create_user("bea")
    first = own.post(user, "First words about #fever", spoiler_text="Health")
    second = own.post(user, "Second words about #fever")
    one = desk(timelines=["#fever"], access_token=user.token)
    one.until(lambda: {first["uri"], second["uri"]} <= set(one.texts))
    assert one.texts[second["uri"]] == "Second words about #fever"
    assert one.status.doing == "asking"
    assert one.notes() == "Asked for instead of streamed: #fever. The server has no streams."

    own.edit(user, second, "Second words, changed, about #fever")
    one.until(lambda: one.texts[second["uri"]] == "Second words, changed, about #fever")

    # Nobody tells of deletions there: a recheck finds them.
    own.delete(user, first)
    one.reader.recheck([first["uri"], second["uri"]], {u: a for a, u in one.aliases.items()})
    one.until(lambda: first["uri"] in one.tombstones and second["uri"] in one.confirmed)
    assert list(one.texts) == [second["uri"]]


def test_without_a_token_a_posts_home_is_asked(own: Snac, desk: Make) -> None:
    user = own.create_user("cal")
    kept, gone = own.post(user, "Kept #cough"), own.post(user, "Gone #cough")
    one = desk(timelines=["#cough"])
    one.until(lambda: len(one.texts) == 2)
    own.delete(user, gone)
    one.reader.recheck([kept["uri"], gone["uri"]])
    one.until(lambda: gone["uri"] in one.tombstones and kept["uri"] in one.confirmed)


def test_pages_are_read_back_and_new_posts_forward(own: Snac, desk: Make) -> None:
    user = own.create_user("dan")
    for number in range(42):  # more than a page
        own.post(user, f"Number {number} #many")
    one = desk(timelines=["#many"])
    one.until(lambda: len(one.texts) == 42)
    one.reader.close()
    for number in range(3):
        own.post(user, f"Later number {number} #many")
    one.open()
    one.until(lambda: len(one.texts) == 45)
    assert not one.gaps()


def test_an_accounts_own_timeline(own: Snac, desk: Make) -> None:
    user = own.create_user("eve")
    said = own.post(user, "On my own page")
    one = desk(timelines=[f"@{user.name}"], access_token=user.token)
    one.until(lambda: said["uri"] in one.texts)
    more = own.post(user, "Another one")
    one.until(lambda: more["uri"] in one.texts)
    assert set(one.texts) == {said["uri"], more["uri"]}


def test_a_list_with_a_wrong_token_is_closed(own: Snac, desk: Make) -> None:
    one = desk(timelines=["list:1", "public"], access_token="wrong")
    one.until(lambda: "list:1 can't be read" in one.notes())
    assert "the token's account may not see it" in one.notes()


def test_addresses_of_it_are_recognised(own: Snac) -> None:
    found = Mastodon().probe(own.url, network=HERE)
    assert [one.config["timelines"] for one in found] == [["local"], ["public"]]
    assert "(snac 2.75)" in found[0].reads


def test_a_boost_of_ones_own_post_is_no_second_post(own: Snac, desk: Make) -> None:
    user = own.create_user("gil")
    said = own.post(user, "Boosted by myself")
    own.react(user, said, "reblog")  # which keeps this server busy for some seconds
    timeline = own.get(f"/api/v1/accounts/{user.id}/statuses", user.token)
    assert [bool(status["reblog"]) for status in timeline] == [True]
    one = desk(timelines=[f"@{user.name}"], access_token=user.token)
    one.until(lambda: one.texts)
    assert one.texts == {said["uri"]: "Boosted by myself"}
