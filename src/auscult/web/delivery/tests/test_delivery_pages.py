"""The pages of the outbox and of webhooks."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from django.test import Client

from auscult.web.accounts.models import Actor, AuditEntry, User
from auscult.web.delivery.actions import post_mail, save_hook
from auscult.web.delivery.models import Hook, Letter, State

pytestmark = pytest.mark.django_db


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id or 0))
    return client


def form(**more: Any) -> dict[str, Any]:
    return {
        "name": "desk",
        "address": "https://desk.lakeside.example/told?key=abc",
        "events": ["alert.raised"],
        **more,
    }


def test_the_outbox_says_what_to_set_and_never_what_a_letter_says(owner: Actor) -> None:
    post_mail(owner, to="nurse@lakeside.example", subject="Flu", text="the very words", key="a")
    page = signed_in(owner).get("/settings/outbox/").content.decode()
    assert "AUSCULT_SMTP_HOST" in page
    assert "nurse@lakeside.example" in page
    assert "the very words" not in page


def test_with_a_server_a_test_goes_to_who_asks(owner: Actor, settings: Any) -> None:
    settings.AUSCULT = dataclasses.replace(settings.AUSCULT, smtp_host="mail.lakeside.example")
    client = signed_in(owner)
    assert "mail.lakeside.example" in client.get("/settings/outbox/").content.decode()
    assert client.post("/settings/outbox/test/").status_code == 400
    User.objects.filter(pk=owner.user_id or 0).update(email="owner@lakeside.example")
    assert client.post("/settings/outbox/test/").status_code == 302
    assert Letter.objects.get().recipient == "owner@lakeside.example"
    assert AuditEntry.objects.filter(action="send-test-mail").exists()


def test_what_was_given_up_is_sent_again(owner: Actor) -> None:
    post_mail(owner, to="nurse@lakeside.example", subject="Flu", text="t", key="a")
    letter = Letter.objects.get()
    client = signed_in(owner)
    assert client.post(f"/settings/outbox/{letter.pk}/again/").status_code == 400
    Letter.objects.update(state=State.GIVEN_UP, error="550 nobody here")
    assert "550 nobody here" in client.get("/settings/outbox/").content.decode()
    assert client.post(f"/settings/outbox/{letter.pk}/again/").status_code == 302
    letter.refresh_from_db()
    assert (letter.state, letter.error) == (State.WAITING, "")


def test_a_webhook_is_added_tested_changed_switched_and_removed(owner: Actor) -> None:
    client = signed_in(owner)
    shown = client.post("/settings/webhooks/add/", form()).content.decode()
    secret = shown.split('<code class="secret">')[1].split("</code>")[0]
    assert secret.startswith("whsec_")
    hook = Hook.objects.get()
    assert secret not in hook.secret
    client.post(f"/settings/webhooks/{hook.pk}/test/")
    assert Letter.objects.get().subject == "test"
    sealed = hook.secret
    assert client.post(f"/settings/webhooks/{hook.pk}/", form(name="Desk")).status_code == 302
    hook.refresh_from_db()
    assert (hook.name, hook.secret) == ("Desk", sealed)
    moved = client.post(
        f"/settings/webhooks/{hook.pk}/", form(address="https://other.lakeside.example/")
    )
    assert "whsec_" in moved.content.decode()  # who had the old secret isn't who is told now
    client.post(f"/settings/webhooks/{hook.pk}/switch/", {"on": "0"})
    assert "Switched off." in client.get("/settings/webhooks/").content.decode()
    client.post(f"/settings/webhooks/{hook.pk}/remove/")
    assert not Hook.objects.exists()
    assert not AuditEntry.objects.filter(details__icontains="key=abc").exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"address": "ftp://desk.example/"}, "ftp"),
        ({"secret": "whsec_short"}, "can&#x27;t be used"),
        ({"events": []}, "required"),
        ({"events": ["test"]}, "valid choice"),
    ],
)
def test_a_webhook_that_cannot_be_says_why(owner: Actor, given: Any, said: str) -> None:
    answer = signed_in(owner).post("/settings/webhooks/add/", form(**given))
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not Hook.objects.exists()


def test_two_webhooks_have_two_names(owner: Actor, stranger: Actor) -> None:
    save_hook(owner, **form())
    answer = signed_in(owner).post("/settings/webhooks/add/", form())
    assert "no other webhook has" in answer.content.decode()
    assert "whsec_" in signed_in(stranger).post("/settings/webhooks/add/", form()).content.decode()
