"""The plan on one page by its secret address: for who has it, and nothing else."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from auscult.engine.kernel.clock import FixedClock
from auscult.web.accounts import queries as accounts
from auscult.web.accounts import tokens
from auscult.web.accounts.models import Actor, Membership, SecretAddress, User
from auscult.web.accounts.tokens_actions import make_secret_address, revoke_secret_address
from auscult.web.planning.commenting import add_comment
from auscult.web.planning.models import Task
from auscult.web.planning.review_actions import Report, check_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def simulated(monkeypatch: pytest.MonkeyPatch, clock: FixedClock) -> None:
    """Let people who come by a browser or by a secret address have the tests' clock."""
    for module in (accounts, tokens):
        monkeypatch.setattr(module, "SystemClock", lambda: clock)


def browser(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=actor.name))
    return client


def made(actor: Actor) -> str:
    answer = browser(actor).post(reverse("planning:make-link"))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    found = re.search(r'class="secret">\s*(\S+?)\s*</code>', answer.content.decode())
    assert found is not None
    return re.sub(r"^https?://[^/]+", "", found[1])


def test_a_leader_reads_the_plan_on_one_page_and_nothing_else(owner: Actor, task: Task) -> None:
    check_in(owner, bet=task.bet, report=Report(progress=30, confidence=4))
    add_comment(owner, bet=task.bet, text="Between us")
    answer = Client().get(made(owner))
    assert answer.status_code == 200
    said = " ".join(answer.content.decode().split())
    for shown in ("Day 5 of 100", "First hundred", "Films from the wards", "30 %", "4 → 20"):
        assert shown in said
    for hidden in ("Ask the wards", "Between us", "<form", "<script", "<nav", 'href="/plan'):
        assert hidden not in said
    assert "<a " not in said
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"]
    assert not answer.has_header("ETag")
    assert not answer.cookies


def test_nobodys_session_shows_on_it(owner: Actor, stranger: Actor, task: Task) -> None:
    place = made(owner)
    mine, theirs = browser(owner).get(place), browser(stranger).get(place)
    assert mine.content == theirs.content == Client().get(place).content
    assert "Sign out" not in mine.content.decode()


def test_it_shows_the_plan_as_it_is_now(owner: Actor, task: Task, clock: FixedClock) -> None:
    place = made(owner)
    clock.advance(timedelta(days=10))
    assert "Day 15 of 100" in Client().get(place).content.decode()


def test_a_house_without_a_plan_says_so(owner: Actor) -> None:
    assert "No cycle is planned yet." in Client().get(made(owner)).content.decode()


def test_what_closes_it(owner: Actor, teammate: Actor, task: Task) -> None:
    first, second = made(teammate), made(owner)
    revoke_secret_address(owner, address=SecretAddress.objects.get(user=owner.user_id))
    assert Client().get(second).status_code == 404
    assert Client().get(first).status_code == 200
    Membership.objects.filter(user=teammate.user_id).delete()
    assert Client().get(first).status_code == 404


def test_the_secret_of_something_else_opens_no_plan(owner: Actor, task: Task) -> None:
    _made, secret = make_secret_address(owner, kind="alerts", subject=None, label="Alerts")
    assert Client().get(reverse("planning:read", args=[secret])).status_code == 404
    assert Client().post(made(owner)).status_code == 405


def test_another_house_reads_its_own_plan_alone(stranger: Actor, task: Task) -> None:
    assert "Films from the wards" not in Client().get(made(stranger)).content.decode()


def test_who_may_make_secret_addresses_makes_one(persons: dict[str, Actor], task: Task) -> None:
    for name, actor in persons.items():
        may = name in {"owner", "editor", "approver", "analyst", "privacy"}
        client = browser(actor)
        answer = client.post(reverse("planning:make-link"))
        assert (answer.status_code == 200) is may, name
        shown = client.get(reverse("planning:page")).content.decode()
        assert ("A link to read it" in shown) is may, name
