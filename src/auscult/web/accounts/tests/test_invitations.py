"""Inviting people: the link works once, for seven days, for who got it."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from auscult.web.accounts import people, people_actions, queries
from auscult.web.accounts.models import Actor, Invitation, Membership, Role, User

pytestmark = pytest.mark.django_db
PASSWORD = "gravel lantern walrus pumice"
KIM = "kim@hospital.example"


@pytest.fixture
def host(owner: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=owner.name))
    return client


def link_in(answer: Any) -> str:
    found = re.search(r"/invitation/[\w-]+/", answer.content.decode())
    assert found is not None
    return found[0]


def invite(host: Client, **more: Any) -> str:
    return link_in(host.post("/people/invite/", {"email": KIM, "role": "editor", **more}))


def actions(actor: Actor) -> list[str]:
    entries = queries.audit_entries(actor).order_by("number")
    return list(entries.values_list("action", flat=True))


def test_an_invited_person_joins_with_a_password(host: Client, owner: Actor) -> None:
    research = people.teams(owner).get(name="Research")
    link = invite(host, teams=[research.pk])
    kim = Client()
    shown = kim.get(link).content.decode()
    assert "Lakeside Hospital invites you" in shown
    assert "kim@hospital.example, as editor" in shown

    answer = kim.post(link, {"username": "Kim", "password": PASSWORD})

    assert answer["Location"] == "/"
    membership = Membership.objects.get(user__username="Kim")
    assert (membership.role, membership.organisation_id) == ("editor", owner.organisation_id)
    assert list(membership.teams.all()) == [research]
    assert EmailAddress.objects.get(user=membership.user).verified
    assert kim.get("/account/").status_code == 200
    assert actions(owner)[-3:] == ["invite", "accept-invitation", "sign-in"]
    # And the next time by her address.
    again = Client()
    again.post("/sign-in/", {"login": KIM, "password": PASSWORD})
    assert again.get("/account/").status_code == 200


def test_a_link_works_once(host: Client) -> None:
    link = invite(host)
    Client().post(link, {"username": "kim", "password": PASSWORD})

    late = Client().post(link, {"username": "other", "password": PASSWORD})

    assert late.status_code == 400
    assert b"This invitation was used, withdrawn" in late.content
    assert not User.objects.filter(username="other").exists()


def test_the_secret_is_not_kept(host: Client) -> None:
    secret = invite(host).split("/")[2]
    kept = Invitation.objects.get()
    assert secret not in str(vars(kept))
    assert len(kept.digest) == 64


def test_a_link_grows_old(host: Client) -> None:
    link = invite(host)
    with time_machine.travel(Invitation.objects.get().expires_at + timedelta(seconds=1)):
        assert Client().get(link).status_code == 400


def test_sent_again_the_old_link_is_dead(host: Client, owner: Actor) -> None:
    old = invite(host)
    number = Invitation.objects.get().pk

    new = link_in(host.post(f"/people/invitations/{number}/resend/"))

    assert Client().get(old).status_code == 400
    assert Client().get(new).status_code == 200
    assert actions(owner)[-1] == "resend-invitation"


def test_invited_anew_the_first_is_withdrawn(host: Client) -> None:
    old, new = invite(host), invite(host, role="guest")
    assert (Client().get(old).status_code, Client().get(new).status_code) == (400, 200)


def test_a_withdrawn_link_is_dead(host: Client, owner: Actor) -> None:
    link = invite(host)
    host.post(f"/people/invitations/{Invitation.objects.get().pk}/revoke/")
    assert Client().get(link).status_code == 400
    assert actions(owner)[-1] == "revoke-invitation"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"username": "kim", "password": "password12"}, "Take four or more words"),
        ({"username": "kim", "password": "short"}, "too short"),
        ({"username": "kimberley-hospital", "password": "kimberley-hospital"}, "Take four or more"),
        ({"username": "Owner", "password": PASSWORD}, "already exists"),
        ({"username": "", "password": PASSWORD}, "required"),
    ],
)
def test_what_is_refused_is_said(host: Client, given: dict[str, str], said: str) -> None:
    link = invite(host)
    answer = Client().post(link, given)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not User.objects.filter(email=KIM).exists()


def test_without_a_password_the_way_leads_to_a_passkey(host: Client) -> None:
    link = invite(host)
    kim = Client()
    answer = kim.post(link, {"username": "kim", "way": "passkey"})
    assert answer["Location"] == "/account/second-factor/webauthn/add/"
    assert not User.objects.get(username="kim").has_usable_password()
    assert kim.get(answer["Location"]).status_code == 200


def test_who_was_here_before_gets_her_account_back(host: Client, owner: Actor) -> None:
    kim = Client()
    kim.post(invite(host), {"username": "kim", "password": PASSWORD})
    gone = Membership.objects.get(user__username="kim")
    people_actions.remove_member(owner, member=gone)
    refused = kim.post("/sign-in/", {"login": KIM, "password": PASSWORD})
    assert refused.status_code == 403

    again = invite(host, role="guest")
    assert "You were here before, as kim." in kim.get(again).content.decode()
    kim.post(again, {"password": PASSWORD + " two"})

    assert Membership.objects.get(user__username="kim").role == Role.GUEST
    assert kim.get("/account/").status_code == 200


def test_members_and_members_elsewhere_are_not_taken_in(
    host: Client, owner: Actor, stranger: Actor
) -> None:
    User.objects.filter(username=owner.name).update(email="owner@hospital.example")
    User.objects.filter(username=stranger.name).update(email="stranger@clinic.example")
    own = host.post("/people/invite/", {"email": "Owner@hospital.example", "role": "guest"})
    assert b"the address of somebody who isn&#x27;t a member yet" in own.content

    link = invite(host, email="stranger@clinic.example")
    page = Client().post(link, {"password": PASSWORD})
    assert b"belongs to an organisation here already" in page.content
    assert Membership.objects.filter(user__username=stranger.name).count() == 1


def test_who_is_signed_in_does_not_join_as_somebody_else(host: Client) -> None:
    link = invite(host)
    page = host.post(link, {"username": "kim", "password": PASSWORD})
    assert b"Sign out first" in page.content
    assert not User.objects.filter(username="kim").exists()


def test_with_a_mail_server_the_link_goes_by_mail_alone(
    host: Client, owner: Actor, settings: Any
) -> None:
    settings.AUSCULT = dataclasses.replace(
        settings.AUSCULT, smtp_host="mail.example", public_url="https://auscult.hospital.example"
    )
    answer = host.post("/people/invite/", {"email": KIM, "role": "privacy"}, follow=True)

    (letter,) = mail.outbox
    assert letter.to == [KIM]
    assert letter.subject == "Lakeside Hospital invites you to Auscult"
    found = re.search(r"https://auscult\.hospital\.example(/invitation/[\w-]+/)", str(letter.body))
    assert found is not None
    assert "as privacy officer" in str(letter.body)
    assert found[1] not in answer.content.decode()
    assert Client().get(found[1]).status_code == 200


def test_a_stranger_finds_no_invitation(host: Client, stranger: Actor) -> None:
    invite(host)
    client = Client()
    client.force_login(User.objects.get(username=stranger.name))
    number = Invitation.objects.get().pk
    for what in ("resend", "revoke"):
        assert client.post(f"/people/invitations/{number}/{what}/").status_code == 404
