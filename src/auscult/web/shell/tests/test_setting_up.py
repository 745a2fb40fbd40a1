"""The first set-up as an owner goes through it: saved, skipped, left, taken up, ended."""

from __future__ import annotations

import pytest
from django.test import Client

from auscult.engine.kernel.errors import Correctable
from auscult.engine.query.parse import parse
from auscult.web.accounts.models import Actor, AuditEntry, Organisation, Team
from auscult.web.goals import queries as goals
from auscult.web.goals.actions import Names
from auscult.web.goals.models import Step
from auscult.web.listening import queries as listening
from auscult.web.shell import lakeside, setting_up
from auscult.web.shell.first_run import ORGANISATION
from auscult.web.shell.proposing import spoken_name, whole_house
from auscult.web.sources.actions import add_source
from programs import user_of

NAMES = {
    "name": "Lakeside General Hospital",
    "town": "Lakeside",
    "language": "en",
    "places": "Harbor Eye Centre\n\nHarbor Eye Centre",
    "clinicians": "Prof. Dr. Anna Lind, MD",
    "rivals": "Brackwater Clinic",
}


@pytest.fixture
def client(owner: Actor) -> Client:
    Organisation.objects.filter(pk=owner.organisation_id).update(name=ORGANISATION)
    found = Client()
    user = user_of(owner)
    found.force_login(user)
    return found


def test_five_steps_are_gone_through(client: Client, owner: Actor) -> None:
    assert b"Begin" in client.get("/set-up/").content
    team = Team.objects.create(organisation_id=owner.organisation_id, name="Night shift")

    answer = client.post("/set-up/organisation/", {"name": "Lakeside General", "do": "save"})
    assert answer.headers["Location"] == "/set-up/priorities/"
    answer = client.post(
        "/set-up/priorities/", {"title-0": "Fill the ward", "function-0": team.pk, "do": "save"}
    )
    assert answer.headers["Location"] == "/set-up/listening/"
    kept = goals.priorities(owner).get()
    assert (kept.title, kept.function) == ("Fill the ward", team)

    # The first press shows what would be added, the second adds what was left chosen.
    page = client.post("/set-up/listening/", {**NAMES, "do": "save"}).content.decode()
    assert "Anna Lind" in page
    assert not listening.watches(owner).exists()
    chosen = [whole_house(_names()).proposals()[0].query]
    answer = client.post(
        "/set-up/listening/", {**NAMES, "watch": chosen, "shown": "yes", "do": "save"}
    )
    assert answer.headers["Location"] == "/set-up/sources/"
    assert [watch.query for watch in listening.watches(owner)] == chosen
    profile = goals.profile(owner)
    assert profile is not None
    assert profile.places == ["Harbor Eye Centre"]

    assert client.post("/set-up/sources/", {"do": "skip"}).headers["Location"] == "/set-up/people/"
    assert client.post("/set-up/people/", {"do": "save"}).headers["Location"] == "/set-up/"
    progress = setting_up.progress(owner)
    assert progress.done == {Step.ORGANISATION, Step.PRIORITIES, Step.LISTENING}
    assert progress.skipped == {Step.SOURCES, Step.PEOPLE}
    assert progress.next is None
    assert b"Your house is set up" in client.get("/set-up/").content

    client.post("/set-up/end/")
    assert b'class="to-set-up"' not in client.get("/listening/").content
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {
        "change-organisation", "set-priorities", "describe-house", "skip-step", "end-set-up",
    } <= actions  # fmt: skip


def _names() -> Names:
    lists = {key: tuple(dict.fromkeys(NAMES[key].split("\n"))) for key in ("clinicians", "rivals")}
    return Names(
        name=NAMES["name"], town="Lakeside", language="en", places=("Harbor Eye Centre",), **lists
    )


def test_a_step_that_is_left_is_taken_up(client: Client, owner: Actor) -> None:
    client.post("/set-up/organisation/", {"do": "skip"})
    assert setting_up.progress(owner).next is Step.PRIORITIES
    # What is done elsewhere counts, also for a step that was skipped.
    client.post("/set-up/sources/", {"do": "skip"})
    config = {"feeds": ["https://news.lakeside.example/feed.xml"]}
    add_source(owner, name="News", connector="feeds", config=config)
    assert Step.SOURCES in setting_up.progress(owner).done
    page = client.get("/set-up/").content.decode()
    assert 'href="/set-up/priorities/"' in page
    assert "(done)" in page
    assert "(skipped)" in page


def test_lakeside_counts_for_nothing_and_goes_in_one_click(client: Client, owner: Actor) -> None:
    lakeside.settle(owner)
    progress = setting_up.progress(owner)
    assert progress.in_lakeside
    assert progress.done == set()
    assert b"This is Lakeside, a made-up town" in client.get("/listening/").content

    client.post("/lakeside/leave/")
    assert not setting_up.progress(owner).in_lakeside
    assert b"Set up your house" in client.get("/listening/").content


def test_wrong_entries_are_said_at_their_fields(
    client: Client, owner: Actor, stranger: Actor
) -> None:
    page = client.post("/set-up/organisation/", {"name": "Hilltop Clinic", "do": "save"})
    assert b"no other organisation" in page.content
    page = client.post("/set-up/priorities/", {"title-0": "A", "title-1": "A", "do": "save"})
    assert b"each once" in page.content
    many = "\n".join(f"House {n}" for n in range(51))
    page = client.post("/set-up/listening/", {**NAMES, "rivals": many, "do": "preview"})
    assert b"These are 51 names" in page.content
    page = client.post("/set-up/listening/", {**NAMES, "clinicians": "Lind", "do": "preview"})
    assert "“Lind” may be anybody." in page.content.decode()
    page = client.post("/set-up/proposals/", {**NAMES, "rivals": "St. Mary's Hospital", "town": ""})
    assert "Many houses are called" in page.content.decode()
    gone = {**NAMES, "watch": "tampered", "shown": "yes", "do": "save"}
    assert client.post("/set-up/listening/", gone).status_code == 200
    assert not listening.watches(owner).exists()
    assert client.get("/set-up/nothing/").status_code == 404


def test_owners_alone_are_led_to_it(persons: dict[str, Actor]) -> None:
    for role, actor in persons.items():
        found = Client()
        user = user_of(actor)
        found.force_login(user)
        assert found.get("/set-up/").status_code == (200 if role == "owner" else 403)
        shown = b'class="to-set-up"' in found.get("/sources/").content
        assert shown is (role == "owner")


def test_the_proposals_of_a_whole_house_are_queries_without_warnings() -> None:
    found = whole_house(_names()).proposals()
    assert [one.name for one in found if "Lakeside" not in one.name and "Care" not in one.name] == [
        "Harbor Eye Centre", "Anna Lind", "Brackwater Clinic",
    ]  # fmt: skip
    for one in found:
        assert parse(one.query).warnings == ()
    person = next(one for one in found if one.name == "Anna Lind")
    assert person.query.startswith('"Anna Lind" NEAR/12 ("Lakeside General Hospital" OR "Lakeside"')
    assert len({one.query for one in found}) == len(found)


@pytest.mark.parametrize(
    ("given", "spoken"),
    [
        ("Prof. Dr. med. Anna Lind, MD, PhD", "Anna Lind"),
        ("Dr Jean-Luc Ödön", "Jean-Luc Ödön"),
        ("Anna Lind", "Anna Lind"),
        ("Dr.", ""),
    ],
)
def test_titles_are_left_out(given: str, spoken: str) -> None:
    assert spoken_name(given) == spoken


def test_a_name_that_says_too_little_is_refused_with_its_list() -> None:
    with pytest.raises(Correctable) as refused:
        whole_house(Names(name="Lakeside General", town="Lakeside", places=("!!",))).proposals()
    assert refused.value.field == "places"
