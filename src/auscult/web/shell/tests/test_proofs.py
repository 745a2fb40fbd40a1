"""What the table of the ASVS names and no other test has to itself."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.test import Client
from sesame import settings as links

from auscult.web.accounts.models import Actor, Token, User
from auscult.web.accounts.tokens import BYTES, Scope
from auscult.web.accounts.tokens_actions import make_secret_address, make_token
from auscult.web.dashboards.actions import save_dashboard
from auscult.web.dashboards.content import Content
from auscult.web.shell import logs
from programs import Program, program_of, signed_in

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"


@pytest.mark.parametrize("path", ["/.git/config", "/.env", "/static/", "/static/auscult/", "/var/"])
def test_neither_the_repository_nor_a_listing_is_served(path: str) -> None:
    assert Client().get(path).status_code == 404


@pytest.mark.parametrize("page", ["/listening/", "/sources/", "/account/", "/people/", "/alerts/"])
def test_every_page_has_the_way_out(owner: Actor, page: str) -> None:
    assert 'action="/sign-out/"' in signed_in(owner).get(page).content.decode()


def test_a_password_is_changed_with_the_current_one_alone(owner: Actor) -> None:
    person = User.objects.get(pk=owner.user_id or 0)
    person.set_password(PASSWORD)
    person.save()
    client = Client()
    client.post("/sign-in/", {"login": "owner", "password": PASSWORD})
    new = PASSWORD + " five"
    given = {"oldpassword": "something else", "password1": new, "password2": new}
    assert client.post("/account/password/change/", given).status_code == 200
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_a_secret_opens_what_it_was_made_for_alone(owner: Actor) -> None:
    _row, feed = make_secret_address(owner, kind="watch", subject=None, label="flu")
    _made, token = make_token(owner, name="script", scopes=[Scope.READ], days=None)
    assert Program(feed).get("me").status_code == 401
    assert Client().get(f"/calendar/{feed}/auscult.ics").status_code == 404
    assert Client().get(f"/calendar/{token}/auscult.ics").status_code == 404
    assert Client().get(f"/alerts/feed/{feed}/").status_code == 404
    assert Client().post("/sign-in/", {"token": token}).status_code == 403


def test_what_is_sent_by_mail_or_link_is_beyond_guessing() -> None:
    assert links.SIGNATURE_SIZE * 8 >= 64
    assert links.ONE_TIME
    assert BYTES * 8 == 256


def test_a_field_that_nobody_offers_changes_nothing(owner: Actor) -> None:
    wish = {"name": "flu", "query": "flu", "organisation_id": 7, "id": 1}
    assert program_of(owner).post("watches", wish).status_code == 422
    person = {"is_superuser": "on", "role": "owner", "username": "root"}
    signed_in(owner).post("/account/", person)
    assert not User.objects.filter(is_superuser=True).exists()


def test_the_name_of_a_download_is_ours(owner: Actor) -> None:
    name = 'a"; filename="evil.exe\u2028<b>'
    made = save_dashboard(owner, name=name, shared=True, content=Content().as_data())
    answer = signed_in(owner).get(f"/dashboards/{made.pk}/volume.csv")
    assert answer.status_code == 200
    assert re.fullmatch(r'attachment; filename="[a-z0-9.-]+\.csv"', answer["Content-Disposition"])


def test_moments_of_the_log_are_utc() -> None:
    told: Any = orjson.loads(logs.Json().format(_record()))
    at = datetime.fromisoformat(told["at"])
    assert at.tzinfo is not None
    assert at.utcoffset() == datetime.now(UTC).utcoffset()


def _record() -> Any:
    return logging.makeLogRecord({"msg": "answered", "levelname": "INFO", "name": "auscult"})


def test_signing_out_clears_what_the_browser_keeps(owner: Actor) -> None:
    answer = signed_in(owner).post("/sign-out/")
    assert answer["Clear-Site-Data"] == '"cache"'
    assert answer.cookies[settings.SESSION_COOKIE_NAME].value == ""
    assert "no-store" in answer["Cache-Control"]


def test_every_cookie_is_bound_to_its_host_and_out_of_scripts_reach(owner: Actor) -> None:
    client = signed_in(owner)
    client.get("/listening/")
    client.post("/language/", {"language": "de", "next": "/"})
    person = User.objects.get(pk=owner.user_id or 0)
    person.set_password(PASSWORD)
    person.save()
    cache.clear()
    client.get("/sign-in/")
    client.post("/sign-in/", {"login": "owner", "password": PASSWORD})
    # A page with something to say after it.
    client.post("/listening/watches/add/", {"name": "flu", "query": "flu", "do": "save"})
    ours = {
        settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME,
    }  # fmt: skip
    assert set(client.cookies) <= ours
    assert settings.LANGUAGE_COOKIE_NAME in client.cookies
    for cookie in client.cookies.values():
        # What __Host- asks for beside Secure: the whole site, and no domain.
        assert (cookie["path"], cookie["domain"], cookie["samesite"]) == ("/", "", "Lax")
        assert cookie["httponly"] is True


SCRIPTS = sorted(
    Path(str(finders.find("auscult/keyboard.js"))).parents[4].rglob("*/static/**/*.js")
)


def own_scripts() -> dict[str, str]:
    found = {path.name: path.read_text(encoding="utf-8") for path in SCRIPTS}
    assert {"keyboard.js", "waiting.js"} <= found.keys()
    return found


def test_browsers_are_given_nothing_to_keep_but_how_keys_are_used() -> None:
    kept = []
    for text in own_scripts().values():
        assert not re.search(r"sessionStorage|indexedDB|document\.cookie|\bcaches\b", text)
        kept += re.findall(r"localStorage\.\w+\(([^,)]+)", text)
        kept += re.findall(r"localStorage\[([^]]+)", text)
    assert set(kept) == {"OFF"}
    assert 'const OFF = "auscult-shortcuts-off"' in own_scripts()["keyboard.js"]


def test_no_script_of_ours_takes_names_of_properties_from_elsewhere() -> None:
    foreign = (
        r"__proto__|prototype|Object\.assign|JSON\.parse|\.json\(\)|structuredClone|\bfor \(.* in "
    )
    for name, text in own_scripts().items():
        assert not re.search(foreign, text), name
        # Written to by a name in brackets: an object could get one that it inherits.
        assert not re.search(r"\]\s*=[^=>]", text), name
        assert '"use strict";' in text, name


def test_a_parameter_that_is_given_twice_counts_once(owner: Actor) -> None:
    """The last one; what an address says is no part of a form, nor the other way round."""
    person = User.objects.get(pk=owner.user_id or 0)
    person.set_password(PASSWORD)
    person.save()
    cache.clear()
    client = Client()
    client.post(f"/sign-in/?login=owner&password={PASSWORD.replace(' ', '+')}")
    assert client.get("/account/").status_code == 302
    client.post(
        "/sign-in/?login=nobody", {"login": ["nobody", "owner"], "password": ["x", PASSWORD]}
    )
    assert client.get("/account/").status_code == 200

    client.post(
        "/listening/watches/add/?query=measles",
        {"name": ["first", "second"], "query": ["first", "flu"], "do": ["look", "save"]},
    )
    page = program_of(owner).get("watches").json()
    assert [(one["name"], one["query"]) for one in page["items"]] == [("second", "flu")]


def test_the_api_takes_a_parameter_once(owner: Actor) -> None:
    program = program_of(owner)
    assert program.get("watches?limit=1&limit=50").status_code == 200
    assert program.get("watches?limit=50&limit=none").status_code == 422
    twice = b'{"name": "first", "name": "second", "query": "flu"}'
    made = program.client.post("/api/v1/watches", twice, content_type="application/json")
    assert (made.status_code, made.json()["name"]) == (201, "second")


def refusals(records: list[logging.LogRecord]) -> list[tuple[Any, ...]]:
    names = ("page", "method", "status", "person", "token")
    told = [one for one in records if one.getMessage() == "refused"]
    return [tuple(getattr(one, name, None) for name in names) for one in told]


def test_refusals_are_told_with_who_and_what(
    onlooker: Actor, stranger: Actor, owner: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    number = onlooker.user_id
    watch = program_of(owner).post("watches", {"name": "flu", "query": "flu"}).json()["id"]
    with caplog.at_level(logging.WARNING, "auscult.requests"):
        signed_in(onlooker).post("/listening/watches/add/", {"name": "x", "query": "x"})
        signed_in(stranger).get(f"/listening/watches/{watch}/")
        signed_in(owner, enforce_csrf_checks=True).post("/organisation/", {"name": "x"})
        Program("guessed").get("me")
        narrow = program_of(owner, Scope.READ)
        narrow.post("watches", {"name": "x", "query": "x"})
        Client().get("/nowhere/")
    token = Token.objects.latest("pk").pk
    assert refusals(caplog.records) == [
        ("listening:add-watch", "POST", 403, number, None),
        ("listening:watch", "GET", 404, stranger.user_id, None),
        ("accounts:house", "POST", 403, owner.user_id, None),
        ("api:me", "GET", 401, None, None),
        ("api:watches", "POST", 403, owner.user_id, token),
    ]
    said = [logs.Json().format(one) for one in caplog.records]
    assert any(f'"person": {number}' in line for line in said)
    assert "onlooker" not in "".join(said)
