"""Codes of authenticator apps and recovery codes: when they count, how often, how they are kept."""

from __future__ import annotations

import json
import math
import secrets
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
)
from django.test import Client
from sesame.utils import get_token

from auscult.web.accounts import queries
from auscult.web.accounts.models import Actor, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_limits")]
PASSWORD = "gravel lantern walrus pumice"
# The first second of a period, so that it is known where each one ends.
BEGAN = 1_795_262_400
PERIOD = 30


@pytest.fixture
def person(owner: Actor) -> User:
    user = User.objects.get(username=owner.name)
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(
        user=user, email="owner@hospital.example", verified=True, primary=True
    )
    return user


@pytest.fixture
def secret(person: User) -> str:
    made: str = generate_totp_secret()
    TOTP.activate(person, made)
    return made


def code_of(secret: str, moment: float) -> str:
    return str(format_hotp_value(hotp_value(secret, int(moment) // PERIOD)))


def sign_in(client: Client | None = None) -> Client:
    client = client or Client()
    client.post("/sign-in/", {"login": "owner", "password": PASSWORD})
    return client


def enter(code: str) -> Client:
    client = sign_in()
    client.post("/account/second-factor/authenticate/", {"code": code})
    return client


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def actions(actor: Actor) -> list[str]:
    entries = queries.audit_entries(actor).order_by("number")
    return list(entries.values_list("action", flat=True))


@pytest.mark.parametrize(
    ("seconds", "counts"),
    [(-2 * PERIOD, False), (-PERIOD, True), (0, True), (PERIOD, True), (2 * PERIOD, False)],
)
def test_a_code_counts_for_its_half_minute_and_one_before_and_after(
    secret: str, seconds: int, counts: bool
) -> None:
    with time_machine.travel(BEGAN, tick=False):
        assert is_in(enter(code_of(secret, BEGAN + seconds))) == counts


def test_a_code_counts_once_for_as_long_as_it_is_valid(secret: str, owner: Actor) -> None:
    # By a clock that is ahead: the code is good for three periods, 90 seconds.
    code = code_of(secret, BEGAN + PERIOD)
    with time_machine.travel(BEGAN, tick=False) as clock:
        assert is_in(enter(code))
        for _ in range(5):
            clock.shift(timedelta(seconds=17))
            assert not is_in(enter(code))
            assert actions(owner)[-1] == "fail-sign-in"


def test_a_code_that_was_used_to_sign_in_changes_nothing(secret: str, person: User) -> None:
    with time_machine.travel(BEGAN, tick=False) as clock:
        code = code_of(secret, BEGAN)
        client = enter(code)
        clock.shift(timedelta(seconds=PERIOD + 1))
        client.post("/account/second-factor/reauthenticate/", {"code": code})
        clock.shift(timedelta(minutes=5))
        answer = client.post("/account/second-factor/totp/deactivate/")
        assert answer["Location"].startswith("/account/reauthenticate/")
        assert Authenticator.objects.filter(user=person).exists()


def test_guessing_codes_is_stopped(secret: str) -> None:
    with time_machine.travel(BEGAN, tick=False):
        client = sign_in()
        right = code_of(secret, BEGAN)
        wrong = [f"{number:06}" for number in range(12) if f"{number:06}" != right]
        for code in wrong:
            client.post("/account/second-factor/authenticate/", {"code": code})
        client.post("/account/second-factor/authenticate/", {"code": right})
        assert not is_in(client)


def test_secrets_come_from_the_systems_random_numbers(
    person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    original = secrets.token_bytes

    def token_bytes(size: int | None = None) -> bytes:
        asked.append(size or 0)
        return original(size)

    monkeypatch.setattr(secrets, "token_bytes", token_bytes)
    generate_totp_secret()
    RecoveryCodes.generate_seed()
    assert asked == [20, 40]  # bytes: 160 bits of an app's secret, 320 of a seed of codes
    assert len({generate_totp_secret() for _ in range(100)}) == 100


def test_recovery_codes_are_long_and_differ(person: User) -> None:
    assert app_settings.RECOVERY_CODE_COUNT == 10
    seen: list[str] = []
    for _ in range(200):
        row = Authenticator(user=person, data={"seed": "", "used_mask": 0})
        row.data["seed"] = RecoveryCodes.activate(person).instance.data["seed"]
        seen += RecoveryCodes(row).generate_codes()
        Authenticator.objects.filter(user=person).delete()
    assert {len(code) for code in seen} == {8}
    # 2,000 of 100 million: two alike are to be expected in one of fifty runs, five never.
    assert len(set(seen)) > len(seen) - 5
    # The first four digits are spread over their 10,000 values as chance would have it.
    firsts = {code[:4] for code in seen}
    expected = 10_000 * (1 - math.exp(-len(seen) / 10_000))
    assert abs(len(firsts) - expected) < 120
    assert math.log2(10**8) > 20


def test_recovery_codes_are_kept_encrypted(secret: str, person: User) -> None:
    codes = RecoveryCodes.activate(person).generate_codes()
    kept = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert [code for code in codes if code in kept] == []


def test_a_recovery_code_counts_once_and_brings_no_other_back(secret: str, person: User) -> None:
    first, second, *_rest = RecoveryCodes.activate(person).generate_codes()
    assert is_in(enter(first))
    assert not is_in(enter(first))
    assert is_in(enter(second))
    assert not is_in(enter(first))


def set_up_app(client: Client) -> None:
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    page = client.get("/account/second-factor/totp/activate/")
    made = str(page.context["form"].secret)
    with time_machine.travel(BEGAN, tick=False):
        client.post("/account/second-factor/totp/activate/", {"code": code_of(made, BEGAN)})


def test_a_changed_factor_ends_the_other_sessions(person: User, owner: Actor) -> None:
    here, there = sign_in(), sign_in()
    assert is_in(there)
    set_up_app(here)
    assert Authenticator.objects.filter(user=person, type="totp").exists()
    assert (is_in(here), is_in(there)) == (True, False)
    assert "end-sessions" in actions(owner)

    for change in ("recovery-codes/generate/", "totp/deactivate/"):
        there = Client()
        there.force_login(person, backend="auscult.web.accounts.sign_in.Passwords")
        assert is_in(there)
        here.post(f"/account/second-factor/{change}")
        assert (is_in(here), is_in(there)) == (True, False), change
    assert not Authenticator.objects.filter(user=person).exists()


def test_who_has_the_machine_switches_a_lost_factor_off(secret: str, person: User) -> None:
    client = Client()
    client.post("/sign-in/", {"token": get_token(person)})
    client.post("/account/second-factor/totp/deactivate/")
    assert not Authenticator.objects.filter(user=person).exists()


def test_somebody_elses_sessions_go_on(person: User, teammate: Actor) -> None:
    other = Client()
    other.force_login(User.objects.get(username=teammate.name))
    assert is_in(other)
    set_up_app(sign_in())
    assert is_in(other)


def test_a_new_address_asks_for_the_password_again(person: User) -> None:
    client = sign_in()
    wish = {"email": "new@hospital.example", "action_add": ""}
    wished = EmailAddress.objects.filter(email=wish["email"])
    answer = client.post("/account/email/", wish)
    assert answer["Location"].startswith("/account/reauthenticate/")
    assert not wished.exists()
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    client.post("/account/email/", wish)
    assert wished.exists()


ODD = ("5", "[]", "{}", "null", '"a"', "9" * 5000, '{"id": 5}', '{"id": "a", "response": []}',
       '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"userHandle": 7}}')  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_what_no_key_says_opens_nothing_and_breaks_nothing(
    person: User, odd: str, settings: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    client = Client()
    client.get("/account/second-factor/webauthn/login/")
    client.post("/account/second-factor/webauthn/login/", {"credential": odd})
    assert not is_in(client)
    inside = sign_in()
    inside.post("/account/reauthenticate/", {"password": PASSWORD})
    page = "/account/second-factor/webauthn/add/"
    inside.get(page)
    assert inside.post(page, {"name": "key", "credential": odd}).status_code == 200
    assert not Authenticator.objects.exists()
