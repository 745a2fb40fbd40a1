"""Links, what stands alone, and the history of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import Actor, AuditEntry, Team
from auscult.web.accounts.queries import system_actor
from auscult.web.alerts.actions import Wish, save_rule
from auscult.web.alerts.models import Kind
from auscult.web.goals import linked, links, objective_actions, queries
from auscult.web.goals.actions import set_priorities
from auscult.web.goals.errors import LinkUnknown, ObjectiveClosed
from auscult.web.goals.link_actions import add_link, drop_dead_links, remove_link
from auscult.web.goals.models import Change, Link, Objective, Origin, Priority
from auscult.web.goals.orphans import orphans
from auscult.web.goals.priority_actions import PriorityWish, save_priority
from auscult.web.goals.reading_actions import Given, save_readings
from auscult.web.listening.actions import remove_watch, save_watch
from auscult.web.listening.models import Watch
from programs import user_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def watch(owner: Actor) -> Watch:
    return save_watch(owner, name="Births", query="birth")


def client_of(actor: Actor) -> Client:
    client = Client()
    client.force_login(user_of(actor))
    return client


def named(actor: Actor) -> dict[str, list[str]]:
    return {group.code: [one.name for one in group.orphans] for group in orphans(actor)}


def test_each_application_hands_down_what_can_be_linked(owner: Actor, watch: Watch) -> None:
    rule = save_rule(owner, wish=Wish(name="Storms", kind=Kind.VOLUME))
    numbers = linked.numbers(owner)
    assert watch.pk in numbers["watch"]
    assert rule.pk in numbers["alert-rule"]
    for linkable in links.linkables():
        assert len(linkable.kind) <= 30
        for row in linkable.rows(owner):
            assert client_of(owner).get(row.address).status_code == 200, row


def test_what_is_linked_is_no_orphan(owner: Actor, objective: Objective, watch: Watch) -> None:
    assert "Births" in named(owner)["watch-alone"]
    assert named(owner)["idle-objectives"] == ["More births"]
    link = add_link(owner, objective=objective, kind="watch", number=watch.pk)
    assert "Births" not in named(owner).get("watch-alone", [])
    assert "idle-objectives" not in named(owner)
    remove_link(owner, link=link)
    assert "Births" in named(owner)["watch-alone"]


def test_what_serves_a_closed_objective_stands_alone(
    owner: Actor, objective: Objective, watch: Watch
) -> None:
    add_link(owner, objective=objective, kind="watch", number=watch.pk)
    objective_actions.close_objective(owner, objective=objective, actual=50)
    assert "Births" in named(owner)["watch-alone"]
    with pytest.raises(ObjectiveClosed, match="is closed"):
        add_link(owner, objective=objective, kind="watch", number=watch.pk)


def test_functions_and_priorities_stand_alone_until_they_are_measured(
    owner: Actor, priority: Priority, wished: Any
) -> None:
    assert {"Women and children", "Research"} <= set(named(owner)["functions"])
    assert named(owner)["priorities"] == ["Fill the new ward"]
    objective_actions.save_objective(owner, wish=wished())
    assert "Women and children" not in named(owner)["functions"]
    assert "priorities" not in named(owner)


def test_an_objective_that_nobody_reads_is_told(owner: Actor, objective: Objective) -> None:
    assert named(owner)["unread-objectives"] == ["More births"]
    given = [Given(day=queries.today(owner), value=41)]
    save_readings(owner, objective=objective, given=given, origin=Origin.TYPED)
    assert "unread-objectives" not in named(owner)


def test_each_orphan_has_a_form_that_opens(
    owner: Actor, objective: Objective, watch: Watch
) -> None:
    Team.objects.create(organisation_id=owner.organisation_id, name="Night shift")
    save_priority(owner, wish=PriorityWish(title="Quiet nights"))
    client = client_of(owner)
    for group in orphans(owner):
        for one in group.orphans:
            assert client.get(one.doing_address).status_code == 200, one
    page = client.get("/goals/orphans/").content.decode()
    assert "Night shift" in page
    assert "For no objective: watch" in page


def test_the_page_links_and_unlinks(teammate: Actor, objective: Objective, watch: Watch) -> None:
    client = client_of(teammate)
    place = f"/goals/objectives/{objective.pk}/"
    assert "Nothing is linked yet" in client.get(place).content.decode()
    refused = client.post(place + "links/", {"target": "watch:999999"})
    assert "Select a valid choice" in refused.content.decode()
    client.post(place + "links/", {"target": f"watch:{watch.pk}"})
    page = client.get(place).content.decode()
    assert f'href="/listening/watches/{watch.pk}/"' in page
    client.post(f"/goals/links/{Link.objects.get().pk}/remove/")
    assert not Link.objects.exists()
    form = f"/goals/link/?kind=watch&number={watch.pk}"
    assert "Which objective does “Births” serve?" in client.get(form).content.decode()
    client.post(form, {"serves": objective.pk})
    assert Link.objects.get().number == watch.pk


def test_a_row_of_others_cannot_be_linked(
    owner: Actor, stranger: Actor, objective: Objective
) -> None:
    theirs = save_watch(stranger, name="Theirs", query="x")
    with pytest.raises(LinkUnknown, match=f"watch {theirs.pk}"):
        add_link(owner, objective=objective, kind="watch", number=theirs.pk)
    with pytest.raises(LinkUnknown):
        add_link(owner, objective=objective, kind="unheard", number=1)
    with pytest.raises(LinkUnknown):
        add_link(stranger, objective=objective, kind="watch", number=theirs.pk)


def test_the_nightly_round_removes_what_is_gone(
    owner: Actor, objective: Objective, watch: Watch
) -> None:
    add_link(owner, objective=objective, kind="watch", number=watch.pk)
    rule = save_rule(owner, wish=Wish(name="Storms", kind=Kind.VOLUME))
    add_link(owner, objective=objective, kind="alert-rule", number=rule.pk)
    Link.objects.create(objective=objective, kind="of-tomorrow", number=1)
    remove_watch(owner, watch=watch)
    assert (
        "it is gone" in client_of(owner).get(f"/goals/objectives/{objective.pk}/").content.decode()
    )
    assert not drop_dead_links(system_actor(owner.organisation_id, "goals", clock=owner.clock))
    assert {one.kind for one in Link.objects.all()} == {"alert-rule", "of-tomorrow"}
    assert Change.objects.latest("pk").by == "goals"


def test_names_are_figures_and_pages_are_not(
    persons: dict[str, Actor], objective: Objective, watch: Watch
) -> None:
    add_link(persons["owner"], objective=objective, kind="watch", number=watch.pk)
    page = client_of(persons["guest"]).get(f"/goals/objectives/{objective.pk}/").content.decode()
    assert "Births" in page
    assert f"/listening/watches/{watch.pk}/" not in page
    with pytest.raises(NotAllowed):
        add_link(persons["analyst"], objective=objective, kind="watch", number=watch.pk)


def test_every_change_is_told_with_before_and_after(
    owner: Actor, objective: Objective, wished: Any
) -> None:
    objective_actions.save_objective(owner, wish=wished(target=70.0), objective=objective)
    day = queries.today(owner)
    for value in (41.5, 42.0):
        given = [Given(day=day, value=value, note="ward book")]
        save_readings(owner, objective=objective, given=given, origin=Origin.TYPED)
    kept = Change.objects.filter(action="save-objective").latest("pk")
    assert (kept.before, kept.after) == ({"target": 60.0}, {"target": 70.0})
    page = client_of(owner).get(f"/goals/changes/?objective={objective.pk}").content.decode()
    assert "<del>60</del>" in page
    assert "<ins>70</ins>" in page
    assert "<del>41.5 (typed in): ward book</del>" in page
    assert AuditEntry.objects.filter(action="save-readings").count() == 2
    assert "ward book" not in str(AuditEntry.objects.latest("pk").details)


def test_a_reading_that_is_the_same_changes_nothing(owner: Actor, objective: Objective) -> None:
    given = [Given(day=queries.today(owner), value=41)]
    save_readings(owner, objective=objective, given=given, origin=Origin.TYPED)
    before = Change.objects.count()
    kept = save_readings(owner, objective=objective, given=given, origin=Origin.TYPED)
    assert (kept.added, kept.changed, kept.same) == (0, 0, 1)
    assert Change.objects.count() == before


def test_the_set_up_keeps_what_hangs_on_a_title(owner: Actor, objective: Objective) -> None:
    set_priorities(owner, priorities=[("New", None), ("Fill the new ward", None)])
    kept = queries.priority(owner, objective.priority_id)
    assert (kept.place, kept.audience, kept.ended_on) == (1, "expectant parents", None)
    assert queries.open_objectives(owner).exists()
    set_priorities(owner, priorities=[("New", None)])
    assert not queries.open_objectives(owner).exists()
    assert queries.priority(owner, objective.priority_id).ended_on == queries.today(owner)
    set_priorities(owner, priorities=[("Fill the new ward", None)])
    assert queries.open_objectives(owner).exists()
    assert not queries.every_priority(owner).filter(title="New").exists()


def test_a_file_is_saved_whole_or_in_part(teammate: Actor, objective: Objective) -> None:
    client = client_of(teammate)
    place = f"/goals/objectives/{objective.pk}/readings/file/"
    text = "day,value\n2026-09-01,42\n2026-10-01,many\n2026-11-01,44\n"
    page = client.post(place, {"lines": text, "do": "whole"}).content.decode()
    assert "1 line can't be read, so nothing was saved." in page
    assert "Line 3, <code>2026-10-01,many</code>: “many” is no number" in page
    assert "2026-09-01,42" in page  # the whole text, to be corrected
    assert not queries.readings(teammate, objective).exists()
    answer = client.post(place, {"lines": text, "do": "part"}, follow=True)
    assert "Saved: 2 new days, 0 changed, 0 as they were." in answer.content.decode()
    assert [one.value for one in queries.readings(teammate, objective)] == [42, 44]


def test_an_empty_file_says_so(owner: Actor, objective: Objective) -> None:
    place = f"/goals/objectives/{objective.pk}/readings/file/"
    client = client_of(owner)
    assert "Choose a file" in client.post(place, {"lines": " "}).content.decode()
    assert "has no readings" in client.post(place, {"lines": "day,value"}).content.decode()


def test_a_link_that_is_made_while_the_round_goes_on_stays(
    owner: Actor, objective: Objective, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = linked.numbers

    def slowly(actor: Actor) -> dict[str, set[int]]:
        found = numbers(actor)
        fresh = save_watch(owner, name="Twins", query="twins")
        add_link(owner, objective=objective, kind="watch", number=fresh.pk)
        return found

    monkeypatch.setattr(linked, "numbers", slowly)
    drop_dead_links(system_actor(owner.organisation_id, "goals", clock=owner.clock))
    assert Link.objects.count() == 1
