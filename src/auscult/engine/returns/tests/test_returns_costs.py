"""Costs: minutes, tools, kit, currencies; nothing is free by omission, and sums hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.costed import Costs, Missing, Uncosted
from auscult.engine.returns.costs import (
    NOBODYS,
    Charge,
    Every,
    Kind,
    Kit,
    Minutes,
    Rate,
    Spent,
    minutes_of,
)
from auscult.engine.returns.currencies import Exchange, ExchangeRate
from auscult.engine.returns.ledger import campaigns_of_costs
from auscult.engine.returns.reasons import say
from auscult.engine.returns.reckoning import reckon

NEW_YEAR = date(2026, 1, 1)
YEARS_END = date(2026, 12, 31)


def worked(*rows: tuple[date, str, float, str]) -> Minutes:
    days, roles, minutes, purposes = zip(*rows, strict=True)
    return minutes_of(days=days, roles=roles, minutes=minutes, purposes=purposes)


def charge(amount: float | None = 100.0, **told: object) -> Charge:
    usual: dict[str, object] = {
        "what": "Scheduler",
        "kind": Kind.TOOL,
        "currency": "EUR",
        "first": NEW_YEAR,
    }
    return Charge(amount=amount, **(usual | told))  # type: ignore[arg-type]


def year(spent: Spent, **told: object) -> Costs:
    usual: dict[str, object] = {"first": NEW_YEAR, "last": YEARS_END, "currency": "EUR"}
    return reckon(spent, **(usual | told))  # type: ignore[arg-type]


def test_the_first_year_of_the_practice_costs_315_and_its_labour_is_not_forgotten() -> None:
    networks = charge(0.0, what="Networks")
    blogs = [charge(55.0, what=f"Blog {at}", every=Every.YEAR) for at in range(3)]
    camera = charge(150.0, what="Camera", kind=Kind.KIT)
    found = year(Spent(charges=(networks, *blogs, camera), purposes=("social media",)))
    assert found.total.paid == pytest.approx(315)
    assert found.uncosted == (Uncosted(what="social media", missing=Missing.MINUTES),)
    assert say(found.reasons[0]) == ("Items that have no cost yet: 1. The true cost is higher.")


def test_minutes_cost_the_rate_of_their_role_on_their_day() -> None:
    minutes = worked(
        (date(2026, 1, 10), "editor", 90, "blog"),
        (date(2026, 6, 30), "editor", 60, "blog"),
        (date(2026, 7, 1), "editor", 60, "film"),
        (date(2025, 12, 31), "editor", 600, "blog"),
    )
    rates = (
        Rate(role="editor", hourly=44, currency="EUR", since=date(2026, 7, 1)),
        Rate(role="editor", hourly=40, currency="EUR", since=date(2025, 1, 1)),
    )
    found = year(Spent(minutes=minutes, rates=rates))
    assert {name: one.paid for name, one in found.by_purpose().items()} == {
        NOBODYS: 0,
        "blog": 100,
        "film": 44,
    }
    assert found.total.minutes == 210
    assert found.uncosted == ()


def test_given_time_is_told_both_ways() -> None:
    minutes = worked((NEW_YEAR, "editor", 60, "a"), (NEW_YEAR, "volunteer", 120, "a"))
    rates = (
        Rate(role="editor", hourly=40, currency="EUR", since=NEW_YEAR),
        Rate(role="volunteer", hourly=15, currency="EUR", since=NEW_YEAR),
    )
    found = year(Spent(minutes=minutes, rates=rates, given=("volunteer",)))
    assert (found.total.paid, found.total.given, found.total.with_given) == (40, 30, 70)
    assert [(step.kind, step.given, step.start, step.end) for step in found.waterfall()] == [
        (Kind.LABOUR, False, 0, 40),
        (Kind.LABOUR, True, 40, 70),
    ]
    paid, given_time = found.by_day()
    assert (paid[0], given_time[0], len(paid)) == (40, 30, 365)
    assert say(found.reasons[0]).startswith("Volunteers and ambassadors gave 120 minutes")


def test_what_has_no_cost_yet_is_listed() -> None:
    minutes = worked((NEW_YEAR, "nurse", 45, "a"), (NEW_YEAR, "friend", 30, "b"))
    charges = (charge(None, what="Studio"), charge(None, what="Next year", first=date(2027, 1, 1)))
    camera = Kit(what="Camera", price=None, currency="EUR", bought=NEW_YEAR)
    spent = Spent(
        minutes=minutes, given=("friend",), charges=charges, kit=(camera,), purposes=("a", "c")
    )
    assert year(spent).uncosted == (
        Uncosted(what="friend", missing=Missing.RATE, minutes=30, given=True),
        Uncosted(what="nurse", missing=Missing.RATE, minutes=45),
        Uncosted(what="Studio", missing=Missing.AMOUNT),
        Uncosted(what="Camera", missing=Missing.AMOUNT),
        Uncosted(what="c", missing=Missing.MINUTES),
    )


def test_a_rate_that_begins_later_leaves_earlier_minutes_uncosted() -> None:
    minutes = worked((NEW_YEAR, "nurse", 45, "a"), (YEARS_END, "nurse", 60, "a"))
    rates = (Rate(role="nurse", hourly=36, currency="EUR", since=date(2026, 6, 1)),)
    found = year(Spent(minutes=minutes, rates=rates))
    assert found.total.paid == 36
    assert found.uncosted == (Uncosted(what="nurse", missing=Missing.RATE, minutes=45),)


def test_a_tool_is_shared_by_use_and_what_is_for_all_by_minutes() -> None:
    shared = charge(90.0, used_for={"a": 2, "b": 1})
    for_all = charge(40.0, what="Training", kind=Kind.OTHER)
    minutes = worked((NEW_YEAR, "x", 30, "a"), (NEW_YEAR, "x", 90, "b"))
    found = year(Spent(charges=(shared, for_all), minutes=minutes))
    assert {name: one.paid for name, one in found.by_purpose().items()} == {
        NOBODYS: 40,
        "a": 60,
        "b": 30,
    }
    loaded = found.fully_loaded()
    assert {name: one.paid for name, one in loaded.items()} == {"a": 70, "b": 60}
    grouped = found.by_purpose({"a": "Heart", "b": "Heart"})
    assert grouped["Heart"].paid == 90
    assert grouped[NOBODYS].paid == 40
    assert {kind: one.paid for kind, one in found.by_kind().items()} == {
        Kind.LABOUR: 0,
        Kind.TOOL: 90,
        Kind.OTHER: 40,
    }


def test_campaigns_have_their_fully_loaded_cost_beside_what_they_brought() -> None:
    minutes = worked(
        (NEW_YEAR, "editor", 60, "a1"),
        (NEW_YEAR, "editor", 60, "a2"),
        (NEW_YEAR, "friend", 120, "b"),
    )
    rates = tuple(
        Rate(role=role, hourly=30, currency="EUR", since=NEW_YEAR) for role in ("editor", "friend")
    )
    tool = charge(100.0)
    spent = Spent(minutes=minutes, rates=rates, given=("friend",), charges=(tool,), purposes=("c",))
    costs = year(spent)
    groups = {"a1": "A", "a2": "A", "b": "B", "c": "C"}
    found = campaigns_of_costs(costs, {"A": 5, "C": 1}, groups=groups)
    assert found.names == ("A", "B", "C")
    assert found.outcomes.tolist() == [5, 0, 1]
    assert found.cost.tolist() == [110, 50, 0]
    assert found.cash.tolist() == [50, 50, 0]
    assert found.minutes.tolist() == [120, 120, 0]
    both = campaigns_of_costs(costs, {"A": 5}, groups=groups, with_given=True)
    assert both.cost.tolist() == [110, 110, 0]
    with pytest.raises(Correctable, match="'D' brought outcomes"):
        campaigns_of_costs(costs, {"D": 5}, groups=groups)


@pytest.mark.parametrize(
    ("every", "expected"),
    [
        (Every.ONCE, 100),
        (Every.DAY, 2800),
        (Every.WEEK, 400),
        (Every.MONTH, 100),
        (Every.QUARTER, 100 * 28 / 90),
        (Every.YEAR, 100 * 28 / 365),
    ],
)
def test_what_comes_again_costs_its_calendar_share(every: Every, expected: float) -> None:
    spent = Spent(charges=(charge(every=every, first=date(2026, 2, 1)),))
    found = year(spent, first=date(2026, 2, 1), last=date(2026, 2, 28))
    assert found.total.paid == pytest.approx(expected, rel=1e-12)


def test_once_with_a_last_day_is_spread_over_its_days() -> None:
    spent = Spent(charges=(charge(last=date(2026, 1, 10)),))
    assert year(spent, last=date(2026, 1, 4)).total.paid == pytest.approx(40)


def test_kit_wears_off_in_a_straight_line_to_its_residual() -> None:
    camera = Kit(
        what="Camera", price=1200, residual=200, currency="EUR", bought=date(2024, 3, 1),
        life_months=24, used_for={"film": 1},
    )  # fmt: skip
    whole = year(Spent(kit=(camera,)), first=date(2024, 1, 1))
    assert whole.total.paid == pytest.approx(1000)
    assert whole.by_purpose()["film"].paid == pytest.approx(1000)
    days = 31 + 28  # of its 730 in 2026
    assert year(Spent(kit=(camera,))).total.paid == pytest.approx(1000 * days / 730)


def test_a_life_from_the_31st_ends_with_the_month() -> None:
    lens = Kit(what="Lens", price=28, currency="EUR", bought=date(2026, 1, 31), life_months=1)
    paid, _ = year(Spent(kit=(lens,))).by_day()
    assert np.flatnonzero(paid).tolist() == list(range(30, 58))
    assert paid.sum() == pytest.approx(28)


RATES = (
    ExchangeRate(of="EUR", into="USD", rate=1.25, day=date(2026, 1, 1)),
    ExchangeRate(of="EUR", into="USD", rate=1.0, day=date(2026, 7, 1)),
    ExchangeRate(of="EUR", into="CHF", rate=0.5, day=date(2026, 1, 1)),
)


def test_each_day_has_the_rate_of_its_day_and_a_purchase_that_of_its_purchase() -> None:
    monthly = charge(every=Every.MONTH, currency="USD")
    camera = Kit(what="Camera", price=365, currency="USD", bought=NEW_YEAR, life_months=12)
    exchange = Exchange(rates=RATES)
    assert year(Spent(charges=(monthly,)), exchange=exchange).total.paid == pytest.approx(1080)
    assert year(Spent(kit=(camera,)), exchange=exchange).total.paid == pytest.approx(292)


def test_two_currencies_meet_through_a_third() -> None:
    amounts = np.array([10.0])
    days = np.array(["2026-02-01"], "datetime64[D]")
    found = Exchange(rates=RATES).convert(amounts, of="USD", into="CHF", days=days)
    assert found.tolist() == [4.0]


@pytest.mark.parametrize(
    ("of", "day", "said"),
    [
        ("GBP", date(2026, 2, 1), "No exchange rate from GBP into EUR is known for 2026-02-01."),
        ("USD", date(2025, 2, 1), "The first known is of 2026-01-01."),
        ("USD", date(2028, 2, 1), "of 2026-07-01, is over 400 days old"),
    ],
)
def test_a_missing_rate_is_refused_by_name(of: str, day: date, said: str) -> None:
    with pytest.raises(Correctable, match="No exchange rate") as refused:
        Exchange(rates=RATES).convert(
            np.ones(1), of=of, into="EUR", days=np.array([day], "datetime64[D]")
        )
    assert said in str(refused.value)
    assert refused.value.code == "no-exchange-rate"


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: charge(-1.0),
        lambda: charge(float("nan")),
        lambda: charge(used_for={"a": 0.0}),
        lambda: charge(last=date(2025, 1, 1)),
        lambda: Kit(what="C", price=10, residual=11, currency="EUR", bought=NEW_YEAR),
        lambda: Kit(what="C", price=10, currency="EUR", bought=NEW_YEAR, life_months=0),
        lambda: Rate(role="x", hourly=-1, currency="EUR", since=NEW_YEAR),
        lambda: ExchangeRate(of="A", into="B", rate=0, day=NEW_YEAR),
        lambda: worked((NEW_YEAR, "x", -5, "a")),
        lambda: minutes_of(days=[NEW_YEAR], roles=["a"], minutes=[1, 2], purposes=["b"]),
        lambda: minutes_of(days=["soon"], roles=["a"], minutes=[1], purposes=["b"]),
        lambda: minutes_of(days=[None], roles=["a"], minutes=[1], purposes=["b"]),
        lambda: minutes_of(days=[NEW_YEAR], roles=["a"], minutes=["x"], purposes=["b"]),
        lambda: year(Spent(), last=date(2025, 1, 1)),
    ],
)
def test_what_cannot_be_is_refused_with_a_next_step(wrong: object) -> None:
    with pytest.raises(Correctable) as refused:
        wrong()  # type: ignore[operator]
    assert refused.value.hint


DAY = st.integers(0, 700).map(lambda at: date(2025, 6, 1) + timedelta(days=at))
CHARGES = st.builds(
    lambda amount, first, length, every, a, b: charge(
        amount,
        first=first,
        last=None if length is None else first + timedelta(days=length),
        every=every,
        used_for={"a": a, "b": b} if a + b else {},
    ),
    st.floats(0, 1e5),
    DAY,
    st.none() | st.integers(0, 400),
    st.sampled_from(Every),
    st.integers(0, 5),
    st.integers(0, 5),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(CHARGES, max_size=5), st.lists(DAY, min_size=3, max_size=3, unique=True))
def test_two_parts_of_a_period_cost_what_the_whole_costs(
    charges: list[Charge], days: list[date]
) -> None:
    first, middle, last = sorted(days)
    spent = Spent(charges=tuple(charges))
    whole = year(spent, first=first, last=last)
    early = year(spent, first=first, last=middle - timedelta(days=1))
    late = year(spent, first=middle, last=last)
    parts = early.total.paid + late.total.paid
    assert whole.total.paid == pytest.approx(parts, rel=1e-9, abs=1e-9)
    sums = [one.paid for one in whole.by_purpose().values()]
    assert sum(sums) == pytest.approx(whole.total.paid, rel=1e-9, abs=1e-9)
    loaded = [one.paid for one in whole.fully_loaded().values()]
    assert sum(loaded) == pytest.approx(whole.total.paid, rel=1e-9, abs=1e-9)
    steps = whole.waterfall()
    assert (steps[-1].end if steps else 0) == pytest.approx(whole.total.paid, rel=1e-9, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.lists(CHARGES, max_size=4), st.floats(0.01, 100))
def test_in_another_currency_everything_costs_as_many_times_more(
    charges: list[Charge], rate: float
) -> None:
    exchange = Exchange(
        rates=(ExchangeRate(of="EUR", into="XYZ", rate=rate, day=date(2025, 12, 1)),)
    )
    spent = Spent(
        charges=tuple(replace(one, first=max(one.first, NEW_YEAR), last=None) for one in charges)
    )
    ours = year(spent).total.paid
    theirs = year(spent, currency="XYZ", exchange=exchange).total.paid
    assert theirs == pytest.approx(ours * rate, rel=1e-9)


def test_a_table_of_pandas_with_a_hundred_thousand_rows_are_read() -> None:
    rng = np.random.default_rng(1)
    rows = 100_000
    table = pd.DataFrame(
        {
            "day": np.datetime64("2026-01-01") + rng.integers(0, 365, rows),
            "role": rng.choice(["editor", "nurse", "volunteer"], rows),
            "minutes": rng.integers(1, 60, rows),
            "bet": rng.choice([f"bet {at}" for at in range(40)], rows),
        }
    )
    rates = tuple(
        Rate(role=role, hourly=60, currency="EUR", since=NEW_YEAR)
        for role in ("editor", "nurse", "volunteer")
    )
    minutes = minutes_of(
        days=table["day"], roles=table["role"], minutes=table["minutes"], purposes=table["bet"]
    )
    found = year(Spent(minutes=minutes, rates=rates, given=("volunteer",)))
    assert found.total.with_given == pytest.approx(table["minutes"].sum())
    assert len(found.by_purpose()) == 41
