"""What the table of the ASVS names and no other test has to itself."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from django.test import Client
from sesame import settings as links

from auscult.web.accounts.models import Actor, User
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
