"""Suggestions: previewed, accepted once, never twice, and only by who may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import AuditEntry, User
from auscult.web.listening import queries, suggesting
from auscult.web.listening.actions import save_watch
from auscult.web.listening.errors import SuggestionGone
from auscult.web.listening.suggesting import House
from auscult.web.sources.actions import add_source
from auscult.web.sources.errors import SourceUnknown

pytestmark = pytest.mark.django_db

LAKESIDE = House(organisation="Lakeside General Hospital", town="Lakeside")
ASKED = {"organisation": LAKESIDE.organisation, "town": LAKESIDE.town, "language": "en"}


def signed_in(actor: Any) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


@pytest.fixture
def instance(owner: Any) -> Any:
    config = {"instance": "https://town.example", "access_token": "hush"}
    return add_source(owner, name="Town", connector="mastodon", config=config)


@pytest.mark.parametrize("person", ["owner", "teammate", "onlooker"])
def test_members_see_suggestions_and_who_may_can_add_them(
    request: pytest.FixtureRequest, person: str, instance: Any
) -> None:
    actor = request.getfixturevalue(person)
    client = signed_in(actor)

    page = client.get("/listening/suggestions/", ASKED).content.decode()

    assert "Posts that name you" in page
    assert "#LakesideGeneralHospital" in page
    assert "Nothing was collected yet to tell from." in page
    assert ("Add all" in page) == (person != "onlooker")
    assert ("Your own site" in page) == (person != "onlooker")


def test_the_form_knows_the_name_of_the_house(owner: Any, stranger: Any, instance: Any) -> None:
    page = signed_in(owner).get("/listening/suggestions/").content.decode()
    other = signed_in(stranger).get("/listening/suggestions/").content.decode()

    assert 'value="Lakeside Hospital"' in page
    assert 'value="Hilltop Clinic"' in other
    assert (
        "at Town" not in signed_in(stranger).get("/listening/suggestions/", ASKED).content.decode()
    )


@pytest.mark.parametrize("page", ["", "accept/", "hashtag/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_is_asked_to_sign_in(method: str, page: str) -> None:
    answer = getattr(Client(), method)(f"/listening/suggestions/{page}")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")


def test_a_common_name_wants_its_town(owner: Any) -> None:
    page = signed_in(owner).get(
        "/listening/suggestions/", {"organisation": "General Hospital", "language": "en"}
    )

    assert "Many houses are called" in page.content.decode()


def test_one_is_added_with_one_click_and_then_is_yours(owner: Any) -> None:
    client = signed_in(owner)
    first = LAKESIDE.proposals()[0]

    answer = client.post(
        "/listening/suggestions/accept/", {**ASKED, "query": first.query}, follow=True
    )

    page = answer.content.decode()
    assert "1 watch is added." in page
    assert "You have this:" in page
    assert [watch.name for watch in queries.watches(owner)] == [first.name]


def test_all_are_added_at_once_and_none_twice(owner: Any) -> None:
    proposals = LAKESIDE.proposals()
    # The same question in another spelling, and another question under a name that is proposed.
    save_watch(owner, name="Ours", query=proposals[0].query.replace(" OR ", "  OR "))
    save_watch(owner, name=proposals[1].name, query="something else")

    saved = suggesting.accept(owner, LAKESIDE)
    again = suggesting.accept(owner, LAKESIDE)

    assert len(saved) == len(proposals) - 1
    assert saved[0].name == f"{proposals[1].name} (2)"
    assert again == []
    assert all(one.have for one in suggesting.suggestions(owner, LAKESIDE))


def test_what_is_not_proposed_is_not_added(owner: Any, onlooker: Any) -> None:
    with pytest.raises(SuggestionGone):
        suggesting.accept(owner, LAKESIDE, wanted=["anything"])
    with pytest.raises(NotAllowed):
        suggesting.accept(onlooker, LAKESIDE)
    refused = signed_in(onlooker).post("/listening/suggestions/accept/", {**ASKED, "take": "all"})
    assert refused.status_code == 403
    assert not queries.watches(owner).exists()


def test_what_to_expect_rests_on_what_was_collected(
    owner: Any, record: Callable[..., Any], post: Callable[..., dict[str, Any]]
) -> None:
    save_watch(owner, name="town", query="lakeside")
    record(*(post(n, "Thanks to Lakeside General Hospital") for n in range(30)))

    found = suggesting.suggestions(owner, LAKESIDE)

    assert found[0].per_day == 30
    assert "mentions of 1 days" in found[0].basis


def test_a_hashtag_is_read_at_a_connected_instance(
    owner: Any, teammate: Any, onlooker: Any, stranger: Any, instance: Any
) -> None:
    (one,) = suggesting.hashtags(owner, LAKESIDE)
    assert (one.tag, one.read) == ("LakesideGeneralHospital", False)
    assert suggesting.hashtags(stranger, LAKESIDE) == []
    given = {**ASKED, "source": instance.pk, "tag": one.tag}
    stored = instance.secrets

    answer = signed_in(teammate).post("/listening/suggestions/hashtag/", given, follow=True)

    assert "is read at Town" in answer.content.decode()
    instance.refresh_from_db()
    assert instance.config["timelines"] == ["local", f"#{one.tag}"]
    assert instance.secrets
    assert stored
    assert suggesting.hashtags(owner, LAKESIDE)[0].read
    assert AuditEntry.objects.filter(action="change-source", actor="teammate").exists()
    with pytest.raises(NotAllowed):
        suggesting.follow_hashtag(onlooker, LAKESIDE, source=instance, tag=one.tag)
    with pytest.raises(SourceUnknown):
        suggesting.follow_hashtag(stranger, LAKESIDE, source=instance, tag=one.tag)
    with pytest.raises(SuggestionGone):
        suggesting.follow_hashtag(owner, LAKESIDE, source=instance, tag="other")


def test_an_instance_takes_no_more_than_it_can(owner: Any) -> None:
    config = {"instance": "https://full.example", "timelines": [f"#t{n}" for n in range(20)]}
    full = add_source(owner, name="Full", connector="mastodon", config=config)

    with pytest.raises(Correctable, match="20"):
        suggesting.follow_hashtag(owner, LAKESIDE, source=full, tag="LakesideGeneralHospital")
