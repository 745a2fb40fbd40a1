"""Letters leave by a real mail server and a real receiver, once, and again when they failed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives, get_connection, send_mail
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from auscult.engine.kernel.clock import FixedClock, SystemClock
from auscult.web.accounts.models import Actor, User
from auscult.web.delivery import queries, sending
from auscult.web.delivery.actions import (
    Attachment,
    post_event,
    post_hook,
    post_mail,
    save_hook,
)
from auscult.web.delivery.models import Event, Hook, Kind, Letter, State
from auscult.web.delivery.sending import PAUSES, SPREAD, claim, pause, send_due
from auscult.web.sources.secrets import rotate_secrets
from servers.hooks import Receiver, running_receiver
from servers.smtp import Mailbox, running_smtp

pytestmark = pytest.mark.django_db

TO = "nurse@lakeside.example"


@pytest.fixture(scope="module")
def server() -> Iterator[Mailbox]:
    with running_smtp() as box:
        yield box


@pytest.fixture
def smtp(server: Mailbox, settings: Any) -> Mailbox:
    server.mails.clear()
    server.refused.clear()
    settings.AUSCULT = dataclasses.replace(
        settings.AUSCULT,
        smtp_host="127.0.0.1",
        smtp_port=server.port,
        smtp_security="none",
        smtp_from="Auscult <auscult@lakeside.example>",
        reach=("127.0.0.0/8",),
    )
    return server


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.AUSCULT = dataclasses.replace(settings.AUSCULT, reach=("127.0.0.0/8",))
    with running_receiver() as one:
        yield one


@pytest.fixture
def hook(owner: Actor, receiver: Receiver) -> tuple[Hook, str]:
    return save_hook(owner, name="desk", address=receiver.url, events=["alert.raised"])


def mail(actor: Actor, key: str = "one", **more: Any) -> None:
    post_mail(actor, **{"to": TO, "subject": "S", "text": "Told.", "key": key, **more})


def only() -> Letter:
    return Letter.objects.get()


def test_a_mail_arrives_once_with_everything(owner: Actor, smtp: Mailbox) -> None:
    picture = Attachment(name="chart.png", media_type="image/png", content=b"\x89PNG")
    mail(owner, subject="Flu:\nmore than usual", html="<p>Told.</p>", attachments=[picture])
    assert send_due(owner) is False
    (came,) = smtp.mails
    letter = only()
    assert came["Subject"] == "Flu: more than usual"
    assert came["From"] == "Auscult <auscult@lakeside.example>"
    assert came["Message-ID"] == f"<{letter.name}@lakeside.example>"
    assert came["Auto-Submitted"] == "auto-generated"
    bodies = [part.get_content() for part in came.walk() if not part.is_multipart()]
    assert [one if isinstance(one, bytes) else one.strip() for one in bodies] == [
        "Told.",
        "<p>Told.</p>",
        b"\x89PNG",
    ]
    assert (letter.state, letter.body, letter.attempts) == (State.SENT, "", 1)
    send_due(owner)
    assert len(smtp.mails) == 1


def test_the_same_key_is_the_same_letter(owner: Actor, stranger: Actor, smtp: Mailbox) -> None:
    for _ in range(2):
        mail(owner, to=[TO, "doctor@lakeside.example", TO])
    mail(stranger)
    send_due(owner)
    send_due(stranger)
    assert sorted(one["To"] for one in smtp.mails) == ["doctor@lakeside.example", TO, TO]


def test_what_is_rolled_back_was_never_written(owner: Actor) -> None:
    with transaction.atomic():
        mail(owner)
        transaction.set_rollback(True)
    assert not Letter.objects.exists()


def test_what_waits_is_encrypted(owner: Actor) -> None:
    mail(owner, text="the very words")
    assert "very" not in only().body


def test_without_a_server_mails_are_kept(owner: Actor) -> None:
    mail(owner)
    assert send_due(owner) is False
    assert only().state == State.WAITING


def test_a_refused_address_is_given_up_and_says_why(owner: Actor, smtp: Mailbox) -> None:
    smtp.refused[TO] = "550 no such person here"
    mail(owner)
    send_due(owner)
    letter = only()
    assert letter.state == State.GIVEN_UP
    assert "550: no such person here" in letter.error


def test_a_busy_server_is_asked_again_later(owner: Actor, smtp: Mailbox, clock: FixedClock) -> None:
    smtp.refused[TO] = "451 come back later"
    mail(owner)
    send_due(owner)
    assert only().state == State.FAILED
    smtp.refused.clear()
    send_due(owner)
    assert not smtp.mails
    clock.advance(timedelta(seconds=7))
    send_due(owner)
    assert only().state == State.SENT
    assert len(smtp.mails) == 1


def test_an_unreachable_server_lets_all_mails_wait(
    owner: Actor, smtp: Mailbox, settings: Any, clock: FixedClock
) -> None:
    works = settings.AUSCULT
    settings.AUSCULT = dataclasses.replace(works, smtp_port=1)
    mail(owner, "one")
    mail(owner, "two")
    send_due(owner)
    assert sorted(Letter.objects.values_list("attempts", flat=True)) == [0, 1]
    assert send_due(owner) is False
    settings.AUSCULT = works
    clock.advance(timedelta(minutes=2))
    send_due(owner)
    assert set(Letter.objects.values_list("state", flat=True)) == {State.SENT}


def test_after_three_days_a_letter_is_given_up(
    owner: Actor, smtp: Mailbox, clock: FixedClock
) -> None:
    smtp.refused[TO] = "451 later"
    mail(owner)
    while only().state != State.GIVEN_UP:
        send_due(owner)
        clock.advance(timedelta(hours=1))
    assert timedelta(days=2) < clock.now() - only().created_at <= timedelta(days=3, hours=1)
    assert 8 <= only().attempts <= 14


def test_django_mail_goes_through_the_outbox(owner: Actor, smtp: Mailbox) -> None:
    outbox = get_connection("auscult.web.delivery.backend.Outbox")
    send_mail("Your invitation", "Come in.", None, [TO], connection=outbox, html_message="<p>Come")
    message = EmailMultiAlternatives("File", "See.", to=[TO], connection=outbox)
    message.attach("a.csv", "a,b\n", "text/csv")
    message.send()
    assert set(Letter.objects.values_list("organisation", flat=True)) == {None}
    send_due(dataclasses.replace(owner, clock=SystemClock()))
    assert [one["Subject"] for one in smtp.mails] == ["Your invitation", "File"]
    (attached,) = smtp.mails[1].iter_attachments()
    assert attached.get_content().splitlines() == ["a,b"]


def test_a_message_is_signed_as_receivers_check_it(
    owner: Actor, hook: tuple[Hook, str], receiver: Receiver, clock: FixedClock
) -> None:
    post_event(owner, event=Event.ALERT_RAISED, body={"n": 1}, key="alert/1")
    post_event(owner, event=Event.BRIEF_READY, body={}, key="brief/1")
    send_due(owner)
    (told,) = receiver.came
    with time_machine.travel(clock.now(), tick=False):
        checked = Webhook(hook[1]).verify(told.body, told.headers)
    assert checked["type"] == "alert.raised"
    assert checked["data"] == {"n": 1}
    assert told.name == only().name


def test_a_failed_message_comes_again_under_its_name(
    owner: Actor, hook: tuple[Hook, str], receiver: Receiver, clock: FixedClock
) -> None:
    receiver.statuses = [500, 302, 200]
    post_hook(owner, hook=hook[0], event="alert.raised", body={}, key="a")
    for _ in range(3):
        send_due(owner)
        clock.advance(timedelta(minutes=10))
    assert len({told.name for told in receiver.came}) == 1
    assert len({told.headers["webhook-signature"] for told in receiver.came}) == 3
    assert (only().state, only().attempts) == (State.SENT, 3)
    assert Hook.objects.get().failing_since is None


@pytest.mark.parametrize(("status", "attempts"), [(500, range(8, 15)), (410, range(1, 2))])
def test_who_takes_nothing_is_switched_off_and_the_owner_is_told(
    status: int,
    attempts: range,
    owner: Actor,
    hook: tuple[Hook, str],
    receiver: Receiver,
    smtp: Mailbox,
    clock: FixedClock,
) -> None:
    User.objects.filter(pk=owner.user_id or 0).update(email="owner@lakeside.example")
    receiver.statuses = [status]
    post_hook(owner, hook=hook[0], event="alert.raised", body={}, key="a")
    for _ in range(100):
        send_due(owner)
        clock.advance(timedelta(hours=1))
    assert len(receiver.came) in attempts
    now_off = Hook.objects.get()
    assert not now_off.on
    assert str(status) in now_off.off_because
    (told,) = smtp.to("owner@lakeside.example")
    assert "desk" in told["Subject"]
    post_event(owner, event=Event.ALERT_RAISED, body={}, key="b")
    assert Letter.objects.filter(kind=Kind.HOOK).count() == 1


def test_a_private_address_is_refused(
    owner: Actor, hook: tuple[Hook, str], receiver: Receiver, settings: Any
) -> None:
    settings.AUSCULT = dataclasses.replace(settings.AUSCULT, reach=())
    post_hook(owner, hook=hook[0], event="alert.raised", body={}, key="a")
    send_due(owner)
    assert not receiver.came
    assert "AUSCULT_REACH" in only().error


def test_one_of_two_senders_wins(owner: Actor, smtp: Mailbox) -> None:
    mail(owner)
    first, second = only(), only()
    assert claim(owner, first)
    assert not claim(owner, second)


def test_what_was_cut_off_is_sent_again_and_a_late_answer_changes_nothing(
    owner: Actor, smtp: Mailbox, clock: FixedClock
) -> None:
    mail(owner)
    cut = only()
    claim(owner, cut)
    assert not queries.due_letters(owner).exists()
    clock.advance(sending.HELD + timedelta(seconds=1))
    again = queries.due_letters(owner).get()
    assert claim(owner, again)
    sending._failed(owner, cut, sending.Unsent("too late"))
    assert only().state == State.SENDING
    sending._arrived(owner, again)
    sending._failed(owner, again, sending.Unsent("too late"))
    assert only().state == State.SENT


@given(attempts=st.integers(0, 50), name=st.text("0123456789abcdef", min_size=1, max_size=32))
def test_pauses_grow_and_spread(attempts: int, name: str) -> None:
    usual = PAUSES[min(max(attempts, 1), len(PAUSES)) - 1]
    assert usual <= pause(Letter(name=name, attempts=attempts)) <= usual * (1 + SPREAD)
    assert pause(Letter(name=name, attempts=attempts), 1e6) >= timedelta(seconds=1e6)


def test_a_rotation_of_keys_loses_no_letter_and_no_webhook(
    owner: Actor, hook: tuple[Hook, str], receiver: Receiver, smtp: Mailbox, clock: FixedClock
) -> None:
    mail(owner)
    post_hook(owner, hook=hook[0], event="alert.raised", body={}, key="a")
    for _ in range(3):  # more than old keys are kept
        assert rotate_secrets(clock=clock).renewed == 3
    send_due(owner)
    assert len(smtp.mails) == 1
    with time_machine.travel(clock.now(), tick=False):
        Webhook(hook[1]).verify(receiver.came[0].body, receiver.came[0].headers)
