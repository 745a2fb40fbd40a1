"""Sending what is due: claimed, sent, and what became of it written down.

Sending and writing down that it was sent can't be one step. Who is killed between the two sends
again, with the same name: a mail is repeated with the same Message-ID, a message to a machine
with the same webhook-id. So each letter is sent at least once, and known when it is repeated.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException, SMTPSenderRefused
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from auscult.engine.connectors import webhooks
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.http import Client, Network, Reach, user_agent
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.keys import keyring
from auscult.web.accounts.models import Actor, Membership, Role
from auscult.web.delivery import queries
from auscult.web.delivery.actions import post_mail
from auscult.web.delivery.models import Hook, Kind, Letter, State
from auscult.web.delivery.sealing import unsealed

HELD = timedelta(minutes=5)  # a claim; longer than any attempt takes
TIMEOUT = 10.0  # seconds for one step of an attempt: the runner has other work
SLICE = 3.0  # seconds after which the runner's other work has its turn
LASTS = timedelta(days=3)  # then a letter is given up
# Pauses before the next attempts, after the example of Standard Webhooks; the last one stays.
PAUSES = tuple(
    timedelta(seconds=seconds) for seconds in (5, 60, 300, 1_800, 7_200, 18_000, 36_000, 43_200)
)
SPREAD = 0.2  # share by which a pause is longer, so that letters don't come back together
SERVER_PAUSE = timedelta(minutes=1)  # of all mails, when their server can't be reached


class Unsent(Exception):
    """An attempt failed.

    Attributes
    ----------
    permanent : bool
        Trying again can't help.
    unreached : bool
        It is the server that failed, for every letter.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        unreached: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.unreached = unreached
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How letters leave: by mail and by HTTP, opened when they are first needed."""

    mails: EmailBackend
    client: Client

    def close(self) -> None:
        """End connections."""
        self.mails.close()
        self.client.close()


def ways() -> Ways:
    """Return the ways that the settings name."""
    options = settings.AUSCULT
    mails = EmailBackend(
        host=options.smtp_host,
        port=options.smtp_port,
        username=options.smtp_user,
        password=options.smtp_password,
        use_tls=options.smtp_security == "starttls",
        use_ssl=options.smtp_security == "tls",
        timeout=TIMEOUT,
    )
    network = Network(Reach(options.reach), user_agent=user_agent(options.contact))
    return Ways(mails=mails, client=network.client(timeout=TIMEOUT, total=TIMEOUT))


def send_due(actor: Actor, *, opened: Callable[[], Ways] = ways, seconds: float = SLICE) -> bool:
    """Send what is due, for about so long; return whether more is."""
    due = list(queries.due_letters(actor)[:50])
    if not due:
        return False
    until = time.monotonic() + seconds
    way = opened()
    try:
        for letter in due:
            if time.monotonic() > until:
                break
            if claim(actor, letter):
                attempt(actor, letter, way)
    finally:
        way.close()
    return queries.due_letters(actor).exists()


def claim(actor: Actor, letter: Letter) -> bool:
    """Take a letter, unless somebody else did or it has become too old; say whether."""
    now = actor.clock.now()
    same = Letter.objects.due(now).filter(pk=letter.pk, attempts=letter.attempts)
    if now - letter.posted_at > LASTS:
        same.update(state=State.GIVEN_UP, error=letter.error or _("It waited for three days."))
        return False
    taken = same.update(state=State.SENDING, locked_until=now + HELD, attempts=F("attempts") + 1)
    letter.attempts += taken
    return bool(taken)


def attempt(actor: Actor, letter: Letter, way: Ways) -> None:
    """Send a letter that was claimed, and write down what became of it."""
    try:
        if letter.kind == Kind.MAIL:
            _send_mail(letter, way.mails)
        else:
            _send_hook(actor, letter, way.client)
    except Unsent as error:
        _failed(actor, letter, error)
    else:
        _arrived(actor, letter)


def _send_mail(letter: Letter, mails: EmailBackend) -> None:
    try:
        body = unsealed(letter.body)
        message = _message(letter, body)
    except (Correctable, ValueError) as error:
        raise Unsent(str(error), permanent=True) from error
    try:
        mails.open()
    except (OSError, SMTPException) as error:
        mails.close()
        raise Unsent(_refusal(error), unreached=True) from error
    try:
        mails.send_messages([message])
    except (OSError, SMTPException) as error:
        mails.close()
        raise Unsent(_refusal(error), permanent=_for_ever(error)) from error


def _refusal(error: Exception) -> str:
    """Return what a mail server answered, for a person."""
    code: int
    said: bytes | str
    match error:
        case SMTPRecipientsRefused():
            code, said = next(iter(error.recipients.values()))
        case SMTPResponseException():
            code, said = error.smtp_code, error.smtp_error
        case _:
            return str(error) or type(error).__name__
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return _("The mail server answered %(code)s: %(text)s") % {"code": code, "text": text}


def _for_ever(error: Exception) -> bool:
    """Tell whether a server refused this very letter for good: by a code from 500 on.

    That it doesn't take the sender, or gives up a connection, is no fault of the letter.
    """
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _said in error.recipients.values())
    sender = isinstance(error, SMTPSenderRefused)
    return isinstance(error, SMTPResponseException) and error.smtp_code >= 500 and not sender


def _message(letter: Letter, body: Mapping[str, Any]) -> EmailMultiAlternatives:
    """Return a mail; every attempt gives the very same, but for its boundaries."""
    sender = settings.AUSCULT.smtp_from
    domain = sender.rpartition("@")[2].strip("> ") or "auscult.invalid"
    text, html = str(body.get("text", "")), str(body.get("html", ""))
    message = EmailMultiAlternatives(
        subject=letter.subject,
        body=text or html,
        from_email=sender,
        to=[letter.recipient],
        reply_to=body.get("reply_to") or None,
        headers={
            "Message-ID": f"<{letter.name}@{domain}>",
            "Date": format_datetime(letter.created_at),
            "Auto-Submitted": "auto-generated",
        },
    )
    if html and not text:
        message.content_subtype = "html"
    elif html:
        message.attach_alternative(html, "text/html")
    for one in body.get("attachments") or ():
        message.attach(one["name"], base64.b64decode(one["content"]), one["type"])
    return message


def _send_hook(actor: Actor, letter: Letter, client: Client) -> None:
    hook = letter.hook
    if hook is None or not hook.on:
        raise Unsent(_("The webhook is switched off."), permanent=True)
    try:
        secret = keyring().decrypt(hook.secret)
        body = unsealed(letter.body)["json"].encode()
    except Correctable as error:
        raise Unsent(str(error), permanent=True) from error
    try:
        webhooks.post(
            client,
            hook.address,
            secret=secret,
            name=letter.name,
            at=actor.clock.now(),
            body=body,
        )
    except Correctable as error:
        raise Unsent(str(error)) from error
    except Remote as error:
        raise Unsent(
            error.message, permanent=error.permanent, retry_after=error.retry_after
        ) from error


@transaction.atomic
def _arrived(actor: Actor, letter: Letter) -> None:
    """Write down that a letter arrived, and drop what it said."""
    now = actor.clock.now()
    _held(letter).update(state=State.SENT, sent_at=now, locked_until=None, error="", body="")
    if letter.hook_id is not None:
        Hook.objects.filter(pk=letter.hook_id).update(failing_since=None, arrived_at=now)


@transaction.atomic
def _failed(actor: Actor, letter: Letter, error: Unsent) -> None:
    """Write down why a letter didn't arrive, and when it is tried again."""
    now = actor.clock.now()
    after = now + pause(letter, error.retry_after)
    over = error.permanent or after - letter.posted_at > LASTS
    state = State.GIVEN_UP if over else State.FAILED
    said = str(error)[:1000]
    if not _held(letter).update(state=state, error=said, next_attempt=after, locked_until=None):
        return  # somebody else has it now
    if error.unreached:
        _let_mails_wait(now + SERVER_PAUSE)
    if letter.hook_id is not None:
        Hook.objects.filter(pk=letter.hook_id, failing_since=None).update(failing_since=now)
        if over and letter.hook:
            _switch_off(actor, letter, letter.hook, said)


def _held(letter: Letter) -> QuerySet[Letter]:
    """Return a letter, as long as it is ours: each attempt has a number of its own."""
    return Letter.objects.filter(pk=letter.pk, state=State.SENDING, attempts=letter.attempts)


def pause(letter: Letter, wished: float | None = None) -> timedelta:
    """Return how long to wait before the next attempt.

    The jitter follows from the letter's name, so that it needs no chance.
    """
    usual = PAUSES[min(max(letter.attempts, 1), len(PAUSES)) - 1]
    digest = sha256(f"{letter.name}/{letter.attempts}".encode()).digest()
    usual *= 1 + SPREAD * int.from_bytes(digest[:4]) / 2**32
    return max(usual, timedelta(seconds=wished or 0))


def _let_mails_wait(until: datetime) -> None:
    """Put all mails off: their server can't be reached, and each would find that out anew."""
    waiting = Letter.objects.filter(kind=Kind.MAIL, state__in=(State.WAITING, State.FAILED))
    waiting.filter(next_attempt__lt=until).update(next_attempt=until)


def _switch_off(actor: Actor, letter: Letter, hook: Hook, said: str) -> None:
    """Switch a webhook off that took nothing for three days or wants nothing; tell the owners."""
    if not Hook.objects.filter(pk=hook.pk, on=True).update(on=False, off_because=said):
        return
    record_audit(actor, action="switch-webhook", target=hook.name, details={"on": False})
    owners = Membership.objects.filter(organisation_id=hook.organisation_id, role=Role.OWNER)
    post_mail(
        actor,
        to=owners.exclude(user__email="").values_list("user__email", flat=True),
        subject=_("The webhook “%(name)s” was switched off") % {"name": hook.name},
        text=_(
            "The webhook “%(name)s” took no message for three days, or wants none any more. "
            "The last answer was: %(said)s\n\nMend it and switch it on again: %(link)s"
        )
        % {"name": hook.name, "said": said, "link": queries.link("/settings/webhooks/")},
        key=f"hook-off/{letter.pk}",
    )
