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
from servers.snac import Snac, User

pytestmark = pytest.mark.servers
Make = Callable[..., Desk]


@pytest.fixture
def desk(snac: Snac) -> Iterator[Make]:
    opened: list[Desk] = []

    def make(**config: Any) -> Desk:
        # Without a limit of its own it is asked as seldom as the smallest Mastodon.
        opened.append(Desk(snac, **({"access_token": None, "poll_every": 0.1} | config)))
        return opened[-1]

    yield make
    for one in opened:
        one.reader.close()


def _code(snac: Snac, user: User, link: str) -> str:
    """Open the link as a person does, and return the code that the page shows."""
    page = call("GET", link).text()
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
    (action,) = re.findall(r'<form method="post" action="([^"]+)"', page)
    shown = call("POST", action, form={**hidden, "login": user.name, "passwd": user.password})
    return shown.text()


def test_a_person_signs_in_with_a_code(snac: Snac, desk: Make) -> None:
    user = snac.create_user("ann")
    signing_in = begin(snac.url, network=HERE, website="https://auscult.example")
    assert signing_in.link.startswith(f"{snac.url}/oauth/authorize?")
    assert signing_in.state["client_secret"] not in repr(signing_in)
    token = finish(signing_in.state, f" {_code(snac, user, signing_in.link)}\n", network=HERE)
    assert snac.get("/api/v1/accounts/verify_credentials", token)["id"] == user.id
    said = snac.post(user, "Signed in, and #readable")
    one = desk(access_token=token, timelines=["#readable"])
    one.until(lambda: said["uri"] in one.texts)


def test_posts_edits_and_deletions_by_asking(snac: Snac, desk: Make) -> None:
    user = snac.create_user("bea")
    first = snac.post(user, "First words about #fever", spoiler_text="Health")
    second = snac.post(user, "Second words about #fever")
    one = desk(timelines=["#fever"], access_token=user.token)
    one.until(lambda: {first["uri"], second["uri"]} <= set(one.texts))
    assert one.texts[second["uri"]] == "Second words about #fever"
    assert one.status.doing == "asking"
    assert one.notes() == "Asked for instead of streamed: #fever. The server has no streams."

    snac.edit(user, second, "Second words, changed, about #fever")
    one.until(lambda: one.texts[second["uri"]] == "Second words, changed, about #fever")

    # Nobody tells of deletions there: a recheck finds them.
    snac.delete(user, first)
    one.reader.recheck([first["uri"], second["uri"]], {u: a for a, u in one.aliases.items()})
    one.until(lambda: first["uri"] in one.tombstones and second["uri"] in one.confirmed)
    assert list(one.texts) == [second["uri"]]


def test_without_a_token_a_posts_home_is_asked(snac: Snac, desk: Make) -> None:
    user = snac.create_user("cal")
    kept, gone = snac.post(user, "Kept #cough"), snac.post(user, "Gone #cough")
    one = desk(timelines=["#cough"])
    one.until(lambda: len(one.texts) == 2)
    snac.delete(user, gone)
    one.reader.recheck([kept["uri"], gone["uri"]])
    one.until(lambda: gone["uri"] in one.tombstones and kept["uri"] in one.confirmed)


def test_pages_are_read_back_and_new_posts_forward(snac: Snac, desk: Make) -> None:
    user = snac.create_user("dan")
    for number in range(50):
        snac.post(user, f"Number {number} #many")
    one = desk(timelines=["#many"])
    one.until(lambda: len(one.texts) == 50)
    one.reader.close()
    for number in range(50, 100):
        snac.post(user, f"Number {number} #many")
    one.open()
    one.until(lambda: len(one.texts) == 100)
    assert not one.gaps()


def test_an_accounts_own_timeline(snac: Snac, desk: Make) -> None:
    user = snac.create_user("eve")
    said = snac.post(user, "On my own page")
    one = desk(timelines=[f"@{user.name}"], access_token=user.token)
    one.until(lambda: said["uri"] in one.texts)
    more = snac.post(user, "Another one")
    one.until(lambda: more["uri"] in one.texts)
    assert set(one.texts) == {said["uri"], more["uri"]}


def test_a_list_with_a_wrong_token_is_closed(snac: Snac, desk: Make) -> None:
    one = desk(timelines=["list:1", "public"], access_token="wrong")
    one.until(lambda: "list:1 can't be read" in one.notes())
    assert "the token's account may not see it" in one.notes()


def test_addresses_of_it_are_recognised(snac: Snac) -> None:
    found = Mastodon().probe(snac.url, network=HERE)
    assert [one.config["timelines"] for one in found] == [["local"], ["public"]]
    assert "(snac)" in found[0].reads


def test_a_boost_of_ones_own_post_is_no_second_post(snac: Snac, desk: Make) -> None:
    user = snac.create_user("gil")
    said = snac.post(user, "Boosted by myself")
    snac.react(user, said, "reblog")  # which keeps this server busy for some seconds
    timeline = snac.get(f"/api/v1/accounts/{user.id}/statuses", user.token)
    assert [bool(status["reblog"]) for status in timeline] == [True]
    one = desk(timelines=[f"@{user.name}"], access_token=user.token)
    one.until(lambda: one.texts)
    assert one.texts == {said["uri"]: "Boosted by myself"}
