"""Every address answers each role, a stranger and nobody as the table of addresses says.

The table is `addresses.py` beside this file; how to add a line stands at its top.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from architecture.addresses import ADDRESSES
from architecture.rows import ROWS
from architecture.who_may import ByToken, Needs, Public, path_of
from auscult.web.accounts import policies
from auscult.web.accounts.models import Actor, User

METHODS = ("GET", "POST")
# What a person gets from the API, whose routes are asked for as each role beside it.
PERSON = (200, 201, 204, 400, 403, 404, 405, 422)
NEEDING = {key: one for key, one in ADDRESSES.items() if isinstance(one, Needs)}
REST = {key: one for key, one in ADDRESSES.items() if not isinstance(one, Needs)}


def patterns(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for one in resolver.url_patterns:
        address = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield address
        else:
            yield from patterns(one, address)


def test_each_address_says_who_may_ask_for_it() -> None:
    known = set(patterns(get_resolver()))
    missing, gone = known - ADDRESSES.keys(), ADDRESSES.keys() - known
    assert not missing, f"tests/architecture/addresses.py doesn't say who may ask for {missing}"
    assert not gone, f"no such address any more, remove its line: {gone}"


def client_of(actor: Actor | None) -> Client:
    client = Client()
    if actor is not None:
        client.force_login(User.objects.get(pk=actor.user_id))
    return client


def address_of(pattern: str, one: Needs | Public | ByToken, owner: Actor) -> str:
    """The address that a pattern stands for, with its row made in the owner's organisation."""
    return path_of(pattern, ROWS[one.row](owner) if one.row else one.args)


def ask(client: Client, method: str, address: str, one: Needs | Public | ByToken) -> HttpResponse:
    """Ask, and undo what it did: each person finds the same things there."""
    with transaction.atomic():
        if method == "GET":
            answer = client.get(f"{address}?{one.query}" if one.query else address)
        else:
            answer = client.post(address, dict(one.data))
        transaction.set_rollback(True)
    return answer  # type: ignore[return-value]


def taken(one: Needs | Public | ByToken) -> list[str]:
    return [method for method in METHODS if one.methods == "any" or method in one.methods.split()]


@pytest.mark.django_db
@pytest.mark.parametrize("pattern", NEEDING)
def test_each_role_gets_what_it_may(pattern: str, persons: dict[str, Actor], settings: Any) -> None:
    one = NEEDING[pattern]
    address = address_of(pattern, one, persons["owner"])
    for name, actor in persons.items():
        client = client_of(actor)
        for method in taken(one):
            status = ask(client, method, address, one).status_code
            allowed = one.right is None or policies.may(actor, one.right)
            said = f"{method} {address} as {name}: {status}"
            if allowed:
                assert status in {200, 302, 303, 400, 404}, said
                # A row that is there is shown.
                assert not (one.row and status == 404), said
            else:
                assert status == 403, said


@pytest.mark.django_db
@pytest.mark.parametrize("pattern", NEEDING)
def test_nobody_is_sent_to_sign_in(pattern: str, owner: Actor) -> None:
    one = NEEDING[pattern]
    address = address_of(pattern, one, owner)
    for method in taken(one):
        answer = ask(Client(), method, address, one)
        assert answer.status_code == 302, f"{method} {address}: {answer.status_code}"
        assert answer["Location"].startswith("/sign-in/"), answer["Location"]


@pytest.mark.django_db
@pytest.mark.parametrize("pattern", [key for key, one in NEEDING.items() if one.row])
def test_a_strangers_row_is_not_there(pattern: str, owner: Actor, stranger: Actor) -> None:
    one = NEEDING[pattern]
    address = address_of(pattern, one, owner)
    client = client_of(stranger)
    for method in taken(one):
        status = ask(client, method, address, one).status_code
        assert status == 404, f"{method} {address}: {status}"


@pytest.mark.django_db
@pytest.mark.parametrize("pattern", NEEDING)
def test_other_methods_are_refused(pattern: str, owner: Actor) -> None:
    one = NEEDING[pattern]
    address = address_of(pattern, one, owner)
    client = client_of(owner)
    for method in set(METHODS) - set(taken(one)):
        status = ask(client, method, address, one).status_code
        assert status == 405, f"{method} {address}: {status}"


@pytest.mark.django_db
@pytest.mark.parametrize("pattern", REST)
def test_the_public_and_the_programs_get_what_is_said(
    pattern: str, owner: Actor, stranger: Actor
) -> None:
    one = REST[pattern]
    address = address_of(pattern, one, owner)
    for actor in (None, owner, stranger):
        client = client_of(actor)
        statuses = one.statuses if isinstance(one, Public) else (401,) if actor is None else PERSON
        for method in taken(one):
            status = ask(client, method, address, one).status_code
            assert status in statuses, f"{method} {address}: {status}"
