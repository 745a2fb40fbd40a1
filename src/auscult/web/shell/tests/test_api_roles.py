"""Every route of the API as each role, as a stranger and as nobody, by token and by session."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from architecture.rows import objective
from architecture.rows_of_returns import ROWS_OF_RETURNS
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, may
from auscult.web.accounts.tokens import REACH, scopes_for
from auscult.web.alerts.actions import Wish, save_rule
from auscult.web.alerts.models import Alert, Kind
from auscult.web.briefs.models import Brief
from auscult.web.dashboards.models import Dashboard
from auscult.web.goals.link_actions import add_link
from auscult.web.listening.actions import save_watch
from auscult.web.listening.models import Copy, CopyGroup, Mention, Peer
from auscult.web.listening.revealing import Why
from auscult.web.planning.actions import plan_cycle, start_cycle
from auscult.web.planning.bet_actions import BetWish, save_bet
from auscult.web.planning.claims_actions import ClaimWish, add_claim
from auscult.web.shell.api_document import document
from auscult.web.sources.actions import add_source
from auscult.web.sources.models import Source
from programs import Program, program_of, signed_in

pytestmark = pytest.mark.django_db

TOMORROW = datetime.now(UTC) + timedelta(days=1)
QUERY = {"query": "flu OR influenza"}
COMPARATOR = {
    "channel": "print",
    "basis": "own",
    "first_day": "2026-09-01",
    "last_day": "2026-09-30",
    "cost": 5,
    "outcomes": 1,
    "source": "an invoice",
    "source_day": "2026-10-01",
}
HOUSE = {"organisation": "Lakeside Hospital", "town": "Lakeside"}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked of a route, the right that it needs, and what it answers then."""

    right: Right | None
    status: int = 200
    row: str = ""
    query: str = ""
    body: Any = None


ROUTES = {
    "GET /me": Asked(right=None),
    "GET /scopes": Asked(right=None),
    "GET /people": Asked(right=Right.MANAGE_PEOPLE),
    "GET /audit": Asked(right=Right.SEE_AUDIT),
    "GET /sources": Asked(right=Right.READ_MENTIONS),
    "GET /sources/{number}": Asked(right=Right.READ_MENTIONS, row="source"),
    "POST /sources/{number}/pause": Asked(right=Right.EDIT_SOURCES, row="source"),
    "POST /sources/{number}/resume": Asked(right=Right.EDIT_SOURCES, row="source"),
    "GET /coverage": Asked(right=Right.SEE_FIGURES),
    "GET /watches": Asked(right=Right.READ_MENTIONS),
    "POST /watches": Asked(
        right=Right.EDIT_WATCHES, status=201, body={"name": "new", "query": "flu"}
    ),
    "GET /watches/{number}": Asked(right=Right.READ_MENTIONS, row="watch"),
    "PATCH /watches/{number}": Asked(right=Right.EDIT_WATCHES, row="watch", body={"name": "b"}),
    "DELETE /watches/{number}": Asked(right=Right.EDIT_WATCHES, row="watch", status=204),
    "POST /queries/explain": Asked(right=Right.READ_MENTIONS, body=QUERY),
    "POST /queries/preview": Asked(right=Right.READ_MENTIONS, body=QUERY),
    "GET /mentions": Asked(right=Right.READ_MENTIONS, query="?q=flu"),
    "GET /mentions/{number}": Asked(right=Right.READ_MENTIONS, row="mention"),
    "POST /mentions/{number}/author": Asked(
        right=Right.REVEAL_AUTHORS,
        row="mention",
        body={"why": Why.values[0], "reason": "she asked us to call"},
    ),
    "GET /export/mentions": Asked(right=Right.EXPORT, query="?q=flu&form=csv"),
    "GET /volumes": Asked(right=Right.SEE_FIGURES),
    "GET /suggestions": Asked(
        right=Right.READ_MENTIONS, query="?organisation=Lakeside+Hospital&town=Lakeside"
    ),
    "POST /suggestions/accept": Asked(right=Right.EDIT_WATCHES, body=HOUSE),
    "GET /peers": Asked(right=Right.READ_MENTIONS),
    "POST /peers": Asked(
        right=Right.EDIT_WATCHES,
        status=201,
        body={"place": "bluesky", "account": "did:plc:a", "handle": "a.example"},
    ),
    "GET /peers/places": Asked(right=Right.READ_MENTIONS),
    "GET /alerts": Asked(right=Right.SEE_FIGURES, query="?which=open"),
    "GET /alerts/{number}": Asked(right=Right.SEE_FIGURES, row="alert"),
    "POST /alerts/{number}/acknowledge": Asked(right=Right.HANDLE_ALERTS, row="alert"),
    "POST /alerts/{number}/snooze": Asked(
        right=Right.HANDLE_ALERTS, row="alert", body={"until": f"{TOMORROW:%Y-%m-%dT%H:%M:%SZ}"}
    ),
    "GET /cycles": Asked(right=Right.SEE_FIGURES),
    "POST /cycles": Asked(
        right=Right.EDIT_PLAN, status=201, body={"title": "Spring", "first_day": "2026-11-16"}
    ),
    "GET /cycles/{number}": Asked(right=Right.SEE_FIGURES, row="cycle"),
    "GET /bets": Asked(right=Right.SEE_FIGURES),
    "GET /claims": Asked(right=Right.SEE_FIGURES),
    "GET /claims/{number}": Asked(right=Right.SEE_FIGURES, row="claim"),
    "GET /costs": Asked(right=Right.SEE_FIGURES, query="?first=2026-11-01&last=2026-11-30"),
    "GET /times": Asked(right=Right.SEE_COSTS),
    "POST /times": Asked(
        right=Right.CHECK_IN, status=201, body={"day": "2026-11-01", "minutes": 5}
    ),
    "GET /charges": Asked(right=Right.SEE_COSTS),
    "POST /charges": Asked(
        right=Right.EDIT_RETURNS,
        status=201,
        body={"what": "Ads", "kind": "advertising", "amount": 5, "first_day": "2026-11-01"},
    ),
    "GET /rates": Asked(right=Right.SEE_COSTS),
    "POST /rates": Asked(
        right=Right.EDIT_RETURNS,
        status=201,
        body={"role": "Editor", "hourly": 40, "since": "2026-01-01", "source": "payroll"},
    ),
    "POST /bets/{number}/check-in": Asked(
        right=Right.CHECK_IN, row="bet", body={"progress": 20, "confidence": 4}
    ),
    "GET /priorities": Asked(right=Right.SEE_FIGURES),
    "POST /priorities": Asked(right=Right.EDIT_GOALS, status=201, body={"title": "Walk far"}),
    "PATCH /priorities/{number}": Asked(
        right=Right.EDIT_GOALS, row="priority", body={"function": "Research"}
    ),
    "GET /objectives": Asked(right=Right.SEE_FIGURES),
    "POST /objectives": Asked(
        right=Right.EDIT_GOALS,
        status=422,  # there is no such priority
        body={
            "priority_id": 1 << 40,
            "title": "Walk",
            "measure": "walks a day",
            "direction": "up",
            "baseline": 1,
            "baseline_on": "2026-08-01",
            "target": 2,
            "deadline": "2027-08-01",
        },
    ),
    "GET /objectives/{number}": Asked(right=Right.SEE_FIGURES, row="objective"),
    "PATCH /objectives/{number}": Asked(
        right=Right.EDIT_GOALS, row="objective", body={"target": 4, "owner": "owner"}
    ),
    "GET /objectives/{number}/readings": Asked(right=Right.SEE_FIGURES, row="objective"),
    "POST /objectives/{number}/readings": Asked(
        right=Right.EDIT_GOALS,
        row="objective",
        body={"readings": [{"day": "2026-09-01", "value": 2}]},
    ),
    "GET /objectives/{number}/links": Asked(right=Right.SEE_FIGURES, row="objective"),
    "POST /objectives/{number}/links": Asked(
        right=Right.EDIT_GOALS,
        row="objective",
        status=404,
        body={"kind": "watch", "number": 1 << 40},
    ),
    "DELETE /links/{number}": Asked(right=Right.EDIT_GOALS, row="goal-link", status=204),
    "GET /orphans": Asked(right=Right.SEE_FIGURES),
    "GET /rules": Asked(right=Right.SEE_FIGURES),
    "POST /rules": Asked(right=Right.EDIT_ALERTS, status=201, body={"name": "n", "kind": "volume"}),
    "GET /rules/{number}": Asked(right=Right.SEE_FIGURES, row="rule"),
    "PATCH /rules/{number}": Asked(right=Right.EDIT_ALERTS, row="rule", body={"name": "b"}),
    "POST /rules/{number}/switch": Asked(right=Right.EDIT_ALERTS, row="rule", body={"on": False}),
    "DELETE /rules/{number}": Asked(right=Right.EDIT_ALERTS, row="rule", status=204),
    "GET /briefs": Asked(right=Right.SEE_FIGURES),
    "GET /briefs/current": Asked(right=Right.SEE_FIGURES),
    "GET /briefs/{week}": Asked(right=Right.SEE_FIGURES, row="brief"),
    "GET /copies": Asked(right=Right.READ_MENTIONS),
    "GET /copies/{number}": Asked(right=Right.READ_MENTIONS, row="copies"),
    "GET /copies/{number}/mentions": Asked(right=Right.READ_MENTIONS, row="copies"),
    "GET /dashboards": Asked(right=Right.SEE_FIGURES),
    "GET /dashboards/{number}": Asked(right=Right.SEE_FIGURES, row="dashboard"),
    "GET /dashboards/{which}/figures": Asked(right=Right.SEE_FIGURES, row="dashboard"),
    "GET /dashboards/{which}/compare": Asked(right=Right.SEE_FIGURES, row="dashboard"),
    "GET /outcome-kinds": Asked(right=Right.SEE_FIGURES),
    "GET /outcomes/sums": Asked(
        right=Right.SEE_FIGURES,
        status=404,  # there is no such kind
        query="?kind=none&first=2026-09-01&last=2026-09-30",
    ),
    "POST /outcomes": Asked(
        right=Right.EDIT_RETURNS,
        status=404,
        body={"outcomes": [{"kind": "none", "day": "2026-09-01"}]},
    ),
    "GET /short-links": Asked(right=Right.SEE_FIGURES),
    "POST /short-links": Asked(
        right=Right.EDIT_RETURNS,
        status=201,
        body={"target": "https://clinic.example/", "title": "a", "channel": "mail"},
    ),
    "GET /returns/facts": Asked(right=Right.SEE_FIGURES, query="?first=2026-09-01&last=2026-09-30"),
    "GET /comparators": Asked(right=Right.SEE_FIGURES),
    "POST /comparators": Asked(
        right=Right.EDIT_RETURNS, status=404, body={"kind": 999_999, **COMPARATOR}
    ),
    "PUT /comparators/{number}": Asked(
        right=Right.EDIT_RETURNS,
        status=404,
        row="comparator",
        body={"kind": 999_999, **COMPARATOR},
    ),
    "GET /surveys": Asked(right=Right.SEE_FIGURES),
    "POST /surveys": Asked(
        right=Right.EDIT_RETURNS,
        status=201,
        body={
            "title": "a",
            "question": "b",
            "first_day": "2026-09-01",
            "last_day": "2026-09-30",
        },
    ),
    "GET /surveys/{number}": Asked(right=Right.SEE_FIGURES, row="survey"),
    "PUT /surveys/{number}/answers": Asked(
        right=Right.EDIT_RETURNS, row="survey", body={"answers": [{"said": ["film"]}]}
    ),
    "GET /studies": Asked(right=Right.SEE_FIGURES),
    "POST /studies": Asked(
        right=Right.EDIT_RETURNS,
        status=201,
        body={
            "title": "a",
            "method": "interrupted",
            "start": "2026-09-21",
            "days": [f"2026-09-{day:02d}" for day in range(1, 31)],
            "series": {"calls": [day % 5 for day in range(30)]},
        },
    ),
    "GET /studies/{number}": Asked(right=Right.SEE_FIGURES, row="study"),
    "GET /peers/{number}": Asked(right=Right.READ_MENTIONS, row="peer"),
    "DELETE /peers/{number}": Asked(right=Right.EDIT_WATCHES, row="peer", status=204),
}


@pytest.fixture
def rows(owner: Actor) -> dict[str, Any]:
    """A row of each kind in the owner's organisation."""
    now = owner.clock.now()
    config = {"feeds": ["https://news.lakeside.example/feed.xml"]}
    source = add_source(owner, name="walk", connector="feeds", config=config)
    accounts = Source.objects.create(
        organisation_id=owner.organisation_id,
        name="peers",
        connector="bluesky-accounts",
        config={"accounts": ["did:plc:walk"]},
        next_attempt=now,
        created_at=now,
    )
    peer = Peer.objects.create(
        organisation_id=owner.organisation_id,
        source=accounts,
        author="did:plc:walk",
        handle="walk.example",
        label="Walk",
        added_at=now,
    )
    mention = Mention.objects.create(
        id=1_795_000_000 << 20,
        organisation_id=owner.organisation_id,
        origin=source,
        uri="at://did:plc:someone/app.bsky.feed.post/1",
        author="did:plc:someone",
        created_at=now,
        text="flu",
    )
    watch = save_watch(owner, name="walk", query="flu")
    alert = Alert.objects.create(
        organisation_id=owner.organisation_id,
        name="walk",
        kind="phrase",
        watch=watch,
        key="walk",
        since=now,
        raised_at=now,
        last_at=now,
        turned_at=now,
    )
    dashboard = Dashboard.objects.create(
        organisation_id=owner.organisation_id,
        name="walk",
        shared=True,
        content={"panels": ["volume"], "range": "28d"},
        created_at=now,
        changed_at=now,
    )
    cycle = plan_cycle(owner, title="walk", first_day=now.date())
    bet = save_bet(owner, cycle=cycle, wish=BetWish(title="walk"))
    start_cycle(owner, cycle=cycle)
    goal = objective(owner)
    link = add_link(owner, objective=goal, kind="watch", number=watch.pk)
    rule = save_rule(owner, wish=Wish(name="walk", kind=Kind.SOURCE))
    house = {"organisation_id": owner.organisation_id}
    brief = Brief.objects.create(week=date(2026, 11, 9), made_at=now, **house)
    Copy.objects.create(mention_id=mention.pk, version=1, number=1, **house)
    CopyGroup.objects.create(number=1, posts=3, first=mention.pk, last=mention.pk, **house)
    return {
        "priority": goal.priority_id,
        "objective": goal.pk,
        "goal-link": link.pk,
        "cycle": cycle.number,
        "bet": bet.pk,
        "claim": add_claim(owner, wish=ClaimWish(kind="media")).pk,
        "alert": alert.pk,
        "brief": brief.week,
        "copies": 1,
        "dashboard": dashboard.pk,
        "source": source.pk,
        "peer": peer.pk,
        "rule": rule.pk,
        "mention": mention.pk,
        "watch": watch.pk,
        **{
            name: ROWS_OF_RETURNS[name](owner)["number"]
            for name in ("comparator", "survey", "study")
        },
    }


def path_of(route: str, one: Asked, rows: dict[str, Any]) -> tuple[str, str]:
    method, path = route.split()
    return method, re.sub(r"\{\w+\}", str(rows.get(one.row, "")), path[1:]) + one.query


def ask(program: Program, route: str, rows: dict[str, Any]) -> Any:
    """Ask, and undo what it did, so that each person finds the same."""
    one = ROUTES[route]
    method, path = path_of(route, one, rows)
    with transaction.atomic():
        answer = program.ask(method, path, one.body)
        transaction.set_rollback(True)
    return answer


def test_each_route_is_asked_for() -> None:
    known = {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, operations in document()["paths"].items()
        for method in operations
    }
    assert known == ROUTES.keys()


@pytest.mark.parametrize("route", ROUTES)
def test_each_role_gets_what_it_may(
    route: str, persons: dict[str, Actor], rows: dict[str, Any]
) -> None:
    one = ROUTES[route]
    for name, actor in persons.items():
        if may(actor, Right.USE_INTERFACES):
            program = program_of(actor)
        else:
            program = Program()
            program.client = signed_in(actor)
        answer = ask(program, route, rows)
        allowed = one.right is None or may(actor, one.right)
        said = f"{route} as {name}: {answer.status_code} {answer.content[:200]!r}"
        assert answer.status_code == (one.status if allowed else 403), said


@pytest.mark.parametrize("route", [key for key, one in ROUTES.items() if one.right])
def test_a_token_without_the_scope_is_too_narrow(
    route: str, owner: Actor, rows: dict[str, Any]
) -> None:
    right = ROUTES[route].right
    others = [scope for scope in scopes_for(owner) if right not in REACH[scope]]
    answer = ask(program_of(owner, *others), route, rows)
    assert answer.status_code == 403
    assert answer.json()["code"] == "token-too-narrow"


@pytest.mark.parametrize("route", [key for key, one in ROUTES.items() if one.row])
def test_a_strangers_row_is_not_there(route: str, stranger: Actor, rows: dict[str, Any]) -> None:
    answer = ask(program_of(stranger), route, rows)
    assert answer.status_code == 404, answer.content
    assert answer.json()["code"].endswith("-unknown")


@pytest.mark.parametrize("route", ROUTES)
def test_nobody_gets_nothing(route: str, rows: dict[str, Any]) -> None:
    answer = ask(Program(), route, rows)
    assert answer.status_code == 401
    assert answer.json()["code"] == "not-signed-in"


@pytest.mark.parametrize(
    "route", [key for key in ROUTES if key.startswith("GET") and "{" not in key]
)
def test_a_stranger_sees_nothing_of_ours(route: str, stranger: Actor, rows: dict[str, Any]) -> None:
    said = ask(program_of(stranger), route, rows).content.decode()
    for word in ("walk", "did:plc", "someone"):
        assert word not in said
