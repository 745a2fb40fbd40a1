"""Practice logs, what comes next, and requests for accounts: who sees what, and who decides."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from auscult.engine.kernel.clock import FixedClock
from auscult.web.accounts import queries as accounts
from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import Actor, AuditEntry, Membership, Role, User
from auscult.web.accounts.queries import actor_for
from auscult.web.delivery.models import Letter
from auscult.web.delivery.sealing import unsealed
from auscult.web.goals.models import Objective
from auscult.web.planning import moves, readiness
from auscult.web.planning.errors import MoveRefused, PlanRefused, PlanUnknown
from auscult.web.planning.models import Cycle
from auscult.web.planning.moves import RequestState
from auscult.web.planning.people_models import AccountRequest, Practice
from auscult.web.planning.readiness_actions import (
    AccountWish,
    Practised,
    ask_account,
    decide_request,
    log_practice,
    withdraw_request,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def simulated(monkeypatch: pytest.MonkeyPatch, clock: FixedClock) -> None:
    """Let people who come by a browser have the tests' clock."""
    monkeypatch.setattr(accounts, "SystemClock", lambda: clock)


def user_of(actor: Actor) -> User:
    return User.objects.get(username=actor.name)


def browser(actor: Actor) -> Client:
    client = Client()
    client.force_login(user_of(actor))
    return client


def page(actor: Actor, name: str, *args: Any, **query: Any) -> str:
    answer = browser(actor).get(reverse(f"planning:{name}", args=args), query)
    assert answer.status_code == 200, answer.content.decode()[:500]
    return " ".join(answer.content.decode().split())


def send(actor: Actor, name: str, *args: Any, **data: Any) -> Any:
    return browser(actor).post(reverse(f"planning:{name}", args=args), data)


def practise(actor: Actor, *, ago: int = 0, reflection: str = "", network: str = "Mastodon") -> Any:
    done = Practised(
        network=network,
        day=TODAY - timedelta(days=ago),
        minutes=20,
        tried="Read the local timeline",
        reflection=reflection,
    )
    return log_practice(actor, done=done)


def wish(feeder: Actor, heir: Actor, **more: Any) -> AccountWish:
    values = {"network": "Mastodon", "purpose": "Answer nurses", "objective": None, **more}
    return AccountWish(feeder=user_of(feeder), heir=user_of(heir), **values)


@pytest.fixture
def asked(teammate: Actor, owner: Actor) -> AccountRequest:
    return ask_account(teammate, wish=wish(teammate, owner))


def steps(actor: Actor) -> tuple[str, ...]:
    return readiness.readiness(actor, user_of(actor), " mastodon ").missing


def test_what_is_missing_is_the_next_step_and_never_a_mark(teammate: Actor) -> None:
    assert steps(teammate) == ("Open a personal account, look around, and log the first practice.",)
    practise(teammate, ago=100)
    practise(teammate, ago=100, network="MASTODON")
    assert steps(teammate) == (
        "Practise on 2 more days.",
        "Write down what you learned: how do people talk there, what is welcome?",
        "Look at it again: the last practice is more than three months ago.",
    )
    practise(teammate, ago=90, reflection="They introduce themselves")
    practise(teammate, ago=91)
    assert steps(teammate) == ()
    (one,) = readiness.by_network(teammate, user_of(teammate))
    assert (one.days, one.minutes, one.last) == (3, 80, TODAY - timedelta(days=90))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"day": "2026-11-21"}, "must be today or earlier"),
        ({"minutes": "0"}, "greater than or equal to 1"),
        ({"tried": " "}, "This field is required"),
    ],
)
def test_what_cannot_have_been_practised_is_said_beside_its_field(
    teammate: Actor, change: dict[str, str], said: str
) -> None:
    data = {"network": "Bluesky", "day": "2026-11-20", "minutes": "10", "tried": "Read"}
    answer = send(teammate, "log-practice", **{**data, **change})
    assert said in answer.content.decode()
    assert not Practice.objects.exists()


def test_a_log_is_read_by_its_person_and_by_owners(
    persons: dict[str, Actor], teammate: Actor
) -> None:
    line = practise(teammate, reflection="Humble newcomers are welcome")
    number = teammate.user_id
    for name, actor in persons.items():
        answer = browser(actor).get(reverse("planning:readiness"), {"person": str(number)})
        sees = actor.user_id in {number, persons["owner"].user_id}
        assert (answer.status_code == 200) is sees, name
        assert ("Humble newcomers" in answer.content.decode()) is sees, name
        # Even an owner changes no line of somebody else's log.
        changed = browser(actor).get(reverse("planning:change-practice", args=[line.pk]))
        assert (changed.status_code == 200) is (actor == teammate), name
        if actor != teammate:
            assert send(actor, "remove-practice", line.pk).status_code in {403, 404}, name
    assert "Humble newcomers" in page(teammate, "readiness")
    assert "Humble newcomers" not in page(persons["owner"], "readiness")


def test_a_log_is_written_changed_and_removed_on_its_page(teammate: Actor) -> None:
    data = {"network": "Bluesky", "day": "2026-11-19", "minutes": "15", "tried": "Followed ten"}
    assert send(teammate, "log-practice", **data).status_code == 302
    line = Practice.objects.get()
    assert "Followed ten" in page(teammate, "readiness")
    assert 'value="2026-11-19"' in page(teammate, "change-practice", line.pk)
    send(teammate, "change-practice", line.pk, **{**data, "reflection": "Friendly"})
    assert "Friendly" in page(teammate, "readiness")
    send(teammate, "remove-practice", line.pk)
    assert "Nothing is logged yet" in page(teammate, "readiness")
    actions = AuditEntry.objects.filter(action__endswith="-practice").order_by("pk")
    assert [one.action for one in actions] == ["log-practice"] * 2 + ["remove-practice"]
    assert not any("Friendly" in str(one.details) + one.target for one in actions)


def test_somebody_who_isnt_in_the_house_has_no_log(owner: Actor, stranger: Actor) -> None:
    for given in (str(stranger.user_id), "x", "9" * 12):
        answer = browser(owner).get(reverse("planning:readiness"), {"person": given})
        assert answer.status_code == 404


def test_a_request_says_what_is_missing_and_who_looks_after_it(
    teammate: Actor, owner: Actor, objective: Objective, asked: AccountRequest
) -> None:
    said = page(owner, "request", asked.pk)
    assert "Say which objective the account serves." in said
    assert "teammate: Open a personal account" in said
    for ago in range(3):
        practise(teammate, ago=ago, reflection="Secret thoughts")
    ask_account(teammate, request=asked, wish=wish(teammate, owner, objective=objective))
    said = page(owner, "request", asked.pk)
    assert "Nothing is missing." in said
    assert "Practised on 3 days" in said
    assert "Secret thoughts" not in said
    Membership.objects.filter(user=user_of(teammate)).delete()
    found = readiness.request(owner, asked.pk)
    assert readiness.missing(owner, found) == ["Nobody feeds it: name somebody who does."]


def test_who_feeds_it_cannot_inherit_it(teammate: Actor, owner: Actor, stranger: Actor) -> None:
    with pytest.raises(PlanRefused, match="an account outlives who leaves"):
        ask_account(teammate, wish=wish(teammate, teammate))
    with pytest.raises(PlanRefused, match="a member of your organisation"):
        ask_account(teammate, wish=wish(teammate, stranger))
    data = {"network": "X", "purpose": "Y", "feeder": owner.user_id, "heir": owner.user_id}
    assert (
        "an account outlives who leaves" in send(teammate, "ask-account", **data).content.decode()
    )


def test_owners_and_approvers_decide_with_a_reason(
    persons: dict[str, Actor],
    teammate: Actor,
    stranger: Actor,
    cycle: Cycle,
    asked: AccountRequest,
) -> None:
    User.objects.filter(username="teammate").update(email="teammate@lakeside.example")
    deciding = {persons["owner"], persons["approver"]}
    for actor in {teammate, stranger, *persons.values()} - deciding:
        answer = send(actor, "decide-request", asked.pk, state="approved", reason="Fine")
        assert answer.status_code in {403, 404}, actor.name
    approver = persons["approver"]
    assert "1 request for an account waits for your decision" in page(approver, "room")
    assert "waits for your decision" not in page(teammate, "room")
    assert 'value="approved"' in page(approver, "request", asked.pk)
    assert send(approver, "decide-request", asked.pk, state="approved").status_code == 400
    assert send(approver, "decide-request", asked.pk, state="withdrawn").status_code == 400
    send(approver, "decide-request", asked.pk, state="refused", reason="Practise first")
    said = page(teammate, "request", asked.pk)
    assert "Practise first" in said
    assert "Ask again" in said
    letter = Letter.objects.get()
    assert letter.recipient == "teammate@lakeside.example"
    assert letter.subject == "Your request for an account on Mastodon: refused"
    assert unsealed(letter.body)["text"].startswith("Practise first\n\nhttp")
    assert "waits for your decision" not in page(approver, "room")
    again = send(persons["owner"], "decide-request", asked.pk, state="approved", reason="Now")
    assert "is refused and can" in again.content.decode()


def test_a_request_is_seen_by_who_it_concerns(
    persons: dict[str, Actor], teammate: Actor, asked: AccountRequest
) -> None:
    AccountRequest.objects.update(feeder=persons["analyst"].user_id)
    seeing = {"owner", "approver", "teammate", "analyst"}
    for name, actor in {**persons, "teammate": teammate}.items():
        answer = browser(actor).get(reverse("planning:request", args=[asked.pk]))
        assert (answer.status_code == 200) is (name in seeing), name
        assert ("Answer nurses" in page(actor, "readiness")) is (name in seeing), name
        # Who feeds it learns nothing of the asker's practice.
        steps_shown = "teammate: Open a personal account" in answer.content.decode()
        assert steps_shown is (name in seeing - {"analyst"}), name


def test_nobody_decides_on_her_own_request_unless_she_is_alone(owner: Actor) -> None:
    colleague = User.objects.create_user("colleague")
    mates = Membership.objects.create(
        organisation_id=owner.organisation_id, user=colleague, role=Role.APPROVER
    )
    mine = ask_account(owner, wish=wish(owner, actor_for(colleague, clock=owner.clock)))
    decision: Any = {"state": RequestState.APPROVED, "reason": "I want it"}
    with pytest.raises(PlanRefused, match="you asked for it"):
        decide_request(owner, request=mine, **decision)
    others = Membership.objects.filter(organisation_id=owner.organisation_id)
    others.exclude(pk=mates.pk).exclude(user=owner.user_id).delete()
    Membership.objects.filter(pk=mates.pk).update(role=Role.ANALYST)
    decide_request(owner, request=mine, **decision)
    assert readiness.request(owner, mine.pk).state == RequestState.APPROVED


def test_every_pair_of_states_is_allowed_or_refused(
    teammate: Actor, owner: Actor, asked: AccountRequest
) -> None:
    allowed = {
        ("asked", "approved"), ("asked", "refused"), ("asked", "withdrawn"),
        ("refused", "asked"), ("withdrawn", "asked"),
    }  # fmt: skip
    assert {(a.value, b.value) for a, into in moves.REQUEST.items() for b in into} == allowed
    again = wish(teammate, owner)
    steps_to: dict[RequestState, Any] = {
        RequestState.ASKED: lambda: ask_account(teammate, request=asked, wish=again),
        RequestState.WITHDRAWN: lambda: withdraw_request(teammate, request=asked),
    }
    for state in (RequestState.APPROVED, RequestState.REFUSED):
        steps_to[state] = lambda state=state: decide_request(
            owner, request=asked, state=state, reason="So"
        )
    for before in RequestState:
        for after in RequestState:
            AccountRequest.objects.filter(pk=asked.pk).update(state=before)
            # Asking again while it is asked changes the words alone.
            goes = (before.value, after.value) in allowed or before == after == RequestState.ASKED
            with contextlib.nullcontext() if goes else pytest.raises(MoveRefused):
                steps_to[after]()
            assert AccountRequest.objects.get(pk=asked.pk).state == (after if goes else before)


def test_who_was_slower_is_told(
    teammate: Actor, owner: Actor, asked: AccountRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = readiness.request(owner, asked.pk)
    withdraw_request(teammate, request=asked)
    monkeypatch.setattr(readiness, "request", lambda _actor, _number: stale)
    with pytest.raises(MoveRefused, match="is withdrawn and can't become approved"):
        decide_request(owner, request=stale, state=RequestState.APPROVED, reason="Yes")


def test_only_the_asker_changes_and_withdraws(
    owner: Actor, teammate: Actor, onlooker: Actor, asked: AccountRequest
) -> None:
    with pytest.raises(PlanRefused, match="one of your own"):
        withdraw_request(owner, request=asked)
    with pytest.raises(PlanRefused, match="one of your own"):
        ask_account(owner, request=asked, wish=wish(owner, teammate))
    with pytest.raises(PlanUnknown):
        ask_account(onlooker, request=asked, wish=wish(owner, teammate))
    with pytest.raises(NotAllowed):
        ask_account(replace(onlooker, role=Role.GUEST), wish=wish(owner, teammate))
    assert send(teammate, "withdraw-request", asked.pk).status_code == 302
    assert "withdrawn" in page(teammate, "request", asked.pk)
    data = {"network": "Mastodon", "purpose": "Better", "feeder": teammate.user_id}
    answer = send(teammate, "ask-again", asked.pk, **data, heir=owner.user_id)
    assert answer.status_code == 302
    assert "Better" in page(teammate, "request", asked.pk)


def test_another_house_has_no_such_request(stranger: Actor, asked: AccountRequest) -> None:
    with pytest.raises(PlanUnknown):
        readiness.request(stranger, asked.pk)
