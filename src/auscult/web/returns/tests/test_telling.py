"""What is told of a period, from rows of the ledger to the engine's figures."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor
from auscult.web.goals.models import Objective, Priority
from auscult.web.planning.models import Bet, Cycle
from auscult.web.returns import telling
from auscult.web.returns.comparing_models import Comparator
from auscult.web.returns.cost_models import Charge, Ledger, Rate, Use, Worked, WorkRole
from auscult.web.returns.errors import ReturnsRefused
from auscult.web.returns.evidence import Evidence
from auscult.web.returns.link_models import ShortLink
from auscult.web.returns.outcome_models import IntakeOrigin, OutcomeKind, Worth
from auscult.web.returns.recording import OutcomeRow, TouchRow, record
from auscult.web.returns.survey_models import Answer, Survey
from auscult.web.returns.telling import facts
from auscult.web.returns.telling_types import Facts, GroupFacts, Question, as_data, from_data
from auscult.web.returns.telling_words import said

FIRST, LAST = date(2026, 8, 1), date(2026, 11, 8)
DAY = datetime(2026, 8, 20, 12, tzinfo=UTC)


@pytest.fixture
def calls(owner: Actor) -> OutcomeKind:
    """Calls, each worth 60 euros."""
    kind = OutcomeKind.objects.create(
        organisation_id=owner.organisation_id, name="Calls", slug="calls", what="call"
    )
    Worth.objects.create(
        kind=kind, amount=60, currency="EUR", source="accounts of 2025", day=date(2026, 1, 31)
    )
    return kind


@pytest.fixture
def bets(owner: Actor) -> list[Bet]:
    """Ten bets of a cycle, every other one for an objective, on one or two networks."""
    cycle = Cycle.objects.create(
        organisation_id=owner.organisation_id, number=1, title="Summer", first_day=FIRST, days=100
    )
    priority = Priority.objects.create(
        organisation_id=owner.organisation_id, title="Knees", place=1
    )
    aim = Objective.objects.create(
        organisation_id=owner.organisation_id,
        priority=priority,
        title="More calls",
        measure="the phone",
        baseline=0,
        baseline_on=FIRST,
        target=100,
        deadline=LAST,
    )
    return [
        Bet.objects.create(
            cycle=cycle,
            number=number,
            title=f"Bet {number}",
            objective=aim if number % 2 else None,
            networks=["Mastodon", "Bluesky"] if number == 1 else ["Mastodon"],
        )
        for number in range(1, 11)
    ]


def work(actor: Actor, bets: list[Bet], *, hourly: float = 42, given: bool = False) -> None:
    """An hour of each bet, and as many more as its number says."""
    name = "volunteer" if given else "editor"
    role = WorkRole.objects.create(organisation_id=actor.organisation_id, name=name, given=given)
    Rate.objects.create(
        role=role, hourly=hourly, currency="EUR", since=date(2026, 1, 1), source="payroll"
    )
    Worked.objects.bulk_create(
        Worked(
            organisation_id=actor.organisation_id,
            bet=bet,
            role=role,
            day=FIRST + timedelta(days=bet.number),
            minutes=60 * bet.number,
        )
        for bet in bets
    )


def happen(actor: Actor, kind: OutcomeKind, bets: list[Bet], **told: Any) -> None:
    """Of each bet as many outcomes as its number says, through Mastodon; and five dark ones."""
    rows = [
        OutcomeRow(
            kind=kind,
            at=DAY + timedelta(minutes=place),
            touches=(
                TouchRow(
                    channel="mastodon",
                    campaign=bet.title,
                    bet=bet,
                    at=DAY - timedelta(days=1),
                    ambassadors=bet.number > 8,
                ),
            ),
            **told,
        )
        for bet in bets
        for place in range(bet.number)
    ]
    dark = [OutcomeRow(kind=kind, at=DAY + timedelta(days=place)) for place in range(5)]
    record(actor, [*rows, *dark], IntakeOrigin.TYPED)


def asked(kind: OutcomeKind | None, **told: Any) -> Question:
    return Question(kind=kind.pk if kind else None, first=FIRST, last=LAST, **told)


def codes(found: Facts) -> set[str]:
    return {one.code for one in found.notes}


def group(found: Facts, by: str, key: str) -> GroupFacts:
    rows = next(one.groups for one in found.groupings if one.by == by)
    return next(one for one in rows if one.name == key)


def test_an_empty_house_is_told_what_is_missing(owner: Actor) -> None:
    found = facts(owner, asked(None))
    assert codes(found) == {"no-kind"}
    assert found.cost is not None
    assert found.cost.paid == 0
    assert found.figures == ()
    assert [said(one) for one in found.notes] == [
        "No kind of outcome is chosen, so only what it cost is told."
    ]


def test_the_year_of_a_house_in_figures(owner: Actor, calls: OutcomeKind, bets: list[Bet]) -> None:
    work(owner, bets)
    happen(owner, calls, bets)
    found = facts(owner, asked(calls))
    assert found.cost is not None
    assert found.cost.paid == pytest.approx(55 * 42)
    assert found.outcomes is not None
    assert (found.outcomes.counted, found.outcomes.dark) == (60, 5)
    told = found.told_first
    assert told is not None
    assert told.basis == "tracked"
    assert told.outcomes.value == 55
    assert told.cost == pytest.approx(2310)
    assert told.break_even is not None
    assert told.break_even.value == 3300
    assert told.net_benefit is not None
    assert told.net_benefit.value == pytest.approx(990)
    assert told.net_benefit.low is not None
    assert told.roi is not None
    assert told.roi.value == pytest.approx(3300 / 2310 - 1)
    assert told.curve is not None
    assert told.falling is not None
    assert told.falling.minute[-1] == 0
    assert [said(one) for one in told.notes if one.code == "not-of-bets"] == [
        "Outcomes that no bet is credited with, and that these figures leave out: 5."
    ]
    assert found.payback is not None
    assert found.payback.balance[-1] == pytest.approx(990)
    kept = json.loads(json.dumps(as_data(found), allow_nan=False))
    assert from_data(Facts, kept) == found


def test_groups_share_costs_by_stated_conventions(
    owner: Actor, calls: OutcomeKind, bets: list[Bet]
) -> None:
    ShortLink.objects.create(
        organisation_id=owner.organisation_id,
        slug="knee",
        target="https://clinic.example/knee",
        title="Knee",
        channel="mastodon",
        campaign="Knee week",
        bet=bets[9],
        ambassadors=True,
        made_at=DAY,
    )
    work(owner, bets)
    happen(owner, calls, bets)
    found = facts(owner, asked(calls))
    paid = found.cost.paid if found.cost else 0.0
    for grouping in found.groupings:
        assert sum(one.paid for one in grouping.groups) == pytest.approx(paid), grouping.by
    assert group(found, "objective", "More calls").outcomes == 25
    assert group(found, "objective", "").outcomes == 30
    assert group(found, "bet", "Bet 3").cost_per_outcome.value == pytest.approx(42)
    assert group(found, "network", "bluesky").paid == pytest.approx(21)
    assert group(found, "network", "mastodon").outcomes == 55
    assert group(found, "network", "mastodon").campaigns == 10
    assert group(found, "campaign", "Knee week").paid == pytest.approx(420)
    assert group(found, "campaign", "Bet 10").campaigns == 0
    assert group(found, "ambassadors", "ambassadors").paid == pytest.approx(420)
    assert group(found, "ambassadors", "ambassadors").outcomes == 19
    cycle = group(found, "cycle", "Summer")
    assert cycle.cost_per_outcome.low is not None
    assert {one.by for one in found.groupings if one.notes} == {
        "network",
        "campaign",
        "ambassadors",
    }
    unknown = group(found, "campaign", "Bet 10").cost_per_outcome
    assert [said(one) for one in unknown.notes] == [
        "No cost of it is known. It isn't free for that."
    ]


def test_given_time_is_told_both_ways(owner: Actor, calls: OutcomeKind, bets: list[Bet]) -> None:
    work(owner, bets)
    work(owner, bets, hourly=15, given=True)
    happen(owner, calls, bets)
    without, with_given = (facts(owner, asked(calls, with_given=one)) for one in (False, True))
    assert without.cost == with_given.cost
    assert without.told_first is not None
    assert with_given.told_first is not None
    assert with_given.told_first.cost == pytest.approx(55 * 57)
    assert without.other_way == with_given.told_first
    assert with_given.other_way == without.told_first


def test_a_cost_of_nought_has_no_ratio_and_says_what_it_brought(
    owner: Actor, calls: OutcomeKind, bets: list[Bet]
) -> None:
    happen(owner, calls, bets)
    found = facts(owner, asked(calls))
    told = found.told_first
    assert told is not None
    assert told.roi is not None
    assert told.roi.value is None
    assert said(told.roi.notes[0]) == ("Cost zero: ratio undefined; this is what it brought: 55.")
    assert told.break_even is not None
    assert told.break_even.value == 3300
    assert found.cost is not None
    assert len(found.cost.uncosted) == 10
    assert found.cost.uncosted[0].bet in {one.pk for one in bets}
    assert "inf" not in json.dumps(as_data(found), allow_nan=False).lower().replace("info", "")


def test_donations_need_no_worth(owner: Actor, calls: OutcomeKind, bets: list[Bet]) -> None:
    work(owner, bets)
    happen(owner, calls, bets, amount=100.0, currency="EUR")
    found = facts(owner, asked(calls))
    assert found.worth is None
    assert found.outcomes is not None
    assert found.outcomes.gained == 5500
    assert found.told_first is not None
    assert found.told_first.break_even is not None
    assert found.told_first.break_even.value == 5500
    net = group(found, "network", "mastodon").net_benefit
    assert net is not None
    assert net.value == pytest.approx(5500 - 2310 + 21)


def test_a_worth_in_a_currency_without_a_rate_is_a_note(
    owner: Actor, calls: OutcomeKind, bets: list[Bet]
) -> None:
    Ledger.objects.create(organisation_id=owner.organisation_id, currency="CHF")
    happen(owner, calls, bets)
    found = facts(owner, asked(calls))
    refused = [one for one in found.notes if one.text]
    assert len(refused) == 1
    assert "EUR" in said(refused[0])
    assert found.worth is not None
    assert found.told_first is not None
    assert found.told_first.roi is None


def test_without_bets_all_is_one_campaign(owner: Actor, calls: OutcomeKind) -> None:
    Charge.objects.create(
        organisation_id=owner.organisation_id,
        what="Scheduler",
        kind="tools",
        amount=300,
        currency="EUR",
        first_day=FIRST,
    )
    happen(owner, calls, [])
    told = facts(owner, asked(calls)).told_first
    assert told is not None
    assert (told.cost, told.outcomes.value) == (300, 5)
    assert "all-as-one" in {one.code for one in told.notes}


def test_the_first_year_of_the_practice_costs_315_and_its_labour_is_listed(
    owner: Actor, bets: list[Bet]
) -> None:
    bought = [("Networks", "tools", 0.0), ("Camera", "kit", 150.0)]
    bought += [(f"Blog {number}", "tools", 55.0) for number in (1, 2, 3)]
    for what, kind, amount in bought:
        Charge.objects.create(
            organisation_id=owner.organisation_id,
            what=what,
            kind=kind,
            amount=amount,
            currency="EUR",
            first_day=FIRST,
        )
    found = facts(owner, asked(None)).cost
    assert found is not None
    assert found.paid == 315
    assert {(one.what, one.missing) for one in found.uncosted} == {
        (bet.title, "no minutes told") for bet in bets
    }


def told_by(bet: int | None = None, **told: Any) -> Evidence:
    values = {
        "study": 7,
        "title": "Did the summer work?",
        "method": "interrupted",
        "verdict": "it worked",
        "value": 40.0,
        "low": 25.0,
        "high": 60.0,
        "level": 0.05,
        "first": FIRST,
        "last": date(2026, 10, 15),
        "address": "/returns/studies/7/",
        **told,
    }
    return Evidence(bet=bet, **values)


def test_what_a_study_told_comes_first_with_the_cost_of_its_days(
    owner: Actor, calls: OutcomeKind, bets: list[Bet], monkeypatch: pytest.MonkeyPatch
) -> None:
    work(owner, bets)
    happen(owner, calls, bets)
    later = date(2026, 11, 1)
    Worked.objects.create(
        organisation_id=owner.organisation_id,
        bet=bets[0],
        role=WorkRole.objects.get(),
        day=later,
        minutes=600,
    )
    comparator(owner, calls, channel="radio", incremental=True, last_day=date(2026, 10, 15))
    unfit = (
        told_by(bet=bets[0].pk),
        told_by(verdict="can't tell"),
        told_by(low=None),
        told_by(method="mix", channels=("mastodon",)),
        told_by(first=date(2026, 10, 1)),
    )
    monkeypatch.setattr(telling, "incremental", lambda *_asked: [*unfit, told_by()])
    found = facts(owner, asked(calls))
    assert len(found.evidence) == 6
    incremental, tracked = found.figures
    assert (incremental.basis, tracked.basis) == ("incremental", "tracked")
    assert incremental.cost == pytest.approx(2310)
    assert tracked.cost == pytest.approx(2310 + 420)
    assert incremental.outcomes.value == pytest.approx(40, rel=0.01)
    assert incremental.campaigns is None
    assert incremental.falling is None
    radio = found.comparators[0]
    assert radio.ours is not None
    assert radio.cheaper is not None
    monkeypatch.setattr(telling, "incremental", lambda *_asked: list(unfit))
    assert [one.basis for one in facts(owner, asked(calls)).figures] == ["tracked"]


def test_what_people_said_is_told_beside_what_was_tracked(owner: Actor, calls: OutcomeKind) -> None:
    asked_people = Survey.objects.create(
        organisation_id=owner.organisation_id,
        title="At the desk",
        question="How did you hear of us?",
        kind=calls,
        asked=80,
        channels={"the film": "mastodon"},
        first_day=FIRST,
        last_day=LAST,
    )
    for answer, count in (("the film", 30), ("a friend", 20)):
        Answer.objects.create(survey=asked_people, said=[answer], count=count)
    (found,) = facts(owner, asked(calls)).surveys
    assert (found.asked, found.answered) == (80, 50)
    assert [(one.answer, one.value) for one in found.shares] == [
        ("the film", 0.6),
        ("a friend", 0.4),
    ]
    assert {one.answer for one in found.channels} == {"mastodon", "a friend"}
    assert next(said(one) for one in found.notes).startswith("37.5 % of those asked")


def comparator(actor: Actor, kind: OutcomeKind, **told: Any) -> Comparator:
    values = {
        "channel": "television",
        "basis": "own",
        "currency": "EUR",
        "first_day": FIRST,
        "last_day": LAST,
        "cost": 6500.0,
        "outcomes": 41.0,
        "source": "invoice 118",
        "source_day": LAST,
        **told,
    }
    return Comparator.objects.create(organisation_id=actor.organisation_id, kind=kind, **values)


def test_other_ways_are_held_against_ours_where_the_engine_allows_it(
    owner: Actor, calls: OutcomeKind, bets: list[Bet]
) -> None:
    work(owner, bets)
    happen(owner, calls, bets)
    comparator(owner, calls)
    published = {"basis": "published", "cost": None, "outcomes": None, "per_outcome": 90.0}
    comparator(owner, calls, channel="print", **published)
    comparator(owner, calls, channel="mail", last_day=FIRST)
    comparator(owner, calls, channel="radio", incremental=True)
    comparator(
        owner, calls, channel="before", first_day=date(2025, 1, 1), last_day=date(2025, 2, 1)
    )
    found = {one.channel: one for one in facts(owner, asked(calls)).comparators}
    assert set(found) == {"television", "print", "mail", "radio"}
    television = found["television"]
    assert television.theirs.value == pytest.approx(6500 / 41)
    assert television.ours is not None
    assert television.ours.value == pytest.approx(42)
    assert television.cheaper is not None
    assert television.cheaper > 0.99
    assert television.plane is not None
    assert sum(share for _quarter, share in television.plane.shares) == pytest.approx(1)
    assert found["print"].ours is not None
    assert found["print"].plane is None
    assert found["mail"].ours is None
    assert "can't be compared" in said(found["mail"].notes[0])
    assert found["radio"].notes[0].code == "no-incremental"
    again = {one.channel: one for one in facts(owner, asked(calls)).comparators}
    assert again == found


def test_who_may_not_and_what_cannot_be(owner: Actor, stranger: Actor, calls: OutcomeKind) -> None:
    with pytest.raises(Correctable, match="There is no kind of outcome"):
        facts(stranger, asked(calls))
    with pytest.raises(Correctable, match="rule is 'best'"):
        facts(owner, asked(calls, rule="best"))
    with pytest.raises(Correctable):
        facts(owner, replace(asked(calls), last=FIRST - timedelta(days=1)))


def test_the_number_of_queries_stays_the_same(
    owner: Actor, calls: OutcomeKind, bets: list[Bet]
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            facts(owner, asked(calls))
        return len(seen)

    work(owner, bets[:2])
    happen(owner, calls, bets[:2])
    comparator(owner, calls)
    few = queries()
    happen(owner, calls, bets[2:])
    for place, bet in enumerate(bets):
        charge = Charge.objects.create(
            organisation_id=owner.organisation_id,
            what=f"Advert {place}",
            kind="advertising",
            amount=10,
            currency="EUR",
            first_day=FIRST,
        )
        Use.objects.create(charge=charge, bet=bet, share=1)
        comparator(owner, calls, channel=f"paper {place}")
    assert queries() <= few + 1  # uses of charges are fetched where there are charges


@pytest.mark.parametrize("days", [-1, 3_660, 300 * 365])
def test_days_that_nobody_can_reckon_are_refused(owner: Actor, days: int) -> None:
    asked = Question(
        kind=None, first=FIRST, last=FIRST + timedelta(days=days), rule=None, with_given=False
    )
    with pytest.raises(ReturnsRefused, match="3660"):
        facts(owner, asked)
