"""The pages of goals, for each role: the tree, priorities, objectives, readings."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from auscult.web.accounts.models import Actor, Team
from auscult.web.goals import queries
from auscult.web.goals.models import Objective, Priority
from auscult.web.goals.priority_actions import PriorityWish, end_priority, save_priority
from programs import user_of

pytestmark = pytest.mark.django_db

PRIORITY = {"title": "Recruit nurses", "audience": "nurses in the county"}
OBJECTIVE = {
    "title": "Fewer empty posts", "measure": "empty posts, staff office", "unit": "posts",
    "direction": "down", "baseline": "31", "baseline_on": "2026-09-01",
    "target": "12.5", "deadline": "2027-03-01",
}  # fmt: skip


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(user_of(actor))
    return client


def test_an_empty_room_says_how_to_begin(owner: Actor, onlooker: Actor) -> None:
    page = signed_in(owner).get("/goals/").content.decode()
    assert "Begin with what the house wants" in page
    assert 'href="/goals/priorities/add/"' in page
    assert (
        'href="/goals/priorities/add/"' not in signed_in(onlooker).get("/goals/").content.decode()
    )


def test_each_role_sees_goals_and_some_change_them(
    persons: dict[str, Actor], objective: Objective
) -> None:
    for name, actor in persons.items():
        client = signed_in(actor)
        room = client.get("/goals/").content.decode()
        assert "Women and children" in room
        assert "Fill the new ward" in room
        assert "More births" in room
        page = client.get(f"/goals/objectives/{objective.pk}/").content.decode()
        edits = name in {"owner", "editor"}
        assert ("Save the reading" in page) is edits, name
        about = client.get(f"/goals/priorities/{objective.priority_id}/").content.decode()
        assert "believe that they are welcome" in about
        assert ("It is over" in about) is edits, name


def test_from_a_priority_to_readings(teammate: Actor) -> None:
    client = signed_in(teammate)
    answer = client.post("/goals/priorities/add/", PRIORITY)
    kept = queries.priorities(teammate).get()
    assert answer.headers["Location"] == f"/goals/priorities/{kept.pk}/"
    form = client.get(f"/goals/objectives/add/?priority={kept.pk}").content.decode()
    assert f'<option value="{kept.pk}" selected>' in form
    answer = client.post("/goals/objectives/add/", {**OBJECTIVE, "priority": kept.pk})
    made = queries.objectives(teammate).get()
    assert answer.headers["Location"] == f"/goals/objectives/{made.pk}/"
    place = f"/goals/objectives/{made.pk}/readings/"
    client.post(place, {"value": "29", "day": "2026-10-01", "note": "after the fair"})
    client.post(place, {"value": "26.5", "day": "2026-11-01"})
    page = client.get(answer.headers["Location"]).content.decode()
    assert "26.5 posts on 1 Nov 2026, wanted: 12.5" in page
    assert "That is 24 % of the way" in page
    assert "after the fair" in page
    room = client.get("/goals/").content.decode()
    assert "polyline" in room
    assert "too early to tell" in room


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"target": "40"}, "must be"),
        ({"direction": "up"}, "more than the baseline, 31.0"),
        ({"deadline": "2026-08-01"}, "a day after that of the baseline"),
        ({"baseline": "many"}, "Enter a number"),
        ({"title": " "}, "required"),
        ({"target": "1e300"}, "from -10^15"),
    ],
)
def test_an_objective_that_cannot_be_says_why(
    owner: Actor, priority: Priority, given: dict[str, Any], said: str
) -> None:
    sent = {**OBJECTIVE, "priority": priority.pk, **given}
    answer = signed_in(owner).post("/goals/objectives/add/", sent)
    assert answer.status_code == 200
    assert said.replace("must be", "valid is less than") in answer.content.decode()
    assert not queries.objectives(owner).exists()


def test_numbers_are_read_as_the_reader_writes_them(owner: Actor, objective: Objective) -> None:
    client = signed_in(owner)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    place = f"/goals/objectives/{objective.pk}/readings/"
    client.post(place, {"value": "41,5", "day": "2026-10-01"})
    client.post(place, {"value": "42.5", "day": "2026-10-02"})
    assert [one.value for one in queries.readings(owner, objective)] == [41.5, 42.5]


def test_an_objective_is_closed_and_opened_again(owner: Actor, objective: Objective) -> None:
    client = signed_in(owner)
    place = f"/goals/objectives/{objective.pk}/"
    assert "Close “More births”?" in client.get(place + "close/").content.decode()
    client.post(place + "close/", {"actual": "61"})
    assert "reached" in client.get(place).content.decode()
    assert "More births" not in client.get("/goals/").content.decode()
    refused = client.post(place + "readings/", {"value": "1", "day": "2026-10-01"})
    assert "is closed" in refused.content.decode()
    client.post(place + "reopen/")
    assert "More births" in client.get("/goals/").content.decode()


def test_a_priority_ends_and_is_taken_up_again(owner: Actor, priority: Priority) -> None:
    client = signed_in(owner)
    client.post(f"/goals/priorities/{priority.pk}/end/", {"do": "end"})
    assert not queries.priorities(owner).exists()
    assert "Priorities that ended" in client.get("/goals/").content.decode()
    client.post(f"/goals/priorities/{priority.pk}/end/", {"do": "resume"})
    assert queries.priorities(owner).exists()


def test_a_stranger_finds_nothing(stranger: Actor, objective: Objective) -> None:
    client = signed_in(stranger)
    assert "ward" not in client.get("/goals/").content.decode()
    for path in (f"priorities/{objective.priority_id}/", f"objectives/{objective.pk}/"):
        assert client.get(f"/goals/{path}").status_code == 404
    added = client.get(f"/goals/objectives/add/?priority={objective.priority_id}")
    assert "ward" not in added.content.decode()


def test_editors_change_the_order_of_priorities_within_a_function(
    teammate: Actor, onlooker: Actor, stranger: Actor
) -> None:
    team = Team.objects.filter(organisation_id=teammate.organisation_id).first()
    first, other, second, third = (
        save_priority(teammate, wish=PriorityWish(title=title, function=function))
        for title, function in (("A", team), ("Of the house", None), ("B", team), ("C", team))
    )
    # What was ended and resumed may stand where another one stands now.
    Priority.objects.filter(pk=third.pk).update(place=second.place)

    def move(actor: Actor, priority: Priority, way: str) -> int:
        address = f"/goals/priorities/{priority.pk}/move/"
        return signed_in(actor).post(address, {"do": way}).status_code

    def order() -> list[str]:
        return [one.title for one in queries.priorities(teammate)]

    assert move(teammate, third, "up") == 302
    assert order() == ["A", "Of the house", "C", "B"]
    assert move(teammate, third, "up") == 302
    assert order() == ["C", "Of the house", "A", "B"], "past what is of another function"
    assert move(teammate, third, "up") == 302, "it is the first already"
    assert order() == ["C", "Of the house", "A", "B"]
    assert move(teammate, first, "down") == 302
    assert order() == ["C", "Of the house", "B", "A"]
    assert move(teammate, first, "sideways") == 400
    assert move(onlooker, first, "up") == 403
    assert move(stranger, first, "up") == 404
    end_priority(teammate, priority=second)
    assert move(teammate, second, "up") == 400, "it is over"
    page = signed_in(teammate).get("/goals/").content.decode()
    assert page.count(f'action="/goals/priorities/{other.pk}/move/"') == 0, "alone in its function"
    assert "Move down: C" in page
    assert "Move up: C" not in page
    assert "/move/" not in signed_in(onlooker).get("/goals/").content.decode()
    told = signed_in(teammate).get("/goals/changes/").content.decode()
    assert "place among those of its function" in told
    assert queries.changes(teammate).filter(action="move-priority").count() == 3
