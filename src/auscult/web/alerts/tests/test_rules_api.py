"""Alert rules by the API: made, changed, switched and removed, as the page would."""

from __future__ import annotations

from typing import Any, get_args
from urllib.parse import urlencode

import pytest
from django.http import QueryDict

from auscult.web.accounts.models import Actor, AuditEntry, Membership
from auscult.web.alerts import api_rules, queries
from auscult.web.alerts.actions import Wish, save_rule
from auscult.web.alerts.forms import RuleForm, stored
from auscult.web.alerts.models import Alert, Keenness, Kind, Pace, Rule, State
from auscult.web.listening.actions import save_watch
from programs import Program, program_of

pytestmark = pytest.mark.django_db

TOPIC = {"name": "Ambulances", "kind": "topic", "query": "ambulance OR collapsed", "least": 3}


@pytest.fixture
def program(owner: Actor) -> Program:
    return program_of(owner)


def test_the_choices_are_the_models() -> None:
    for choices, kind in (
        (api_rules.Kinds, Kind),
        (api_rules.Keen, Keenness),
        (api_rules.Paces, Pace),
    ):
        assert list(get_args(choices)) == kind.values


def test_a_rule_is_made_changed_switched_and_removed(owner: Actor, program: Program) -> None:
    watch = save_watch(owner, name="flu", query="flu")
    wish = {**TOPIC, "watch_id": watch.pk, "tell": ["role:editor", f"person:{owner.user_id}"]}
    answer = program.post("rules", wish)
    made = answer.json()
    assert answer.status_code == 201
    assert answer["Location"] == f"/api/v1/rules/{made['id']}"
    assert wish.items() <= made.items()
    assert made["on"] is True
    assert program.get(f"rules/{made['id']}").json() == made
    changed = program.ask("PATCH", f"rules/{made['id']}", {"least": 5, "watch_id": None}).json()
    assert changed == {**made, "least": 5, "watch_id": None}
    off = program.post(f"rules/{made['id']}/switch", {"on": False}).json()
    assert off == {**changed, "on": False}
    assert program.ask("DELETE", f"rules/{made['id']}").status_code == 204
    assert program.get(f"rules/{made['id']}").json()["code"] == "rule-unknown"
    written = AuditEntry.objects.filter(target="Ambulances").order_by("pk")
    assert [one.action for one in written] == [
        "save-alert-rule", "save-alert-rule", "switch-alert-rule", "remove-alert-rule",
    ]  # fmt: skip
    assert all("by token" in one.actor for one in written)


def test_what_is_saved_is_what_the_page_saves(owner: Actor, program: Program) -> None:
    """A form that shows the rule, sent back as it is, wishes the same."""
    for number, kind in enumerate(Kind.values):
        wish = {"name": f"rule {number}", "kind": kind, "query": "flu", "tell": ["role:owner"]}
        row = Rule.objects.get(pk=program.post("rules", wish).json()["id"])
        sent = {key: value for key, value in stored(row).items() if value}
        form = RuleForm(owner, QueryDict(urlencode(sent, doseq=True)))
        assert form.is_valid(), form.errors
        given = form.wish()
        for name in ("kind", "watch", "query", "least", "keenness", "pace", "tell", "any_hour"):
            assert getattr(given, name) == getattr(row, name), (kind, name)


def test_of_two_who_save_a_name_at_once_one_is_told(
    owner: Actor, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_rule(owner, wish=Wish(name="Ambulances", kind=Kind.PHRASE))
    # As when the other rule came after the look for its name.
    monkeypatch.setattr(queries, "rules", lambda actor: Rule.objects.none())
    answer = program.post("rules", TOPIC)
    assert answer.status_code == 422
    assert "a name that no other rule has" in answer.content.decode()
    assert Rule.objects.count() == 1


def test_what_a_rule_looked_for_before_is_past(owner: Actor, program: Program) -> None:
    rule = save_rule(owner, wish=Wish(name="walk", kind=Kind.PHRASE))
    now = owner.clock.now()
    alert = Alert.objects.create(
        organisation_id=owner.organisation_id, rule=rule, name="walk", kind=Kind.PHRASE, key="a",
        since=now, raised_at=now, last_at=now, turned_at=now,
    )  # fmt: skip
    program.ask("PATCH", f"rules/{rule.pk}", {"name": "stroll"})
    alert.refresh_from_db()
    assert alert.state == State.OPEN
    changed = program.ask("PATCH", f"rules/{rule.pk}", {"kind": "reach"}).json()
    alert.refresh_from_db()
    assert alert.state == State.PAST
    assert (changed["name"], changed["least"]) == ("stroll", 20_000)


def test_a_write_that_is_sent_twice_is_done_once(program: Program) -> None:
    first = program.post("rules", TOPIC, Idempotency_Key="k")
    again = program.post("rules", TOPIC, Idempotency_Key="k")
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert Rule.objects.count() == 1


def test_who_is_told_is_for_who_changes_rules(
    owner: Actor, program: Program, persons: dict[str, Actor]
) -> None:
    rule = program.post("rules", {**TOPIC, "tell": ["role:owner"]}).json()
    for name, actor in persons.items():
        if name not in {"ambassador", "guest"}:  # they have no tokens
            told = program_of(actor).get(f"rules/{rule['id']}").json()["tell"]
            assert told == (["role:owner"] if name in {"owner", "editor", "analyst"} else None)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "  "}, "name"),
        ({"query": "flu AND ("}, "query"),
        ({"watch_id": 1 << 40}, "watch_id"),
        ({"least": 10_001}, "least"),
        ({"tell": ["role:nobody"]}, "tell"),
        ({"tell": ["person:1000000"]}, "tell"),
        ({"escalate_minutes": 30}, "escalate_to"),
        ({"escalate_to": ["role:owner"]}, "escalate_to"),
        ({"escalate_minutes": 4}, "body.escalate_minutes"),
        ({"any_hour": "yes"}, "body.any_hour"),
        ({"kind": "storm"}, "body.kind"),
        ({"on": False}, "body.on"),
    ],
)
def test_what_cant_be_used(program: Program, change: dict[str, Any], field: str) -> None:
    answer = program.post("rules", {**TOPIC, **change})
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    rule = program.post("rules", TOPIC).json()
    answer = program.ask("PATCH", f"rules/{rule['id']}", change)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert program.get(f"rules/{rule['id']}").json() == rule


def test_another_houses_watch_and_people_are_unknown(program: Program, stranger: Actor) -> None:
    watch = save_watch(stranger, name="theirs", query="flu")
    for change in ({"watch_id": watch.pk}, {"tell": [f"person:{stranger.user_id}"]}):
        assert program.post("rules", {**TOPIC, **change}).json()["code"] == "rule-refused"


def test_who_has_left_stays_named_until_taken_out(
    owner: Actor, program: Program, teammate: Actor
) -> None:
    rule = program.post("rules", {**TOPIC, "tell": [f"person:{teammate.user_id}"]}).json()
    assert teammate.user_id is not None
    Membership.objects.filter(user_id=teammate.user_id).delete()
    changed = program.ask("PATCH", f"rules/{rule['id']}", {"least": 4})
    assert changed.json() == {**rule, "least": 4}
    assert program.ask("PATCH", f"rules/{rule['id']}", {"tell": []}).json()["tell"] == []
