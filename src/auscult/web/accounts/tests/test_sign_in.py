"""Signing in: the link works once, opening it uses nothing up, and it grows old."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from sesame.utils import get_token

from auscult.web.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(owner: Any) -> str:
    return str(get_token(User.objects.get(pk=owner.user_id)))


def is_in(client: Client) -> bool:
    return client.get("/listening/").status_code == 200


def test_the_button_signs_in(token: str) -> None:
    client = Client()

    answer = client.post("/sign-in/", {"token": token})

    assert answer["Location"] == "/"
    assert is_in(client)


def test_opening_the_link_uses_nothing_up(token: str) -> None:
    looking, client = Client(), Client()

    for _ in range(3):
        assert b"Sign in" in looking.get("/sign-in/", {"token": token}).content
    looking.head("/sign-in/", {"token": token})
    assert not is_in(looking)

    client.post("/sign-in/", {"token": token})
    assert is_in(client)


def test_a_used_link_signs_nobody_in(token: str) -> None:
    Client().post("/sign-in/", {"token": token})
    late = Client()

    answer = late.post("/sign-in/", {"token": token})

    assert answer.status_code == 403
    assert b"This link has been used, or is older than 15 minutes." in answer.content
    assert not is_in(late)


@pytest.mark.parametrize("wrong", ["", "x", "AAAAAAAAAAEM9ZSryN-vUtsjMuNNZA", "\0", "é" * 500])
def test_a_made_up_link_signs_nobody_in(owner: Any, wrong: str) -> None:
    client = Client()

    assert client.post("/sign-in/", {"token": wrong}).status_code == 403
    assert not is_in(client)


def test_an_old_link_signs_nobody_in(owner: Any) -> None:
    client = Client()
    with time_machine.travel("2026-11-20T12:00:00Z", tick=False) as clock:
        token = get_token(User.objects.get(pk=owner.user_id))
        clock.shift(timedelta(minutes=16))

        assert client.post("/sign-in/", {"token": token}).status_code == 403


def test_the_page_without_a_link_says_where_links_come_from() -> None:
    answer = Client().get("/sign-in/")

    assert b"make up" in answer.content
    assert "no-store" in answer["Cache-Control"]


def test_signing_out_ends_the_session(token: str) -> None:
    client = Client()
    client.post("/sign-in/", {"token": token})

    assert client.get("/sign-out/").status_code == 405
    client.post("/sign-out/")

    assert not is_in(client)
