"""What a password may be, where it is typed, and what becomes of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from allauth.account import app_settings
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.contrib.staticfiles import finders
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client
from lxml import html

from auscult.web.accounts import invitation_actions
from auscult.web.accounts.models import Actor, Organisation, Role, User
from auscult.web.accounts.passwords import OF_THE_PLACE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_limits")]
PASSWORD = "gravel lantern walrus pumice"
ADDRESS = "owner@hospital.example"
PAGE = Path(__file__).parents[5] / "docs" / "explanation" / "signing-in.md"


@pytest.fixture
def person(owner: Actor) -> User:
    user = User.objects.get(username=owner.name)
    user.email = ADDRESS
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=ADDRESS, verified=True, primary=True)
    return user


def sign_in(password: str, client: Client | None = None) -> Client:
    client = client or Client()
    client.post("/sign-in/", {"login": "owner", "password": password})
    return client


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def is_taken(password: str, user: User | None = None) -> bool:
    try:
        validate_password(password, user)
    except ValidationError:
        return False
    return True


def set_password(person: User, password: str) -> bool:
    """Set a first password on its page; return whether it was taken."""
    person.set_unusable_password()
    person.save()
    client = Client()
    client.force_login(person, backend="auscult.web.accounts.sign_in.Passwords")
    given = {"password1": password, "password2": password}
    client.post("/account/password/set/", given)
    person.refresh_from_db()
    return person.has_usable_password()


def test_nine_characters_are_refused_and_ten_are_taken(person: User) -> None:
    assert not set_password(person, "gY7#kQ2!z")
    assert set_password(person, "gY7#kQ2!zW")


@pytest.mark.parametrize(
    "password",
    ["gravellanternwalruspumice", "GRAVELLANTERNWALRUSPUMICE", "820394715620938", "żółw ćma świerk",
     "鯨提灯砂利軽石海象錨", "!?%&/()=}{[]^~", "grävel lantern 🐋 walrus"],
)  # fmt: skip
def test_no_kind_of_sign_is_asked_for_or_forbidden(owner: Actor, password: str) -> None:
    assert len(password) >= 10
    assert is_taken(password)


@pytest.mark.parametrize(
    "password", ["x" * 60 + PASSWORD + "y" * 40, " " + PASSWORD + " ", "Gravel Lantern WALRUS 7"]
)
def test_a_password_counts_as_it_was_typed_and_whole(person: User, password: str) -> None:
    assert set_password(person, password)
    assert is_in(sign_in(password))
    for other in (password[:-1], password[:72], password.lower(), password.strip(), password + "y"):
        if other != password:
            assert not is_in(sign_in(other)), f"{len(other)} characters of {len(password)}"


def test_128_characters_are_taken_and_the_last_one_counts(person: User) -> None:
    password = (PASSWORD + " thimble orchard magnet ") * 3
    password = password[:127] + "Q"
    assert set_password(person, password)
    assert not is_in(sign_in(password[:127] + "R"))
    assert is_in(sign_in(password))


def test_words_of_the_person_and_the_house_add_nothing(person: User) -> None:
    # Made up, so that no list of words holds them already.
    made_up = "Quistvale Trommelheim"
    for password in ("QuistvaleTrommelheim", "quistvale.trommelheim", "Trommelheim-Quistvale7"):
        assert is_taken(password)
    Organisation.objects.update(name=made_up)
    for password in ("QuistvaleTrommelheim", "quistvaletrommelheim1", "Trommelheim-Quistvale7"):
        assert not is_taken(password), password
    her = User(username="grelmbosque", email="tarvik.ploumenn@hospital.example")
    assert is_taken("grelmbosque tarvik")
    assert not is_taken("grelmbosque tarvik", her)
    assert not is_taken("ploumenn.tarvik1", her)


@pytest.mark.parametrize("word", OF_THE_PLACE)
def test_a_word_of_the_place_is_no_password(owner: Actor, word: str) -> None:
    assert not is_taken(f"{word}{word}2026")
    assert not is_taken(f"Auscult-{word}-1")


def test_the_words_that_add_nothing_are_listed(owner: Actor) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [word for word in OF_THE_PLACE if f"`{word}`" not in text] == []


def test_the_limits_of_signing_in_are_those_on_the_page() -> None:
    limits = app_settings.RATE_LIMITS
    assert limits["login_failed"] == "10/m/ip,5/300s/key"
    assert limits["login"] == "30/m/ip"
    assert limits["reset_password"] == "20/m/ip,5/m/key"
    assert (limits["change_password"], limits["reauthenticate"]) == ("5/m/user", "10/m/user")
    assert limits["manage_email"] == "10/m/user"
    text = PAGE.read_text(encoding="utf-8")
    assert "| wrong passwords for a name | 5 in 5 minutes |" in text
    assert "| link to set a new password | an hour |" in text
    assert settings.PASSWORD_RESET_TIMEOUT == 3600


def pages_with_passwords(person: User, owner: Actor) -> dict[str, str]:
    """Every page on which a password is typed."""
    client = sign_in(PASSWORD)
    found = {"sign-in": Client().get("/sign-in/")}
    for place in ("password/change/", "reauthenticate/"):
        found[place] = client.get(f"/account/{place}")
    made = invitation_actions.invite(
        owner,
        email="new@hospital.example",
        role=Role.ANALYST,
        address=lambda secret: f"/invitation/{secret}/",
    )
    found["invitation"] = Client().get(f"/invitation/{made[1]}/")
    Client().post("/account/password/reset/", {"email": ADDRESS})
    link = re.search(r"http://testserver(\S+/reset/key/\S+)", str(mail.outbox[-1].body))
    assert link is not None
    found["reset"] = Client().get(link[1], follow=True)
    person.set_unusable_password()
    person.save()
    client.force_login(person, backend="auscult.web.accounts.sign_in.Passwords")
    found["password/set/"] = client.get("/account/password/set/")
    return {name: answer.content.decode() for name, answer in found.items()}


def test_fields_of_passwords_are_masked_and_hinder_no_manager(person: User, owner: Actor) -> None:
    for name, text in pages_with_passwords(person, owner).items():
        fields = html.fromstring(text).xpath("//input[contains(@name, 'password')]")
        assert fields, name
        for field in fields:
            assert field.get("type") == "password", name
            assert field.get("value") is None, name  # what was typed doesn't come back
            assert field.get("autocomplete") in {"current-password", "new-password"}, name
            assert field.get("maxlength") is None, name
            assert not {"readonly", "disabled"} & set(field.keys()), name
            assert not [key for key in field.keys() if key.startswith("on")], name  # noqa: SIM118


def test_no_script_of_ours_stops_a_paste() -> None:
    scripts = [finders.find(f"auscult/{name}.js") for name in ("keyboard", "waiting")]
    for place in map(str, scripts):
        text = Path(place).read_text(encoding="utf-8")
        assert not re.search(r"paste|beforeinput|contextmenu|\bcopy\b", text), place


def test_a_reset_ends_every_session_and_passes_by_no_second_factor(
    person: User, owner: Actor
) -> None:
    TOTP.activate(person, generate_totp_secret())
    there = Client()
    there.force_login(person, backend="auscult.web.accounts.sign_in.Passwords")
    assert is_in(there)
    here = Client()
    here.post("/account/password/reset/", {"email": ADDRESS})
    link = re.search(r"http://testserver(\S+/reset/key/\S+)", str(mail.outbox[-1].body))
    assert link is not None
    page = here.get(link[1], follow=True)
    new = "walnut trombone glacier ferry"
    here.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    assert not is_in(there)
    assert not is_in(here)  # the reset itself signs nobody in
    answer = here.post("/sign-in/", {"login": "owner", "password": new})
    assert answer["Location"].startswith("/account/second-factor/authenticate/")
    assert not is_in(here)
    again = Client().get(link[1], follow=True)
    assert b'name="password1"' not in again.content  # a link of a reset counts once
