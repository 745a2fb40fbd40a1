"""Single sign-on at a real provider: who belongs here gets in, and nobody else."""

from __future__ import annotations

import dataclasses
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from auscult.web.accounts import invitation_actions, queries
from auscult.web.accounts.models import Actor, Membership, Role, User
from live.coming_in import LOGIN, come_in, is_in
from servers.oidc import CLIENT_SECRET, Oidc

pytestmark = [pytest.mark.servers, pytest.mark.django_db]


def invite(owner: Actor, email: str, role: Role = Role.ANALYST) -> str:
    made = invitation_actions.invite(
        dataclasses.replace(owner, clock=queries.SystemClock()),
        email=email,
        role=role,
        address=lambda secret: f"/invitation/{secret}/",
    )
    return f"/invitation/{made[1]}/"


def test_the_way_there_carries_a_code_challenge(house: Oidc, owner: Actor) -> None:
    page = Client().get("/sign-in/").content.decode()
    assert "Sign in with Lakeside account" in page
    assert LOGIN in page
    asked = parse_qs(urlsplit(Client().get(LOGIN)["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    assert len(asked["state"][0]) >= 16
    assert CLIENT_SECRET not in str(asked)


def test_the_invited_join_by_their_address(house: Oidc, owner: Actor) -> None:
    invite(owner, "kim@hospital.example")

    client, answer = come_in(house, "kim")

    assert answer.status_code == 302, answer.content[:2000]
    assert is_in(client)
    joined = Membership.objects.get(user__email="kim@hospital.example")
    assert joined.role == Role.ANALYST
    entries = queries.audit_entries(owner).order_by("number").values_list("action", flat=True)
    assert list(entries)[-2:] == ["accept-invitation", "sign-in"]
    # The second time she is known.
    again, _answer = come_in(house, "kim")
    assert is_in(again)
    assert Membership.objects.filter(user__email="kim@hospital.example").count() == 1


def test_who_opened_an_invitation_joins_by_it_with_another_address(
    house: Oidc, owner: Actor
) -> None:
    link = invite(owner, "someone.else@hospital.example", Role.EDITOR)
    client = Client()
    way = client.post(link, {"way": "provider"})
    assert way["Refresh"] == f"0; url={LOGIN}"

    come_in(house, "sam", client, LOGIN)

    assert is_in(client)
    assert Membership.objects.get(user__email="sam@elsewhere.example").role == Role.EDITOR


def test_who_is_not_invited_stays_out(house: Oidc, owner: Actor) -> None:
    client, answer = come_in(house, "sam")
    assert answer.status_code == 403
    assert b"nobody has invited you here" in answer.content
    assert not is_in(client)
    assert User.objects.count() == 1


def test_the_houses_mail_domain_joins_as_guest(house: Oidc, owner: Actor, settings: Any) -> None:
    settings.AUSCULT = dataclasses.replace(settings.AUSCULT, sso_domains=("hospital.example",))
    client, _answer = come_in(house, "pat")
    assert is_in(client)
    assert Membership.objects.get(user__email="pat@hospital.example").role == Role.GUEST
    _client, refused = come_in(house, "sam")
    assert refused.status_code == 403


def test_an_address_that_nobody_confirmed_opens_nothing(
    house: Oidc, owner: Actor, settings: Any
) -> None:
    settings.AUSCULT = dataclasses.replace(settings.AUSCULT, sso_domains=("hospital.example",))
    invite(owner, "pat@hospital.example")
    client, answer = come_in(house, "eve")
    assert answer.status_code == 403
    assert not is_in(client)


def test_a_member_is_known_by_her_confirmed_address(house: Oidc, owner: Actor) -> None:
    person = User.objects.create_user(username="kimberley", email="kim@hospital.example")
    person.set_password("typed by who knows whom")
    person.save()
    Membership.objects.create(
        organisation_id=owner.organisation_id, user=person, role=Role.APPROVER
    )

    client, _answer = come_in(house, "kim")

    assert is_in(client)
    person.refresh_from_db()
    # Nobody had confirmed the address, so the password may be somebody else's: it is gone.
    assert not person.has_usable_password()
    assert User.objects.filter(email="kim@hospital.example").count() == 1
    entries = queries.audit_entries(owner).order_by("number").values_list("action", flat=True)
    assert list(entries)[-3:] == ["confirm-address", "connect-provider", "sign-in"]


def test_an_answer_that_was_not_asked_for_is_refused(house: Oidc, owner: Actor) -> None:
    invite(owner, "kim@hospital.example")
    begun = Client().get(LOGIN)
    back = house.sign_in(begun["Location"], "kim").removeprefix("http://testserver")
    other = Client()  # a browser that didn't begin it
    assert not is_in(other)
    other.get(back)
    assert not is_in(other)


def test_single_sign_on_only(house: Oidc, owner: Actor, settings: Any) -> None:
    settings.AUSCULT = dataclasses.replace(settings.AUSCULT, sso_only=True)
    invite(owner, "kim@hospital.example")
    client, _answer = come_in(house, "kim")
    assert is_in(client)
    page = Client().get("/sign-in/").content
    assert b'type="password"' not in page
    assert Client().post("/sign-in/", {"login": "kim", "password": "x"}).status_code == 403
