"""Signing in by password and app, sessions, limits, and the rules of the house."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.core.cache import cache
from django.test import Client
from sesame.utils import get_token

from auscult.engine.kernel.clock import SystemClock
from auscult.web.accounts import queries
from auscult.web.accounts.models import Actor, User
from auscult.web.accounts.sign_in import SecondFactors
from auscult.web.sources.secrets import rotate_secrets

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_limits")]
PASSWORD = "gravel lantern walrus pumice"
ADDRESS = "owner@hospital.example"


@pytest.fixture
def person(owner: Actor) -> User:
    user = User.objects.get(username=owner.name)
    user.email = ADDRESS
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=ADDRESS, verified=True, primary=True)
    return user


def sign_in(client: Client, login: str = "owner", password: str = PASSWORD) -> Any:
    return client.post("/sign-in/", {"login": login, "password": password})


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def actions(actor: Actor) -> list[str]:
    entries = queries.audit_entries(actor).order_by("number")
    return list(entries.values_list("action", flat=True))


def set_up_app(client: Client) -> str:
    """Set up an authenticator app; return its secret."""
    page = client.get("/account/second-factor/totp/activate/")
    secret = str(page.context["form"].secret)
    answer = client.post("/account/second-factor/totp/activate/", {"code": code_of(secret)})
    assert answer.status_code == 302, answer.content
    return secret


def code_of(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


@pytest.mark.parametrize("login", ["owner", "OWNER", ADDRESS])
def test_name_or_address_and_password_sign_in(person: User, owner: Actor, login: str) -> None:
    client = Client()
    answer = sign_in(client, login)
    assert answer["Location"] == "/"
    assert is_in(client)
    assert actions(owner)[-1] == "sign-in"


def test_the_way_back_is_kept_inside_the_house(person: User) -> None:
    good, evil = Client(), Client()
    given = {"login": "owner", "password": PASSWORD}
    assert good.post("/sign-in/", {**given, "next": "/people/"})["Location"] == "/people/"
    assert evil.post("/sign-in/", {**given, "next": "//evil.example/"})["Location"] == "/"


def test_a_wrong_password_is_refused_and_written_down(person: User, owner: Actor) -> None:
    client = Client()
    answer = sign_in(client, password="wrong")
    assert b"not correct" in answer.content
    assert not is_in(client)
    assert actions(owner)[-1] == "fail-sign-in"
    nobody = sign_in(client, login="nobody", password="wrong")
    said = re.search(rb'class="note bad".*?</p>', answer.content, re.S)
    assert said is not None
    assert said[0] in nobody.content  # nothing tells who exists


def test_guessing_is_stopped(person: User) -> None:
    client = Client()
    for _ in range(5):
        sign_in(client, password="wrong")
    answer = sign_in(client)
    assert b"Too many failed login attempts" in answer.content
    assert not is_in(client)


def test_a_password_is_set_and_changed(owner: Actor) -> None:
    client, other = Client(), Client()
    for one in (client, other):
        one.force_login(User.objects.get(username=owner.name))
    weak = {"password1": "password12", "password2": "password12"}
    assert b"Take four or more words" in client.post("/account/password/set/", weak).content
    client.post("/account/password/set/", {"password1": PASSWORD, "password2": PASSWORD})
    assert actions(owner)[-1] == "set-password"
    assert is_in(client)
    assert not is_in(other)  # a new password ends every other session

    new = PASSWORD + " five"
    client.post(
        "/account/password/change/",
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    assert sign_in(Client(), password=PASSWORD).status_code == 200
    assert sign_in(Client(), password=new).status_code == 302


def test_a_forgotten_password_is_set_by_mail(person: User, owner: Actor) -> None:
    client = Client()
    client.post("/account/password/reset/", {"email": ADDRESS})
    (letter,) = mail.outbox
    found = re.search(r"http://testserver(/account/password/reset/key/\S+)", str(letter.body))
    assert found is not None
    page = client.get(found[1], follow=True)
    new = "walnut trombone glacier ferry"
    client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    assert sign_in(Client(), password=new).status_code == 302
    assert "set-password" in actions(owner)
    client.post("/account/password/reset/", {"email": "nobody@hospital.example"})
    assert len(mail.outbox) <= 2  # a note of the change at most, and nothing to who is unknown


def test_with_an_app_a_password_is_not_enough(person: User, owner: Actor) -> None:
    first = Client()
    sign_in(first)
    first.post("/account/reauthenticate/", {"password": PASSWORD})
    secret = set_up_app(first)
    assert "add-factor" in actions(owner)
    kept = Authenticator.objects.get(type="totp").data
    assert secret not in str(kept)  # encrypted

    client = Client()
    answer = sign_in(client)
    assert answer["Location"].startswith("/account/second-factor/authenticate/")
    assert not is_in(client)
    wrong = client.post(answer["Location"], {"code": "000000"})
    assert b"Incorrect code" in wrong.content
    assert actions(owner)[-1] == "fail-sign-in"
    cache.clear()  # the app's code was used a moment ago, and is good once
    client.post(answer["Location"], {"code": code_of(secret)})
    assert is_in(client)


def test_a_recovery_code_works_once(person: User) -> None:
    first = Client()
    sign_in(first)
    first.post("/account/reauthenticate/", {"password": PASSWORD})
    set_up_app(first)
    codes = first.get("/account/second-factor/recovery-codes/").context["unused_codes"]
    assert len(codes) == 10
    statuses = []
    for _ in range(2):
        client = Client()
        place = sign_in(client)["Location"]
        client.post(place, {"code": codes[0]})
        statuses.append(is_in(client))
    assert statuses == [True, False]


def test_sessions_are_listed_and_ended(person: User) -> None:
    here, there = Client(), Client(HTTP_USER_AGENT="Lynx/2.9")
    for client in (here, there):
        sign_in(client)
    page = here.get("/account/sessions/").content
    assert b"Lynx/2.9" in page
    here.post("/account/sessions/")
    assert (is_in(here), is_in(there)) == (True, False)


def test_signing_up_is_closed(owner: Actor) -> None:
    assert Client().get("/account/signup/").status_code in {302, 404}
    assert User.objects.count() == 1


def test_single_sign_on_only_refuses_passwords(person: User, settings: Any) -> None:
    settings.AUSCULT = dataclasses.replace(settings.AUSCULT, sso_only=True)
    client = Client()
    assert sign_in(client).status_code == 403
    assert b'name="password"' not in client.get("/sign-in/").content
    assert client.get("/account/password/reset/").status_code == 403
    assert client.get("/account/second-factor/webauthn/login/").status_code == 403
    assert not client.login(username="owner", password=PASSWORD)


def test_the_owner_at_the_machine_gets_in_under_single_sign_on_only(
    person: User, settings: Any
) -> None:
    settings.AUSCULT = dataclasses.replace(settings.AUSCULT, sso_only=True)
    client = Client()
    client.post("/sign-in/", {"token": get_token(person)})
    assert is_in(client)


def test_a_role_that_needs_a_second_factor_sets_it_up_first(
    person: User, owner: Actor, teammate: Actor, settings: Any
) -> None:
    settings.AUSCULT = dataclasses.replace(settings.AUSCULT, require_second_factor=("owner",))
    client, editor = Client(), Client()
    editor.force_login(User.objects.get(username=teammate.name))
    assert is_in(editor)
    sign_in(client)
    for page in ("/", "/listening/", "/people/", "/account/", "/account/email/"):
        assert client.get(page)["Location"] == "/account/second-factor-needed/"
    assert b"authenticator app" in client.get("/account/second-factor-needed/").content

    client.post("/account/reauthenticate/", {"password": PASSWORD})
    set_up_app(client)

    assert is_in(client)


def test_a_new_address_counts_once_it_is_confirmed(person: User, owner: Actor) -> None:
    client = Client()
    sign_in(client)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    new = "new@hospital.example"
    client.post("/account/email/", {"email": new, "action_add": ""})
    person.refresh_from_db()
    assert person.email == ADDRESS
    letter = next(one for one in mail.outbox if one.to == [new])
    found = re.search(r"http://testserver(/account/confirm-email/\S+)", str(letter.body))
    assert found is not None
    client.post(found[1])
    person.refresh_from_db()
    assert person.email == new
    assert "change-address" in actions(owner)


def test_pages_carry_nothing_that_their_policy_forbids(person: User) -> None:
    client = Client()
    pages = [client.get("/sign-in/")]
    sign_in(client)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    factors = ("totp/activate/", "webauthn/add/", "", "webauthn/")
    pages += [client.get(f"/account/second-factor/{place}") for place in factors]
    pages += [client.get(f"/account/{place}") for place in ("", "email/", "sessions/")]
    for page in pages:
        assert page.status_code == 200
        text = page.content.decode()
        assert not re.search(r"<script(?![^>]*(src=|application/json))[^>]*>", text)
        assert " style=" not in text
        assert 'id="main"' in text


def test_secrets_of_apps_go_along_with_a_new_key(person: User, settings: Any) -> None:
    first, second = "a" * 40, "b" * 40
    settings.AUSCULT = dataclasses.replace(settings.AUSCULT, secrets_key=first)
    client = Client()
    sign_in(client)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    secret = set_up_app(client)

    settings.AUSCULT = dataclasses.replace(settings.AUSCULT, secrets_key=f"{second},{first}")
    assert Authenticator.objects.count() == 2  # the app, and recovery codes
    assert rotate_secrets(clock=SystemClock()).renewed == 2
    settings.AUSCULT = dataclasses.replace(settings.AUSCULT, secrets_key=second)

    assert SecondFactors().decrypt(Authenticator.objects.get(type="totp").data["secret"]) == secret
    assert SecondFactors().decrypt(Authenticator.objects.exclude(type="totp").get().data["seed"])
