"""Two people, or a person and the runner, at the same moment: nothing is lost, nothing is allowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from auscult.web.accounts.models import Actor
from auscult.web.accounts.queries import system_actor
from auscult.web.goals import collecting, objective_actions, priority_actions
from auscult.web.goals.errors import GoalRefused, ObjectiveClosed
from auscult.web.goals.models import Objective, Priority, SourceKind
from auscult.web.goals.objective_actions import ObjectiveWish, save_objective
from auscult.web.goals.pointing import NotThere
from auscult.web.goals.priority_actions import PriorityWish, save_priority
from auscult.web.goals.source_actions import SourceWish, mark, save_source, switch_asking

pytestmark = pytest.mark.django_db


def web(address: str) -> SourceWish:
    return SourceWish(kind=SourceKind.WEB, address=address, path="value")


def test_an_owner_allows_the_address_that_she_has_seen(
    owner: Actor, teammate: Actor, objective: Objective
) -> None:
    save_source(teammate, objective=objective, wish=web("https://figures.example/births"))
    seen = mark(objective)
    save_source(teammate, objective=objective, wish=web("https://elsewhere.example/all"))
    with pytest.raises(GoalRefused, match="the one that you have seen"):
        switch_asking(owner, objective=objective, on=True, seen=seen)
    objective.refresh_from_db()
    assert not objective.may_ask
    switch_asking(owner, objective=objective, on=True, seen=mark(objective))
    switch_asking(owner, objective=objective, on=False, seen="")  # off is never asked back
    assert not objective.may_ask


def test_a_form_brings_back_nothing_that_was_switched_off(
    owner: Actor, objective: Objective, wished: Callable[..., ObjectiveWish]
) -> None:
    save_source(owner, objective=objective, wish=web("https://figures.example/births"))
    switch_asking(owner, objective=objective, on=True)
    before = Objective.objects.get(pk=objective.pk)  # as a form has it that is sent later
    switch_asking(owner, objective=objective, on=False)
    save_objective(owner, wish=wished(target=70.0), objective=before)
    objective.refresh_from_db()
    assert (objective.target, objective.may_ask, objective.next_attempt) == (70.0, False, None)
    priority = Priority.objects.get(pk=objective.priority_id)
    priority_actions.end_priority(owner, priority=Priority.objects.get(pk=priority.pk))
    save_priority(owner, wish=PriorityWish(title="Fill the wards"), priority=priority)
    priority.refresh_from_db()
    assert priority.ended_on is not None


def test_of_two_with_the_same_title_the_second_is_told(
    owner: Actor,
    objective: Objective,
    wished: Callable[..., ObjectiveWish],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Both looked before either saved.
    monkeypatch.setattr(objective_actions, "_check_names", lambda *_: None)
    with pytest.raises(GoalRefused, match="a title that no other objective has"):
        save_objective(owner, wish=wished())
    monkeypatch.setattr(priority_actions, "_check", lambda *_: None)
    with pytest.raises(GoalRefused, match="a title that no other priority has"):
        save_priority(owner, wish=PriorityWish(title="Fill the new ward"))
    assert Objective.objects.count() == 1


def test_a_slow_address_lets_others_have_their_turn(
    owner: Actor, objective: Objective, wished: Callable[..., ObjectiveWish], monkeypatch: Any
) -> None:
    other = save_objective(owner, wish=wished(title="Fewer complaints"))
    for one in (objective, other):
        save_source(owner, objective=one, wish=web("https://figures.example/births"))
        switch_asking(owner, objective=one, on=True)

    def asked(*_: object) -> float:
        raise NotThere("a\0b", "nul")

    monkeypatch.setattr(collecting, "_asked", asked)
    runner = system_actor(owner.organisation_id, "goals", clock=owner.clock)
    assert collecting.take_readings(runner, seconds=-1.0)
    assert not Objective.objects.exclude(source_error="").exists()
    collecting.take_readings(runner)
    assert Objective.objects.filter(source_error__contains="“ab”").count() == 2


def test_who_closes_second_is_told_and_the_first_value_stays(
    owner: Actor, objective: Objective
) -> None:
    late = Objective.objects.get(pk=objective.pk)
    objective_actions.close_objective(owner, objective=objective, actual=58.0)
    with pytest.raises(ObjectiveClosed, match="is closed"):
        objective_actions.close_objective(owner, objective=late, actual=12.0)
    late.refresh_from_db()
    assert late.actual == 58.0
