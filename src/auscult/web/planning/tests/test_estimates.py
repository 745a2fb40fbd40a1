"""What the data say of a bet takes the place of what was guessed, in the planner and on pages."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from auscult.engine.kernel.clock import FixedClock
from auscult.engine.planning.curves import Curves
from auscult.web.accounts import queries as accounts
from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import Actor, AuditEntry, User
from auscult.web.accounts.queries import system_actor
from auscult.web.planning import estimating
from auscult.web.planning.allocating import SAMPLES
from auscult.web.planning.allocation_actions import answer_due, ask_planner
from auscult.web.planning.errors import BetUnknown, PlanRefused
from auscult.web.planning.estimate_actions import (
    ResponseEstimate,
    record_estimate,
    remove_estimate,
)
from auscult.web.planning.estimate_models import Estimate
from auscult.web.planning.files import as_json
from auscult.web.planning.models import Bet
from auscult.web.planning.questions import Aims, question
from auscult.web.planning.resource_actions import CapacityWish, save_capacity, save_skill

pytestmark = pytest.mark.django_db
SOURCE = "Mix of summer 2026: films"


def estimate(scale: float = 1.0, **more: Any) -> ResponseEstimate:
    """Thirty samples around half of the way, at four hours a week."""
    rng = np.random.default_rng(4)
    values: dict[str, Any] = {
        "hours": 4.0,
        "money": 0.0,
        "ceiling": (scale * rng.gamma(50, 0.01, 30)).tolist(),
        "pace": rng.gamma(50, 0.02, 30).tolist(),
        "source": SOURCE,
        "address": "/returns/studies/1/",
        **more,
    }
    return ResponseEstimate(**values)


@pytest.fixture
def house(owner: Actor, bet: Bet) -> Bet:
    """Six hours of filming a week."""
    skill = save_skill(owner, name="Filming")
    person = User.objects.get(username=owner.name)
    save_capacity(owner, wish=CapacityWish(skill=skill, person=person, hours=6))
    return bet


def answer(owner: Actor, clock: FixedClock, bet: Bet) -> Any:
    made = ask_planner(owner, cycle=bet.cycle)
    runner = system_actor(owner.organisation_id, "planner", clock=clock)
    while answer_due(runner):
        pass
    made.refresh_from_db()
    return made.answer


def test_the_planner_reckons_with_data_instead_of_guesses(
    owner: Actor, clock: FixedClock, house: Bet
) -> None:
    guessed = answer(owner, clock, house)
    record_estimate(owner, bet=house, estimate=estimate(scale=1.6))
    asked = question(owner, house.cycle, Aims())["bets"][0]
    assert asked["confidence"] == estimating.CONFIDENCE
    assert [one["hours"] for one in asked["levels"]] == [4, 8]
    assert sum(one["hours"] for one in asked["needs"]) == pytest.approx(4)
    told = answer(owner, clock, house)
    assert told["points"]["mean"] > guessed["points"]["mean"]
    assert told["bets"][0]["source"] == SOURCE
    assert guessed["bets"][0]["source"] == ""
    remove_estimate(owner, bet=house)
    assert answer(owner, clock, house) == guessed
    assert AuditEntry.objects.filter(action="record-estimate").count() == 1
    assert AuditEntry.objects.filter(action="remove-estimate").count() == 1


def test_a_bet_of_which_nothing_was_said_can_be_reckoned_with(owner: Actor, bet: Bet) -> None:
    bet.levels.all().delete()
    assert question(owner, bet.cycle, Aims())["left_out"]
    record_estimate(owner, bet=bet, estimate=estimate(hours=6.0))
    asked = question(owner, bet.cycle, Aims())
    assert not asked["left_out"]
    need = asked["bets"][0]["needs"][0]
    assert need["hours"] == pytest.approx(6), "three hours of filming were said, twice are meant"
    assert need["at_most"] == pytest.approx(6)


def test_the_planner_gets_the_samples_themselves(owner: Actor, bet: Bet) -> None:
    record_estimate(owner, bet=bet, estimate=estimate())
    asked = question(owner, bet.cycle, Aims())["bets"]
    guessed = Curves(ceiling=np.ones((SAMPLES, 1)), pace=np.ones((SAMPLES, 1)))
    drawn = estimating.with_estimates(guessed, asked, 1)
    assert drawn.samples == SAMPLES
    assert set(drawn.ceiling[:, 0].tolist()) == set(Estimate.objects.get().ceiling)
    pairs = set(zip(Estimate.objects.get().ceiling, Estimate.objects.get().pace, strict=True))
    assert set(zip(drawn.ceiling[:, 0].tolist(), drawn.pace[:, 0].tolist(), strict=True)) == pairs


def test_a_hyperbolic_curve_becomes_an_exponential_one_through_once_and_twice() -> None:
    ceiling, pace = np.array([0.5, 2.0]), np.array([0.7, 3.0])
    same = estimating.exponential("hyperbolic", ceiling, pace)
    for scale in (1.0, 2.0):
        expected = ceiling * scale / (scale + pace)
        assert -same[0] * np.expm1(-scale / same[1]) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"form": "straight"}, "exponential, hyperbolic"),
        ({"hours": -1.0}, "from 0 to 10,000"),
        ({"hours": float("nan")}, "from 0 to 10,000"),
        ({"hours": 0.0}, "a scale needs a unit"),
        ({"ceiling": [1.0] * 5, "pace": [1.0] * 5}, "20 to 2000"),
        ({"ceiling": [1.0] * 30, "pace": [1.0] * 29}, "as many ceilings as paces"),
        ({"ceiling": [float("inf")] * 30, "pace": [1.0] * 30}, "0 or more"),
        ({"ceiling": [1.0] * 30, "pace": [0.0] * 30}, "above 0"),
    ],
)
def test_what_is_no_curve_is_refused(
    owner: Actor, bet: Bet, more: dict[str, Any], said: str
) -> None:
    with pytest.raises(PlanRefused, match=said):
        record_estimate(owner, bet=bet, estimate=estimate(**more))
    assert not Estimate.objects.exists()


def test_who_may(owner: Actor, onlooker: Actor, stranger: Actor, bet: Bet) -> None:
    with pytest.raises(NotAllowed):
        record_estimate(onlooker, bet=bet, estimate=estimate())
    with pytest.raises(BetUnknown):
        record_estimate(stranger, bet=bet, estimate=estimate())
    record_estimate(owner, bet=bet, estimate=estimate())
    with pytest.raises(NotAllowed):
        remove_estimate(onlooker, bet=bet)
    with pytest.raises(BetUnknown):
        remove_estimate(stranger, bet=bet)


def test_pages_show_the_source_and_leave_it_again(
    owner: Actor, clock: FixedClock, bet: Bet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "SystemClock", lambda: clock)
    before = as_json(bet.cycle)
    versions = bet.cycle.versions.count()
    record_estimate(owner, bet=bet, estimate=estimate())
    assert as_json(bet.cycle) == before, "the plan is what people planned"
    assert bet.cycle.versions.count() == versions
    client = Client()
    client.force_login(User.objects.get(username=owner.name))
    said = client.get(reverse("planning:bet", args=[bet.pk])).content.decode()
    assert SOURCE in said
    assert 'href="/returns/studies/1/"' in said
    answer(owner, clock, bet)
    assert SOURCE in client.get(reverse("planning:more")).content.decode()
    client.post(reverse("planning:drop-estimate", args=[bet.pk]))
    assert SOURCE not in client.get(reverse("planning:bet", args=[bet.pk])).content.decode()
    assert not Estimate.objects.exists()
