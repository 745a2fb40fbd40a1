"""A row of each kind, of the owner's organisation, for the addresses that name one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

from architecture.rows_of_returns import ROWS_OF_RETURNS
from auscult.web.accounts import people
from auscult.web.accounts.actions import add_member
from auscult.web.accounts.invitation_actions import invite
from auscult.web.accounts.models import Actor, Role
from auscult.web.accounts.people_actions import save_team
from auscult.web.alerts.actions import Wish, save_rule
from auscult.web.alerts.models import Alert, Kind
from auscult.web.briefs.models import Brief
from auscult.web.dashboards.actions import save_dashboard
from auscult.web.dashboards.content import Content
from auscult.web.dashboards.models import Schedule
from auscult.web.delivery.actions import post_mail, save_hook
from auscult.web.delivery.models import Letter
from auscult.web.goals.link_actions import add_link
from auscult.web.goals.models import Direction, Objective, Origin
from auscult.web.goals.objective_actions import ObjectiveWish, save_objective
from auscult.web.goals.priority_actions import PriorityWish, save_priority
from auscult.web.goals.reading_actions import Given, save_readings
from auscult.web.listening.actions import save_watch
from auscult.web.listening.models import Copy, CopyGroup, HourlyCount, Mention, Peer
from auscult.web.planning.actions import plan_cycle, save_assumption
from auscult.web.planning.bet_actions import BetWish, TaskWish, save_bet, save_task
from auscult.web.planning.claims_actions import ClaimWish, TrialWish, add_claim, draw_trial
from auscult.web.planning.claims_models import Claim
from auscult.web.planning.commenting import add_comment
from auscult.web.planning.models import Bet, Cycle
from auscult.web.planning.people_models import AccountRequest
from auscult.web.planning.resource_actions import (
    AbsenceWish,
    AssetWish,
    save_absence,
    save_asset,
    save_skill,
)
from auscult.web.planning.resource_models import AssetKind, Capacity
from auscult.web.sources.actions import add_source
from auscult.web.sources.models import Source

# One row of the owner's organisation for each kind; the arguments of the address that shows it.


def _watch(owner: Actor) -> dict[str, Any]:
    return {"number": save_watch(owner, name="walk", query="vaccine").pk}


def _member(owner: Actor) -> dict[str, Any]:
    add_member(owner, username="walker", role=Role.GUEST)
    return {"number": people.members(owner).get(user__username="walker").pk}


def _team(owner: Actor) -> dict[str, Any]:
    return {"number": save_team(owner, name="Walkers").pk}


def _invitation(owner: Actor) -> dict[str, Any]:
    made, _secret = invite(
        owner,
        email="walk@hospital.example",
        role=Role.GUEST,
        address=lambda secret: f"https://auscult.example/{secret}",
    )
    return {"number": made.pk}


def _source(owner: Actor) -> dict[str, Any]:
    config = {"feeds": ["https://news.lakeside.example/feed.xml"]}
    return {"number": add_source(owner, name="walk", connector="feeds", config=config).pk}


def _peer(owner: Actor) -> dict[str, Any]:
    added = Peer.objects.create(
        organisation_id=owner.organisation_id,
        source_id=_source(owner)["number"],
        author="did:plc:walk",
        handle="walk.example",
        label="Walk",
        added_at=owner.clock.now(),
    )
    return {"number": added.pk}


def _brief(owner: Actor) -> dict[str, Any]:
    Brief.objects.create(
        organisation_id=owner.organisation_id, week=date(2026, 11, 9), made_at=owner.clock.now()
    )
    return {"week": date(2026, 11, 9)}


def _mention(owner: Actor) -> dict[str, Any]:
    added = Mention.objects.create(
        id=1 << 50,
        organisation_id=owner.organisation_id,
        origin_id=_source(owner)["number"],
        uri="at://walk/1",
        author="did:plc:walk",
        created_at=owner.clock.now(),
        text="a walk",
    )
    return {"number": added.pk}


def _copies(owner: Actor) -> dict[str, Any]:
    key = _mention(owner)["number"]
    house = {"organisation_id": owner.organisation_id, "number": 1}
    Copy.objects.create(mention_id=key, version=1, **house)
    CopyGroup.objects.create(posts=2, first=key, last=key, **house)
    return {"number": 1}


def _rule(owner: Actor) -> dict[str, Any]:
    return {"number": save_rule(owner, wish=Wish(name="walk", kind=Kind.SOURCE)).pk}


def _alert(owner: Actor) -> dict[str, Any]:
    now = owner.clock.now()
    raised = Alert.objects.create(
        organisation_id=owner.organisation_id,
        name="walk",
        kind=Kind.SOURCE,
        key="walk",
        since=now,
        raised_at=now,
        last_at=now,
        turned_at=now,
        facts={"health": "silent", "error": ""},
    )
    return {"number": raised.pk}


def _hook(owner: Actor) -> dict[str, Any]:
    address = "https://desk.lakeside.example/told"
    hook, _ = save_hook(owner, name="walk", address=address, events=["alert.raised"])
    return {"number": hook.pk}


def _letter(owner: Actor) -> dict[str, Any]:
    post_mail(owner, to="a@lakeside.example", subject="Walk", text="Walk.", key="walk")
    Letter.objects.filter(key="walk").update(state="given-up")
    return {"number": Letter.objects.get(key="walk").pk}


def _priority(owner: Actor) -> dict[str, Any]:
    return {"number": save_priority(owner, wish=PriorityWish(title="Walk more")).pk}


def objective(owner: Actor) -> Objective:
    """Give the owner's house an objective of a priority of its own, once."""
    there = Objective.objects.filter(organisation_id=owner.organisation_id, title="Walks").first()
    if there is not None:
        return there
    wish = ObjectiveWish(
        priority=save_priority(owner, wish=PriorityWish(title="Walk")),
        title="Walks",
        measure="walks a day",
        direction=Direction.UP,
        baseline=1.0,
        baseline_on=date(2026, 8, 1),
        target=3.0,
        deadline=date(2027, 8, 1),
    )
    return save_objective(owner, wish=wish)


def _objective(owner: Actor) -> dict[str, Any]:
    return {"number": objective(owner).pk}


def _reading(owner: Actor) -> dict[str, Any]:
    one = objective(owner)
    given = [Given(day=date(2026, 9, 1), value=2.0)]
    save_readings(owner, objective=one, given=given, origin=Origin.TYPED)
    return {"number": one.readings.get().pk}


def _link(owner: Actor) -> dict[str, Any]:
    watch = save_watch(owner, name="Walked", query="walked")
    made = add_link(owner, objective=objective(owner), kind="watch", number=watch.pk)
    return {"number": made.pk}


def _dashboard(owner: Actor) -> dict[str, Any]:
    watch = save_watch(owner, name="Counted", query="flu")
    hour = HourlyCount(watch=watch, source=Source.objects.get(pk=_source(owner)["number"]), count=3)
    hour.hour = owner.clock.now().replace(minute=0, second=0, microsecond=0)
    hour.save(force_insert=True)
    made = save_dashboard(owner, name="Ours", shared=True, content=Content().as_data())
    return {"which": made.pk, "name": "volume", "form": "svg"}


def _schedule(owner: Actor) -> dict[str, Any]:
    which = _dashboard(owner)["which"]
    made = Schedule.objects.create(
        dashboard_id=which, rhythm="daily", hour=7, next_attempt=owner.clock.now()
    )
    return {"which": which, "number": made.pk}


def _cycle(owner: Actor) -> dict[str, Any]:
    ours = Cycle.objects.filter(organisation_id=owner.organisation_id, state="planned")
    day = owner.clock.now().date()
    made = ours.first() or plan_cycle(owner, title="Walk", first_day=day)
    return {"number": made.number, "kind": "closing"}


def _planned(owner: Actor) -> Cycle:
    number = _cycle(owner)["number"]
    return Cycle.objects.get(organisation_id=owner.organisation_id, number=number)


def _assumption(owner: Actor) -> dict[str, Any]:
    cycle = _planned(owner)
    return {"number": save_assumption(owner, cycle=cycle, text="It stays dry").pk}


def _bet(owner: Actor) -> dict[str, Any]:
    cycle = _planned(owner)
    return {"number": save_bet(owner, cycle=cycle, wish=BetWish(title="Walk")).pk}


def _task(owner: Actor) -> dict[str, Any]:
    bet = Bet.objects.get(pk=_bet(owner)["number"])
    day = owner.clock.now().date()
    wish = TaskWish(title="Walk", first_day=day, last_day=day)
    return {"number": save_task(owner, bet=bet, wish=wish).pk}


def _comment(owner: Actor) -> dict[str, Any]:
    bet = Bet.objects.get(pk=_bet(owner)["number"])
    return {"number": add_comment(owner, bet=bet, text="We walk").pk}


def _account_request(owner: Actor) -> dict[str, Any]:
    asked = AccountRequest.objects.create(
        organisation_id=owner.organisation_id,
        network="Walks",
        purpose="Walk together",
        asker_id=owner.user_id,
        asked_at=owner.clock.now(),
    )
    return {"number": asked.pk}


def _skill(owner: Actor) -> dict[str, Any]:
    return {"number": save_skill(owner, name="Walking").pk}


def _hours(owner: Actor) -> dict[str, Any]:
    made = Capacity.objects.create(
        skill_id=save_skill(owner, name="Resting").pk, person_id=owner.user_id or 0, hours=2
    )
    return {"number": made.pk}


def _holiday(owner: Actor) -> dict[str, Any]:
    day = owner.clock.now().date()
    return {"number": save_absence(owner, wish=AbsenceWish(first_day=day, last_day=day)).pk}


def _asset(owner: Actor) -> dict[str, Any]:
    wish = AssetWish(kind=AssetKind.KIT, name="Walking stick")
    return {"number": save_asset(owner, wish=wish).pk}


def _claim(owner: Actor) -> dict[str, Any]:
    return {"number": add_claim(owner, wish=ClaimWish(kind="media")).pk}


def _trial(owner: Actor) -> dict[str, Any]:
    wish = TrialWish(
        author="walk@lakeside.example",
        first_day=owner.clock.now().date() + timedelta(days=3),
        blocks=1,
        weekdays=(0,),
        one="Walk",
        other="Sit",
        one_at=time(9),
        other_at=time(9),
    )
    claim = Claim.objects.get(pk=_claim(owner)["number"])
    return {"number": draw_trial(owner, claim=claim, wish=wish, seed=1).pk}


ROWS: dict[str, Callable[[Actor], dict[str, Any]]] = {
    "priority": _priority,
    "objective": _objective,
    "reading": _reading,
    "goal-link": _link,
    "dashboard": _dashboard,
    "schedule": _schedule,
    "rule": _rule,
    "alert": _alert,
    "hook": _hook,
    "letter": _letter,
    "mention": _mention,
    "member": _member,
    "team": _team,
    "invitation": _invitation,
    "watch": _watch,
    "source": _source,
    "peer": _peer,
    "copies": _copies,
    "brief": _brief,
    "cycle": _cycle,
    "assumption": _assumption,
    "bet": _bet,
    "task": _task,
    "claim": _claim,
    "trial": _trial,
    "account-request": _account_request,
    "comment": _comment,
    "skill": _skill,
    "hours": _hours,
    "holiday": _holiday,
    "asset": _asset,
    **ROWS_OF_RETURNS,
}
