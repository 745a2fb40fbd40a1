"""Comments: who says, changes and removes what, and what stays of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from auscult.engine.kernel.clock import FixedClock
from auscult.web.accounts import queries as accounts
from auscult.web.accounts.models import Actor, AuditEntry, User
from auscult.web.planning import commenting
from auscult.web.planning.commenting import add_comment, change_comment, remove_comment
from auscult.web.planning.errors import PlanRefused
from auscult.web.planning.models import Bet, Cycle, Task
from auscult.web.planning.moves import CycleState
from auscult.web.planning.people_models import Comment

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def simulated(monkeypatch: pytest.MonkeyPatch, clock: FixedClock) -> None:
    """Let people who come by a browser have the tests' clock."""
    monkeypatch.setattr(accounts, "SystemClock", lambda: clock)


def browser(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=actor.name))
    return client


def page(actor: Actor, bet: Bet) -> str:
    answer = browser(actor).get(reverse("planning:bet", args=[bet.pk]))
    return " ".join(answer.content.decode().split())


def send(actor: Actor, name: str, number: int, **data: Any) -> Any:
    return browser(actor).post(reverse(f"planning:{name}", args=[number]), data)


def test_a_comment_is_plain_text_on_the_bet_or_on_a_task(
    teammate: Actor, owner: Actor, task: Task
) -> None:
    sent = {"text": "<b>Bold</b>\nsecond line", "task": task.pk}
    assert send(teammate, "add-comment", task.bet_id, **sent).status_code == 302
    assert send(owner, "add-comment", task.bet_id, text="On the bet").status_code == 302
    said = page(owner, task.bet)
    assert "&lt;b&gt;Bold&lt;/b&gt;<br>second line" in said
    assert "· Ask the wards </span>" in said
    assert said.index("Bold") < said.index("On the bet")
    told = AuditEntry.objects.filter(action="add-comment").order_by("pk")
    assert [one.target for one in told] == ["Ask the wards", "Films from the wards"]
    assert not any("Bold" in str(one.details) for one in told)


def test_ones_own_is_changed_for_a_quarter_of_an_hour(
    teammate: Actor, owner: Actor, bet: Bet, clock: FixedClock
) -> None:
    one = add_comment(teammate, bet=bet, text="First")
    clock.advance(timedelta(minutes=15))
    assert send(teammate, "change-comment", one.pk, text="Better").status_code == 302
    assert "edited" in page(owner, bet)
    with pytest.raises(PlanRefused, match="your own, and at most 15 minutes old"):
        change_comment(owner, comment=one, text="Mine now")
    clock.advance(timedelta(seconds=1))
    answer = send(teammate, "change-comment", one.pk, text="Late")
    assert "at most 15 minutes old" in answer.content.decode()
    assert "Change<span" not in page(teammate, bet)
    assert Comment.objects.get().text == "Better"


def test_a_removed_comment_leaves_a_mark_and_no_text(
    persons: dict[str, Actor], teammate: Actor, bet: Bet
) -> None:
    first = add_comment(persons["analyst"], bet=bet, text="Nonsense")
    second = add_comment(persons["ambassador"], bet=bet, text="Sense")
    with pytest.raises(PlanRefused, match="your own"):
        remove_comment(persons["analyst"], comment=second)
    assert send(persons["analyst"], "remove-comment", first.pk).status_code == 302
    assert send(teammate, "remove-comment", second.pk).status_code == 302
    assert send(teammate, "remove-comment", second.pk).status_code == 400
    assert set(Comment.objects.values_list("text", flat=True)) == {""}
    said = page(persons["guest"], bet)
    assert said.count("A comment was removed.") == 2
    told = AuditEntry.objects.filter(action="remove-comment").order_by("pk")
    assert [one.details["own"] for one in told] == [True, False]
    assert not any("ense" in str(one.details) for one in told)


def test_who_may_check_in_comments(persons: dict[str, Actor], stranger: Actor, bet: Bet) -> None:
    for name, actor in persons.items():
        may = name in {"owner", "editor", "approver", "analyst", "ambassador"}
        status = send(actor, "add-comment", bet.pk, text=f"I am {name}").status_code
        assert status == (302 if may else 403), name
        assert ("Your comment" in page(actor, bet)) is may, name
    assert send(stranger, "add-comment", bet.pk, text="Hello").status_code == 404
    one = Comment.objects.order_by("pk").first()
    assert one is not None
    for name in ("change-comment", "remove-comment"):
        assert send(stranger, name, one.pk, text="Mine").status_code == 404


def test_what_cannot_be_said_is_refused(owner: Actor, cycle: Cycle, bet: Bet, task: Task) -> None:
    assert "This field is required" in send(owner, "add-comment", bet.pk, task="").content.decode()
    for text in (" \n", "x" * 5001):
        with pytest.raises(PlanRefused, match="1 to 5000 characters"):
            add_comment(owner, bet=bet, text=text)
    other = Bet.objects.create(cycle=cycle, number=9, title="Other")
    with pytest.raises(PlanRefused, match="a task of the bet"):
        add_comment(owner, bet=other, text="Hm", task=task)
    one = add_comment(owner, bet=bet, text="Hm")
    Cycle.objects.update(state=CycleState.CLOSED)
    bet.refresh_from_db()
    for refused in (
        lambda: add_comment(owner, bet=bet, text="After all"),
        lambda: change_comment(owner, comment=commenting.comment(owner, one.pk), text="No"),
        lambda: remove_comment(owner, comment=commenting.comment(owner, one.pk)),
    ):
        with pytest.raises(PlanRefused, match="one that isn't closed"):
            refused()
    said = page(owner, bet)
    assert "Hm" in said
    assert "Your comment" not in said
    assert "Remove<span" not in said
