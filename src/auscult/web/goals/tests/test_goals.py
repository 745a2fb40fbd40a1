"""Priorities, names to listen for, and the steps of the set-up: who may, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import Actor, AuditEntry, Team
from auscult.web.goals import actions, queries
from auscult.web.goals.actions import Names
from auscult.web.goals.errors import GoalRefused
from auscult.web.goals.models import Step


def test_priorities_are_replaced_as_a_whole(owner: Actor) -> None:
    team = Team.objects.filter(organisation_id=owner.organisation_id).first()
    actions.set_priorities(owner, priorities=[("Fill the new ward", None), ("Nurses", team)])
    actions.set_priorities(owner, priorities=[("Nurses", team), ("Flu shots", None)])

    kept = [(one.title, one.function) for one in queries.priorities(owner)]
    assert kept == [("Nurses", team), ("Flu shots", None)]
    entry = AuditEntry.objects.filter(action="set-priorities").latest("pk")
    assert entry.details == {"titles": ["Nurses", "Flu shots"]}


def test_a_stranger_sees_nothing_of_it_and_lends_no_team(owner: Actor, stranger: Actor) -> None:
    actions.set_priorities(owner, priorities=[("Nurses", None)])
    actions.describe_house(owner, names=Names(name="Lakeside General"))
    actions.skip_step(owner, step=Step.PEOPLE)

    assert not queries.priorities(stranger).exists()
    assert queries.profile(stranger) is None
    assert queries.set_up(stranger).skipped == []
    theirs = Team.objects.create(organisation_id=stranger.organisation_id, name="Theirs")
    with pytest.raises(GoalRefused, match="a team of your organisation"):
        actions.set_priorities(owner, priorities=[("Nurses", theirs)])
    assert [one.title for one in queries.priorities(owner)] == ["Nurses"]


@pytest.mark.parametrize(
    ("titles", "said"),
    [
        (["", "x"], "1 to 200 characters"),
        (["x" * 201], "1 to 200 characters"),
        (["x", "x"], "each once"),
        ([str(n) for n in range(21)], "at most 20"),
    ],
)
def test_what_is_no_list_of_priorities_is_refused(
    owner: Actor, titles: list[str], said: str
) -> None:
    with pytest.raises(GoalRefused, match=said):
        actions.set_priorities(owner, priorities=[(title, None) for title in titles])


def test_names_are_kept_and_stay_out_of_the_trail(owner: Actor) -> None:
    names = Names(name="Lakeside General", clinicians=("Anna Lind",), rivals=("Brackwater",))
    actions.describe_house(owner, names=names)

    kept = queries.profile(owner)
    assert kept is not None
    assert (kept.clinicians, kept.rivals, kept.places) == (["Anna Lind"], ["Brackwater"], [])
    entry = AuditEntry.objects.get(action="describe-house")
    assert entry.details == {"places": 0, "clinicians": 1, "rivals": 1}
    with pytest.raises(GoalRefused, match="each once"):
        actions.describe_house(owner, names=Names(name="x", rivals=("a", "a")))


def test_steps_are_skipped_once_and_the_set_up_ends(owner: Actor) -> None:
    actions.skip_step(owner, step=Step.SOURCES)
    actions.skip_step(owner, step=Step.SOURCES)
    actions.end_set_up(owner)

    found = queries.set_up(owner)
    assert found.skipped == ["sources"]
    assert found.ended_at == owner.clock.now()


def test_owners_alone_set_up_and_editors_say_what_to_listen_for(
    persons: dict[str, Actor],
) -> None:
    writes: dict[str, Any] = {
        "priorities": lambda actor: actions.set_priorities(actor, priorities=[]),
        "house": lambda actor: actions.describe_house(actor, names=Names(name="x")),
        "skip": lambda actor: actions.skip_step(actor, step=Step.PEOPLE),
        "end": actions.end_set_up,
    }
    allowed: dict[str, set[str]] = {name: set() for name in writes}
    for role, actor in persons.items():
        for name, write in writes.items():
            try:
                write(actor)
            except NotAllowed:
                continue
            allowed[name].add(role)
    owners = {"owner"}
    assert allowed == {
        "priorities": owners,
        "house": {"owner", "editor"},
        "skip": owners,
        "end": owners,
    }
