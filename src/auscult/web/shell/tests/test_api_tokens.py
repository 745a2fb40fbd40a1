"""Who a request is from: tokens, their scopes and ends, sessions, and how often they may ask."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from auscult.engine.kernel.clock import FixedClock, SystemClock
from auscult.web.accounts import tokens, tokens_actions
from auscult.web.accounts.actions import add_member
from auscult.web.accounts.errors import NotAllowed, NotAMember, TokenRefused, TokenUnknown
from auscult.web.accounts.limits import MOST_KEPT, Limits
from auscult.web.accounts.models import Actor, AuditEntry, Membership, Role, Token, User
from auscult.web.accounts.policies import TABLE, Right, may
from auscult.web.accounts.queries import system_actor
from auscult.web.accounts.tokens import FOR_PERSONS, REACH, Scope
from auscult.web.shell import api_door
from programs import Program, program_of, signed_in, user_of

pytestmark = pytest.mark.django_db


def test_each_right_is_opened_by_one_scope_or_by_none() -> None:
    opened = [right for rights in REACH.values() for right in rights]
    assert sorted([*opened, *FOR_PERSONS]) == sorted(Right)
    assert set(REACH) == set(Scope)


def test_a_token_is_kept_as_a_digest_alone(owner: Actor) -> None:
    made, secret = tokens_actions.make_token(owner, name="x", scopes=["read"], days=30)
    assert secret.startswith("auscult_")
    assert made.prefix == secret[:14]
    kept = str(Token.objects.values().get()) + str(list(AuditEntry.objects.values()))
    assert secret not in kept
    assert secret[14:] not in kept


def test_making_and_revoking_stand_in_the_trail(owner: Actor) -> None:
    made, _ = tokens_actions.make_token(owner, name="x", scopes=["write", "read"], days=30)
    tokens_actions.revoke_token(owner, token=made)
    entries = {entry.action: entry.details for entry in AuditEntry.objects.all()}
    assert entries["make-token"] == {"name": "x", "scopes": ["read", "write"], "days": 30}
    assert entries["revoke-token"] == {"name": "x"}


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"days": 0}, "days"),
        ({"days": 400}, "days"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["all"]}, "scopes"),
    ],
)
def test_a_token_that_cant_be(owner: Actor, wish: dict[str, Any], field: str) -> None:
    with pytest.raises(TokenRefused) as refused:
        tokens_actions.make_token(owner, **{"name": "x", "scopes": ["read"], "days": 1, **wish})
    assert refused.value.field == field


def test_nobody_makes_a_token_beyond_her_role(persons: dict[str, Actor]) -> None:
    with pytest.raises(TokenRefused, match="some of audit, export, names, read, write"):
        tokens_actions.make_token(persons["privacy"], name="x", scopes=["people"], days=1)
    for role in ("ambassador", "guest"):
        with pytest.raises(NotAllowed):
            tokens_actions.make_token(persons[role], name="x", scopes=["read"], days=1)
    listener = system_actor(persons["owner"].organisation_id, "listener")
    with pytest.raises(NotAMember):
        tokens_actions.make_token(listener, name="x", scopes=["read"], days=1)


def test_tokens_are_ones_own(owner: Actor, teammate: Actor, stranger: Actor) -> None:
    made, _ = tokens_actions.make_token(owner, name="x", scopes=["read"], days=None)
    for other in (teammate, stranger):
        assert not tokens.tokens(other)
        with pytest.raises(TokenUnknown):
            tokens_actions.revoke_token(other, token=made)


def test_a_token_acts_as_its_person_within_its_scopes(owner: Actor) -> None:
    program = program_of(owner, "read")
    told = program.get("me").json()
    assert told["role"] == "owner"
    assert told["organisation"] == "Lakeside Hospital"
    assert told["rights"] == ["see-figures", "read-mentions"]
    assert told["scopes"] == ["read"]
    refused = program.post("watches", {"name": "flu", "query": "flu"})
    assert refused.status_code == 403
    assert refused.json()["code"] == "token-too-narrow"
    done = program_of(owner, "write").post("watches", {"name": "flu", "query": "flu"})
    assert done.status_code == 201
    entry = AuditEntry.objects.get(action="add-watch")
    assert entry.actor.startswith("owner by token auscult_")
    assert entry.user_id == owner.user_id


def test_a_token_never_does_more_than_the_role_at_that_moment(
    owner: Actor, teammate: Actor
) -> None:
    program = program_of(teammate, "read", "write")
    assert program.post("watches", {"name": "a", "query": "a"}).status_code == 201
    add_member(owner, username="teammate", role=Role.GUEST)
    refused = program.post("watches", {"name": "b", "query": "b"})
    assert refused.status_code == 403
    assert refused.json()["code"] == "not-allowed"
    assert program.get("mentions").status_code == 403
    assert program.get("volumes").status_code == 200
    Membership.objects.filter(user=user_of(teammate)).delete()
    assert program.get("me").status_code == 401


def test_what_ends_a_token(owner: Actor) -> None:
    now = SystemClock()
    mine = Actor(
        organisation_id=owner.organisation_id,
        user_id=owner.user_id,
        name="owner",
        role=Role.OWNER,
        clock=now,
    )
    made, secret = tokens_actions.make_token(mine, name="x", scopes=["read"], days=1)
    program = Program(secret)
    assert program.get("me").status_code == 200
    with time_machine.travel(now.now() + timedelta(days=1, seconds=1)):
        assert program.get("me").status_code == 401
    User.objects.update(is_active=False)
    assert program.get("me").status_code == 401
    User.objects.update(is_active=True)
    assert program.get("me").status_code == 200
    tokens_actions.revoke_token(mine, token=made)
    answer = program.get("me")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer auscult_x", "Basic b3duZXI6eA==", "x y z"]
)
def test_what_is_no_token(owner: Actor, header: str) -> None:
    client = Program().client
    headers = {"Authorization": header} if header else {}
    assert client.get("/api/v1/me", headers=headers).status_code == 401


def test_a_token_that_is_no_good_isnt_made_up_for_by_a_session(owner: Actor) -> None:
    client = signed_in(owner)
    assert client.get("/api/v1/me").status_code == 200
    assert client.get("/api/v1/me", headers={"Authorization": "Bearer x"}).status_code == 401


def test_a_session_writes_with_its_csrf_token_alone(owner: Actor) -> None:
    client = signed_in(owner, enforce_csrf_checks=True)
    sent: dict[str, Any] = {
        "data": {"name": "flu", "query": "flu"},
        "content_type": "application/json",
    }
    refused = client.post("/api/v1/watches", **sent)
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf")
    page = client.get("/programs/").content.decode()
    (mark,) = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page))
    assert client.post("/api/v1/watches", **sent, headers={"X-CSRFToken": mark}).status_code == 201


def test_last_used_is_true_to_the_minute(owner: Actor, clock: FixedClock) -> None:
    made, _ = tokens_actions.make_token(owner, name="x", scopes=["read"], days=None)
    tokens_actions.note_use(owner, made)
    first = clock.now()
    made.refresh_from_db()
    clock.advance(timedelta(seconds=30))
    tokens_actions.note_use(owner, made)
    assert Token.objects.get().last_used_at == first
    clock.advance(timedelta(seconds=31))
    tokens_actions.note_use(owner, made)
    assert Token.objects.get().last_used_at == clock.now()


def test_may_asks_the_role_and_the_token(owner: Actor) -> None:
    for right in Right:
        narrow = replace(owner, only=frozenset({right.value}))
        for other in Right:
            assert may(narrow, other) == (other is right and owner.role in TABLE[other])


def test_who_asks_too_often_waits(owner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_door, "EVERYBODY", Limits(2, 3600.0))
    program, other = program_of(owner, "read"), program_of(owner, "read")
    first = program.get("me")
    assert (first["RateLimit-Limit"], first["RateLimit-Remaining"]) == ("2", "1")
    program.get("me")
    refused = program.get("me")
    assert refused.status_code == 429
    assert 1790 <= int(refused["Retry-After"]) <= 1800
    assert refused.json()["code"] == "too-many"
    assert other.get("me").status_code == 200


def test_who_tries_many_tokens_waits(owner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_door, "GUESSES", Limits(2, 3600.0))
    good = program_of(owner, "read")
    statuses = [Program("auscult_guess").get("me").status_code for _ in range(3)]
    assert statuses == [401, 401, 429]
    assert good.get("me").status_code == 200


def test_a_bucket_fills_up_again() -> None:
    now = [0.0]
    limits = Limits(3, 60.0, timer=lambda: now[0])
    assert [limits.take("a").remaining for _ in range(3)] == [2, 1, 0]
    assert limits.take("a").wait == 20
    now[0] = 19.0
    assert limits.take("a").wait == 1
    now[0] = 20.5
    assert limits.take("a").wait == 0
    now[0] = 1e6
    assert limits.take("a").remaining == 2


def test_buckets_dont_pile_up() -> None:
    limits = Limits(2, 60.0, timer=lambda: 0.0)
    for number in range(MOST_KEPT + 5):
        limits.take(str(number))
    assert len(limits._buckets) == MOST_KEPT
    assert limits.take("0").remaining == 1  # forgotten, so it begins anew
