"""Outcomes: nothing counts twice; attribution shares each once, by each rule as defined."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from itertools import permutations

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.attribution import Attribution, Rule, attribute
from auscult.engine.returns.columns import Floats, by_two
from auscult.engine.returns.outcomes import (
    Outcomes,
    SameBy,
    Touches,
    merge,
    outcomes_of,
    touches_of,
)
from auscult.engine.returns.reasons import SENTENCES, Reason, Why, say
from auscult.engine.returns.shapley import Journeys, credit_of_sets, shapley


def calls(days: list[str], **told: object) -> Outcomes:
    return outcomes_of(kinds=["call"] * len(days), at=days, **told)  # type: ignore[arg-type]


def test_outcomes_that_agree_in_a_key_count_once_and_it_is_told() -> None:
    found = merge(
        calls(
            ["2026-03-05", "2026-03-02", "2026-03-02", "2026-03-03"],
            values=[80, None, 90, 50],
            keys={"phone": ["1", "1", "2", ""], "visitor": ["v", "", "w", ""]},
        ),
        [SameBy(keys=("phone",), within_days=7)],
    )
    assert found.outcomes.at.astype(str).tolist() == [
        "2026-03-02T23:59:59",
        "2026-03-02T23:59:59",
        "2026-03-03T23:59:59",
    ]
    assert found.outcomes.value.tolist() == [80, 90, 50]
    assert found.kept.tolist() == [1, 2, 3]
    assert found.into.tolist() == [0, 0, 1, 2]
    assert found.by_rule == (1,)
    assert [say(one) for one in found.reasons] == [
        "Outcomes that were told more than once and count once: 1."
    ]


def test_rules_pass_on_and_all_keys_of_a_rule_must_agree() -> None:
    both = calls(
        ["2026-03-01", "2026-03-02", "2026-03-03"],
        values=[1, 2, 3],
        keys={"phone": ["1", "1", ""], "visitor": ["", "v", "v"]},
    )
    chained = merge(both, [SameBy(keys=("phone",)), SameBy(keys=("visitor",))])
    assert (len(chained.outcomes), chained.by_rule) == (1, (1, 1))
    assert say(chained.reasons[1]).startswith("Of those, 1 were told with different values")
    assert len(merge(both, [SameBy(keys=("phone", "visitor"))]).outcomes) == 3


def test_other_kinds_and_longer_gaps_stay_apart() -> None:
    told = outcomes_of(
        kinds=["call", "visit", "call"],
        at=["2026-03-01", "2026-03-01", "2026-03-09"],
        keys={"phone": ["1", "1", "1"]},
    )
    assert len(merge(told, [SameBy(keys=("phone",), within_days=7)]).outcomes) == 3
    assert len(merge(told, [SameBy(keys=("phone",), within_days=8)]).outcomes) == 2
    with pytest.raises(Correctable, match="no key 'mail'"):
        merge(told, [SameBy(keys=("mail",))])
    with pytest.raises(Correctable, match="has no key"):
        merge(told, [SameBy(keys=())])


def test_a_visitor_with_two_order_numbers_ordered_twice() -> None:
    rule = SameBy(keys=("visitor",), within_days=30, unless=("order",))
    told = calls(
        ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04"],
        keys={"visitor": ["v", "v", "v", "w"], "order": ["1", "2", "", "2"]},
    )
    # The third, of which no number is known, goes with the one before it.
    assert merge(told, [rule]).into.tolist() == [0, 1, 1, 2]
    assert merge(told, [rule, SameBy(keys=("order",))]).into.tolist() == [0, 1, 1, 1]
    with pytest.raises(Correctable, match="no key 'ticket'"):
        merge(told, [SameBy(keys=("visitor",), unless=("ticket",))])


def test_touches_follow_the_outcome_that_is_kept() -> None:
    twice = calls(["2026-03-02", "2026-03-01"], keys={"phone": ["1", "1"]})
    touches = touches_of(
        outcome=[0, 1, 0],
        channels=["blog", "film", "film"],
        at=["2026-02-20", "2026-02-21", "2026-02-21"],
        outcomes=2,
    )
    moved = merge(twice, [SameBy(keys=("phone",))], touches).touches
    assert moved is not None
    assert moved.outcome.tolist() == [0, 0]
    assert [moved.channels[at] for at in moved.channel] == ["blog", "film"]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 20)), max_size=12))
def test_merging_agrees_with_joining_pair_by_pair(rows: list[tuple[int, int, int]]) -> None:
    days = [f"2026-01-{1 + day:02d}" for _, _, day in rows]
    keys = {"a": [str(a or "") for a, _, _ in rows], "b": [str(b or "") for _, b, _ in rows]}
    found = merge(calls(days, keys=keys), [SameBy(keys=("a",)), SameBy(keys=("b",))])
    group = list(range(len(rows)))
    for at, (a, b, _) in enumerate(rows):
        for other, (c, d, _) in enumerate(rows):
            if (a and a == c) or (b and b == d):
                old, new = group[at], group[other]
                group = [new if one == old else one for one in group]
    assert len(found.outcomes) == len(set(group))
    for at in range(len(rows)):
        for other in range(len(rows)):
            assert (found.into[at] == found.into[other]) == (group[at] == group[other])


def paths(*told: str, values: list[float] | None = None) -> tuple[Outcomes, Touches]:
    """Outcomes on the first of March, each with touches by day, as letters: "abc"."""
    outcomes = calls(["2026-03-01"] * len(told), values=values)
    rows = [(at, letter, day) for at, path in enumerate(told) for day, letter in enumerate(path)]
    touches = touches_of(
        outcome=[at for at, _, _ in rows],
        channels=np.array([letter for _, letter, _ in rows], np.str_),
        at=np.array([f"2026-02-{day + 1:02d}" for _, _, day in rows], "datetime64[D]"),
        outcomes=len(told),
    )
    return outcomes, touches


def shared(found: Attribution) -> dict[str, float]:
    return {one.channel: round(one.outcomes, 9) for one in found.credits}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Rule.FIRST, {"a": 3, "b": 1, "c": 0}),
        (Rule.LAST, {"a": 2, "b": 1, "c": 1}),
        (Rule.LINEAR, {"a": 1 + 0.5 + 0.4 + 0, "b": 0.5 + 0.4 + 0.5, "c": 0.2 + 0.5}),
        (Rule.POSITION, {"a": 1 + 0.5 + 0.8, "b": 0.5 + 0.4 / 3 + 0.5, "c": 0.2 / 3 + 0.5}),
        (Rule.BY_DATA, {"a": 1 + 0.5 + 1 / 3, "b": 0.5 + 1 / 3 + 0.5, "c": 1 / 3 + 0.5}),
    ],
)
def test_each_rule_shares_as_it_is_defined(rule: Rule, expected: dict[str, float]) -> None:
    found = attribute(*paths("a", "ab", "abcba", "bc", ""), rule=rule)
    assert shared(found) == pytest.approx(expected)
    assert (found.dark, found.dark_share, found.assisted) == (1, 0.2, 3)
    assert {one.channel: one.assisted for one in found.credits} == {"a": 1, "b": 2, "c": 1}
    assert {one.channel: one.touched for one in found.credits} == {"a": 3, "b": 3, "c": 2}


def test_values_are_shared_alike_and_missing_ones_are_told() -> None:
    found = attribute(*paths("ab", "a", values=[100, float("nan")]), rule=Rule.LINEAR)
    assert {one.channel: one.value for one in found.credits} == {"a": 50, "b": 50}
    assert [one.why for one in found.reasons] == [Why.CONVENTION, Why.WITHOUT_VALUE]


def test_touches_after_the_outcome_or_long_before_do_not_count() -> None:
    outcomes = calls(["2026-03-01", "2026-03-01"])
    touches = touches_of(
        outcome=[0, 1], channels=["a", "b"], at=["2026-03-02", "2026-01-01"], outcomes=2
    )
    assert attribute(outcomes, touches, rule=Rule.LAST).dark == 2
    assert attribute(outcomes, touches, rule=Rule.LAST, window_days=None).dark == 1


@pytest.mark.parametrize("at", ["2026-03-01", date(2026, 3, 1), np.datetime64("2026-03-01", "D")])
def test_touches_of_the_day_count_where_only_the_day_of_an_outcome_is_known(at: object) -> None:
    touches = touches_of(outcome=[0], channels=["a"], at=["2026-03-01 22:00"], outcomes=1)
    outcomes = outcomes_of(kinds=["call"], at=[at])
    assert attribute(outcomes, touches, rule=Rule.LAST).dark == 0
    exactly = outcomes_of(kinds=["call"], at=[datetime(2026, 3, 1, 21)])  # noqa: DTZ001 - no zone
    assert attribute(exactly, touches, rule=Rule.LAST).dark == 1


def test_what_pandas_calls_missing_is_missing() -> None:
    table = pd.DataFrame({"value": [1.0, None], "phone": pd.array(["1", None], dtype="string")})
    told = calls(["2026-03-01"] * 2, values=table["value"], keys={"phone": table["phone"]})
    assert told.unvalued == 1
    assert told.keys["phone"].tolist() == ["1", ""]
    whole = pd.array([1, None], dtype="Int64")
    assert calls(["2026-03-01"] * 2, values=whole).unvalued == 1


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ([2026], "no date: "),
        ([datetime(2026, 3, 1, tzinfo=UTC)], "moments with a zone"),
        ([None], "nothing in row 0, one of 1 such"),
        (["soon"], "Error parsing"),
    ],
)
def test_what_is_no_date_is_refused(column: list[object], said: str) -> None:
    with pytest.raises(Correctable) as refused:
        outcomes_of(kinds=["call"], at=column)
    assert said in refused.value.message


def test_nothing_at_all_is_no_error() -> None:
    found = attribute(*paths(), rule=Rule.BY_DATA)
    assert (found.credits, found.dark_share, found.assisted_share) == ((), None, None)
    fruitless = Journeys(paths=(frozenset("a"),), counts=(3,))
    found = attribute(*paths(""), rule=Rule.BY_DATA, fruitless=fruitless)
    assert shared(found) == {"a": 0}


def test_a_touch_of_an_outcome_that_is_not_there_is_refused() -> None:
    with pytest.raises(Correctable, match="outcome 2, and there are 2"):
        touches_of(outcome=[2], channels=["a"], at=["2026-01-01"], outcomes=2)
    with pytest.raises(Correctable, match=r"outcome 0\.5, and there are 2"):
        touches_of(outcome=[0.5], channels=["a"], at=["2026-01-01"], outcomes=2)
    with pytest.raises(Correctable, match="hold what is no number"):
        calls(["2026-01-01"], values=["much"])
    with pytest.raises(Correctable, match="value is infinite"):
        calls(["2026-01-01"], values=[np.inf])


PATHS = st.lists(st.text("abcd", max_size=5), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(PATHS, st.sampled_from(Rule))
def test_credits_and_the_dark_add_up_to_all(told: list[str], rule: Rule) -> None:
    found = attribute(*paths(*told, values=[10.0] * len(told)), rule=rule)
    credited = sum(one.outcomes for one in found.credits)
    assert credited + found.dark == pytest.approx(len(told))
    assert sum(one.value for one in found.credits) == pytest.approx(10 * credited)


def by_orders(worth: Floats) -> list[float]:
    """The definition: what each adds, on the mean over all orders."""
    players = (len(worth) - 1).bit_length()
    added = [0.0] * players
    orders = list(permutations(range(players)))
    for order in orders:
        there = 0
        for one in order:
            added[one] += worth[there | 1 << one] - worth[there]
            there |= 1 << one
    return [one / len(orders) for one in added]


GAMES = st.integers(1, 5).flatmap(
    lambda players: st.lists(st.floats(-100, 100), min_size=2**players, max_size=2**players)
)


@settings(max_examples=60, deadline=None)
@given(GAMES)
def test_shapley_values_are_the_mean_over_all_orders(told: list[float]) -> None:
    worth = np.array(told)
    found = shapley(worth)
    assert found == pytest.approx(by_orders(worth), abs=1e-9)
    assert found.sum() == pytest.approx(worth[-1] - worth[0], abs=1e-9)  # efficiency


@settings(max_examples=40, deadline=None)
@given(GAMES)
def test_who_adds_nothing_gets_nothing_and_twins_get_the_same(told: list[float]) -> None:
    worth = np.array(told)
    with_idler = shapley(np.concatenate([worth, worth]))
    assert with_idler[-1] == pytest.approx(0, abs=1e-9)
    assert with_idler[:-1] == pytest.approx(shapley(worth), abs=1e-9)
    sets = np.arange(len(worth) * 2)
    first, last = sets & 1, sets >> (len(worth) - 1).bit_length()
    twins = worth[(sets & (len(worth) - 2)) | (first & last)]  # both are needed
    assert shapley(twins)[0] == pytest.approx(shapley(twins)[-1], abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(PATHS)
def test_even_shares_are_the_shapley_values_of_the_observed_paths(told: list[str]) -> None:
    found = shared(attribute(*paths(*told), rule=Rule.BY_DATA))
    letters = sorted(set("".join(told)))
    worth = np.array(
        [
            sum(1.0 for path in told if path and set(path) <= {letters[at] for at in range(len(letters)) if one >> at & 1})
            for one in range(2 ** len(letters))
        ]
    )  # fmt: skip
    assert [found[one] for one in letters] == pytest.approx(by_orders(worth), abs=1e-6)


def test_fruitless_journeys_move_credit_to_what_makes_a_difference() -> None:
    told = ["a"] * 10 + ["ab"] * 30
    fruitless = Journeys(
        paths=(frozenset("a"), frozenset("b"), frozenset("ab")), counts=(90, 50, 70)
    )
    found = attribute(*paths(*told), rule=Rule.BY_DATA, fruitless=fruitless)
    # Journeys with a 100, b 50, both 100; they ended well 0.1, 0 and 0.3 times. So a alone
    # would have brought 20, b alone nothing, and both bring 40.
    assert shared(found) == pytest.approx({"a": 30, "b": 10})


def test_a_channel_with_which_journeys_end_worse_is_named() -> None:
    fruitless = Journeys(paths=(frozenset("a"), frozenset("ab")), counts=(10, 89))
    found = attribute(*paths(*["a"] * 10, "ab"), rule=Rule.BY_DATA, fruitless=fruitless)
    assert shared(found)["b"] < 0
    assert Why.LOWERS in {one.why for one in found.reasons}


def test_more_channels_than_can_be_reckoned_with_are_refused() -> None:
    fruitless = Journeys(paths=(frozenset("abcdefghijklm"),), counts=(1,))
    with pytest.raises(Correctable, match="There are 13 channels"):
        attribute(*paths("a"), rule=Rule.BY_DATA, fruitless=fruitless)


def test_twelve_channels_are_exact() -> None:
    ended = np.zeros(2**12)
    ended[[1 << at for at in range(12)]] = np.arange(12)
    tried = np.where(ended > 0, 20.0, 0.0)
    tried[1] = 20
    assert shapley(credit_of_sets(ended, tried)) == pytest.approx(np.arange(12))


def test_a_hundred_thousand_touches_from_pandas() -> None:
    rng = np.random.default_rng(1)
    outcomes, rows = 30_000, 100_000
    table = pd.DataFrame(
        {
            "outcome": rng.integers(0, outcomes, rows),
            "channel": rng.choice(["blog", "film", "mail", "search"], rows),
            "at": np.datetime64("2026-02-01T00:00:00") + rng.integers(0, 28 * 86_400, rows),
        }
    )
    many = calls(["2026-03-01"] * outcomes)
    touches = touches_of(
        outcome=table["outcome"], channels=table["channel"], at=table["at"], outcomes=outcomes
    )
    for rule in Rule:
        found = attribute(many, touches, rule=rule)
        credited = sum(one.outcomes for one in found.credits)
        assert credited == pytest.approx(table["outcome"].nunique())


def test_each_code_has_its_sentence_and_each_number_its_place() -> None:
    assert set(SENTENCES) == set(Why)
    for why, sentence in SENTENCES.items():
        places = tuple((name, 12.5) for name in re.findall(r"%\((\w+)\)s", sentence))
        assert "%(" not in say(Reason(why=why, numbers=places))
    german = {SENTENCES[Why.MERGED]: "Doppelt: %(merged)s."}
    said = Reason(why=Why.MERGED, numbers=(("merged", 3.0),))
    assert say(said, german.__getitem__, str) == "Doppelt: 3.0."


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=30), st.booleans())
def test_rows_are_sorted_by_two_columns_whether_they_are_already_or_not(
    rows: list[tuple[int, int]], already: bool
) -> None:
    given_ = sorted(rows) if already else rows
    first, then = np.array(given_, np.int64).reshape(-1, 2).T
    order = by_two(first, then)
    assert list(zip(first[order], then[order], strict=True)) == sorted(rows)
    assert (order == slice(None)) if already else True
