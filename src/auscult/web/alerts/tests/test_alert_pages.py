"""The pages of alerts and rules, for each role."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import feedparser
import pytest
from django.test import Client

from auscult.web.accounts.models import Actor, AuditEntry, Membership, User
from auscult.web.alerts import queries
from auscult.web.alerts.actions import Wish, save_rule
from auscult.web.alerts.evaluating import evaluate
from auscult.web.alerts.models import Alert, Kind, Rule, State

pytestmark = pytest.mark.django_db

WORDS = "An ambulance <b>waited</b> outside"


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id or 0))
    return client


@pytest.fixture
def alert(owner: Actor, clock: Any, watch: Any, say: Callable[..., None]) -> Alert:
    """Raise an alert of a post about an ambulance."""
    wish = Wish(name="Ambulances", kind=Kind.TOPIC, query="ambulance", watch=watch)
    evaluate(owner)
    save_rule(owner, wish=wish)
    evaluate(owner)
    clock.advance(timedelta(minutes=20))
    say((clock.now() - timedelta(minutes=2), WORDS))
    evaluate(owner)
    return Alert.objects.get(kind=Kind.TOPIC)


def form(**more: Any) -> dict[str, Any]:
    return {"name": "Knives", "kind": "topic", "query": "knife", "pace": "at-once", **more}


def test_each_role_sees_what_it_may(persons: dict[str, Actor], alert: Alert) -> None:
    for name, actor in persons.items():
        page = signed_in(actor).get(f"/alerts/{alert.pk}/").content.decode()
        assert "fits the rule" in page, name
        reads = name not in {"ambassador", "guest"}
        assert ("outside" in page) is reads, name
        assert "<b>waited" not in page
        assert ("I take care" in page) is reads, name
        assert "Pat Person" not in page


def test_the_list_tells_open_from_past(owner: Actor, alert: Alert) -> None:
    client = signed_in(owner)
    assert "Ambulances" in client.get("/alerts/").content.decode()
    Alert.objects.update(state=State.PAST, past_at=alert.raised_at)
    page = client.get("/alerts/").content.decode()
    assert "Nothing is open" in page
    assert "Past" in page


def test_somebody_takes_care_and_it_is_written_down(teammate: Actor, alert: Alert) -> None:
    client = signed_in(teammate)
    assert client.post(f"/alerts/{alert.pk}/acknowledge/").status_code == 302
    alert.refresh_from_db()
    assert (alert.state, alert.acknowledged_by_id) == (State.ACKNOWLEDGED, teammate.user_id)
    assert AuditEntry.objects.filter(action="acknowledge-alert").count() == 1
    again = client.post(f"/alerts/{alert.pk}/snooze/", {"for": "4"})
    assert again.status_code == 400
    assert "acknowledged" in again.content.decode()


@pytest.mark.parametrize(("wish", "hours"), [("4", 4), ("168", 168), ("morning", 20), ("x", 1)])
def test_an_alert_is_snoozed(owner: Actor, alert: Alert, wish: str, hours: int) -> None:
    now = alert.raised_at
    signed_in(owner).post(f"/alerts/{alert.pk}/snooze/", {"for": wish})
    alert.refresh_from_db()
    assert alert.state == State.SNOOZED
    assert alert.snoozed_until is not None
    ahead = (alert.snoozed_until - now).total_seconds() / 3600
    if wish != "morning":  # pages go by the machine's own clock
        assert ahead > hours - 1


def test_a_rule_is_added_changed_switched_and_removed(owner: Actor, watch: Any) -> None:
    client = signed_in(owner)
    answer = client.post("/alerts/rules/add/", form(tell=["role:owner"], escalate_to=[]))
    assert answer.status_code == 302
    rule = Rule.objects.get()
    assert (rule.query, rule.tell, rule.least) == ("knife", ["role:owner"], 1)
    page = client.get(f"/alerts/rules/{rule.pk}/").content.decode()
    assert "knife" in page
    client.post(
        f"/alerts/rules/{rule.pk}/",
        form(kind="reach", followers="500", watch=str(watch.pk), any_hour="on"),
    )
    rule.refresh_from_db()
    assert (rule.kind, rule.least, rule.watch, rule.any_hour) == ("reach", 500, watch, True)
    client.post(f"/alerts/rules/{rule.pk}/switch/", {"on": "0"})
    assert "Switch on" in client.get("/alerts/rules/").content.decode()
    client.post(f"/alerts/rules/{rule.pk}/remove/")
    assert not Rule.objects.exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"query": "knife AND ("}, "query"),
        ({"name": ""}, "required"),
        ({"escalate_minutes": "30"}, "given together"),
        ({"tell": ["person:999999"]}, "valid choice"),
    ],
)
def test_a_rule_that_cannot_be_says_why(owner: Actor, given: dict[str, Any], said: str) -> None:
    answer = signed_in(owner).post("/alerts/rules/add/", form(**given))
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not Rule.objects.exists()


def test_a_preview_tells_what_would_have_been(owner: Actor, alert: Alert) -> None:
    page = signed_in(owner).post("/alerts/rules/add/", form(query="ambulance", do="preview"))
    assert "would have raised 1 alert." in page.content.decode()
    assert Rule.objects.filter(name="Knives").count() == 0


@pytest.mark.parametrize("kind", Kind.values)
def test_every_kind_has_a_preview(owner: Actor, alert: Alert, kind: str) -> None:
    page = signed_in(owner).post("/alerts/rules/add/", form(kind=kind, do="preview"))
    assert "would have raised" in page.content.decode()


def test_quiet_hours_are_saved(owner: Actor) -> None:
    client = signed_in(owner)
    given = {"quiet_from": "20:00", "quiet_until": "07:00", "digest_at": "08:30"}
    assert client.post("/alerts/quiet-hours/", given).status_code == 302
    page = client.get("/alerts/rules/").content.decode()
    assert "From 20:00 to 07:00" in page
    assert "08:30" in page
    half = client.post("/alerts/quiet-hours/", {"quiet_from": "20:00", "digest_at": "08:30"})
    assert "given together" in half.content.decode()


def test_the_feed_opens_by_its_address_alone(owner: Actor, alert: Alert) -> None:
    page = signed_in(owner).post("/alerts/feed/").content.decode()
    address = page.split('<code class="secret">')[1].split("</code>")[0]
    path = address.removeprefix("http://testserver")
    answer = Client().get(path)
    feed = feedparser.parse(answer.content)
    assert not feed.bozo
    assert [entry.title for entry in feed.entries] == ["Ambulances"]
    assert "outside" not in answer.content.decode()
    assert Client().get("/alerts/feed/guessed/").status_code == 404
    Membership.objects.filter(user_id=owner.user_id or 0).delete()
    assert Client().get(path).status_code == 404


def test_a_stranger_sees_nothing_of_it(stranger: Actor, alert: Alert) -> None:
    client = signed_in(stranger)
    assert client.get(f"/alerts/{alert.pk}/").status_code == 404
    assert "Ambulances" not in client.get("/alerts/").content.decode()
    assert not queries.alerts(stranger).exists()
