"""Plans as values: differences that lead from one to the other, circles, states."""

from __future__ import annotations

import copy
from itertools import pairwise, product
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from auscult.web.planning import moves
from auscult.web.planning.comparing import applied, differences
from auscult.web.planning.errors import MoveRefused
from auscult.web.planning.graph import circle
from auscult.web.planning.moves import AssumptionState, BetState, CycleState, TaskState
from auscult.web.planning.versions import changes

KEYS = st.sampled_from(["1", "2", "bets", "tasks", "title", "levels", ""])
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2), st.floats(-2, 2), st.text(max_size=3)
)
VALUES: Any = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
PLANS = st.dictionaries(KEYS, VALUES, max_size=5)


def written(value: Any) -> str:
    """As JSON tells values apart: 1 isn't true, and 1.0 isn't 1."""
    if isinstance(value, dict):
        return f"{{{sorted((key, written(one)) for key, one in value.items())}}}"
    if isinstance(value, list):
        return f"[{','.join(map(written, value))}]"
    return f"{type(value).__name__}:{value!r}" if value else f"{type(value).__name__}:{value or 0}"


@given(before=PLANS, after=PLANS)
def test_the_differences_of_two_plans_lead_from_one_to_the_other(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    kept = copy.deepcopy(before)
    changed = applied(before, differences(before, after))
    assert written(changed) == written(after)
    assert before == kept, "the first plan stays as it was"
    assert not differences(changed, after)


@given(plan=PLANS)
def test_a_plan_differs_from_itself_in_nothing(plan: dict[str, Any]) -> None:
    assert differences(plan, copy.deepcopy(plan)) == []
    assert changes(plan, plan) == []


def test_what_was_added_is_said_field_by_field_with_its_name() -> None:
    before: dict[str, Any] = {"title": "Winter", "bets": {}}
    bet = {"title": "Films", "tasks": {"1": {"title": "Ask", "minutes": 20}}, "levels": {}}
    after = {"title": "Spring", "bets": {"3": bet}}
    said = {(one.of, one.field): (one.before, one.after) for one in changes(before, after)}
    assert said == {
        ("", "name"): ("Winter", "Spring"),
        ("Bet 3 “Films”", "name"): ("", "Films"),
        ("Bet 3 “Films”, Task 1 “Ask”", "name"): ("", "Ask"),
        ("Bet 3 “Films”, Task 1 “Ask”", "minutes"): ("", "20"),
    }


def test_states_and_kinds_are_said_in_the_readers_language() -> None:
    before = {"state": "planned", "bets": {"1": {"state": "on", "title": "on"}}}
    after = {"state": "running", "bets": {"1": {"state": "dropped", "title": "work"}}}
    with override("de"):
        said = {(one.before, one.after) for one in changes(before, after)}
    assert said == {("geplant", "läuft"), ("läuft", "aufgegeben"), ("on", "work")}


EDGES = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=30)


def reaches(edges: dict[int, set[int]], start: int, goal: int) -> bool:
    """Whether one thing waits for another on some way: what a person would follow by hand."""
    seen: set[int] = set()
    waiting = list(edges.get(start, ()))
    while waiting:
        here = waiting.pop()
        if here == goal:
            return True
        if here not in seen:
            seen.add(here)
            waiting.extend(edges.get(here, ()))
    return False


@given(edges=EDGES)
def test_a_circle_is_found_where_something_waits_for_itself(edges: list[tuple[int, int]]) -> None:
    graph: dict[int, set[int]] = {}
    for one, other in edges:
        graph.setdefault(one, set()).add(other)
    found = circle(graph)
    assert bool(found) == any(reaches(graph, one, one) for one in graph)
    if found:
        assert found[0] == found[-1]
        # graphlib names those who are waited for first.
        assert all(one in graph.get(other, ()) for one, other in pairwise(found))


@given(edges=EDGES)
def test_refusing_circles_one_by_one_keeps_the_graph_free_of_them(
    edges: list[tuple[int, int]],
) -> None:
    kept: dict[int, set[int]] = {}
    for one, other in edges:
        tried = {key: set(waits) for key, waits in kept.items()}
        tried.setdefault(one, set()).add(other)
        if not circle(tried):
            kept = tried
    assert not any(reaches(kept, one, one) for one in kept)


@pytest.mark.parametrize(
    ("table", "states"),
    [
        (moves.CYCLE, CycleState),
        (moves.BET, BetState),
        (moves.TASK, TaskState),
        (moves.ASSUMPTION, AssumptionState),
    ],
)
def test_each_state_says_what_may_follow(table: Any, states: Any) -> None:
    assert set(table) == set(states)
    for before, after in product(states, repeat=2):
        if after in table[before]:
            assert moves.checked(table, "this", before, after) is after
            assert before is not after
        else:
            with pytest.raises(MoveRefused, match="what can follow is"):
                moves.checked(table, "this", before, after)


def test_a_closed_cycle_is_never_opened_again_and_no_state_is_out_of_reach() -> None:
    assert moves.CYCLE[CycleState.CLOSED] == ()
    tables: list[tuple[Any, Any]] = [
        (moves.CYCLE, CycleState.PLANNED),
        (moves.BET, BetState.ON),
        (moves.TASK, TaskState.TO_DO),
        (moves.ASSUMPTION, AssumptionState.HOLDS),
    ]
    for table, first in tables:
        places = {state: number for number, state in enumerate(table)}
        graph = {places[one]: {places[other] for other in table[one]} for one in table}
        assert all(reaches(graph, places[first], one) for one in graph if one != places[first])
