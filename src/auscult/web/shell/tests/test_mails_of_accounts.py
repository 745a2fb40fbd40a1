"""An invitation and a forgotten password by real mail: written, sent by the runner, opened."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client

from auscult.engine.kernel.clock import SystemClock
from auscult.web.accounts.models import Actor, Membership, User
from auscult.web.accounts.queries import system_actor
from auscult.web.delivery.sending import send_due
from servers.smtp import Mailbox, running_smtp

pytestmark = pytest.mark.django_db
PASSWORD = "gravel lantern walrus pumice"
KIM = "kim@hospital.example"


@pytest.fixture
def smtp(settings: Any) -> Iterator[Mailbox]:
    cache.clear()
    with running_smtp() as box:
        settings.EMAIL_BACKEND = "auscult.web.delivery.backend.Outbox"
        settings.AUSCULT = dataclasses.replace(
            settings.AUSCULT,
            smtp_host="127.0.0.1",
            smtp_port=box.port,
            smtp_security="none",
            smtp_from="Auscult <auscult@lakeside.example>",
            reach=("127.0.0.0/8",),
        )
        yield box


def sent(owner: Actor, smtp: Mailbox, pattern: str) -> str:
    """Let the runner send what waits; return what stands in the newest mail to Kim."""
    while send_due(system_actor(owner.organisation_id, "delivery", clock=SystemClock())):
        pass
    body = smtp.to(KIM)[-1].get_body(("plain",))
    assert body is not None
    found = re.search(pattern, body.get_content())
    assert found is not None, body.get_content()
    return found[0]


def test_an_invitation_arrives_and_lets_her_in(owner: Actor, smtp: Mailbox) -> None:
    host = Client()
    host.force_login(User.objects.get(username=owner.name))
    answer = host.post("/people/invite/", {"email": KIM, "role": "analyst"}, follow=True)
    assert b"is on its way" in answer.content

    link = sent(owner, smtp, r"/invitation/[\w-]+/")

    assert smtp.to(KIM)[0]["Subject"] == "Lakeside Hospital invites you to Auscult"
    kim = Client()
    kim.post(link, {"username": "kim", "password": PASSWORD})
    assert kim.get("/account/").status_code == 200
    assert Membership.objects.get(user__username="kim").role == "analyst"


def test_a_forgotten_password_is_chosen_anew(owner: Actor, smtp: Mailbox) -> None:
    user = User.objects.get(username=owner.name)
    User.objects.filter(pk=user.pk).update(email=KIM)
    EmailAddress.objects.create(user=user, email=KIM, verified=True, primary=True)
    client = Client()
    client.post("/account/password/reset/", {"email": KIM})

    link = sent(owner, smtp, r"/account/password/reset/key/\S+")

    page = client.get(link, follow=True)
    client.post(page.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    fresh = Client()
    fresh.post("/sign-in/", {"login": KIM, "password": PASSWORD})
    assert fresh.get("/account/").status_code == 200
