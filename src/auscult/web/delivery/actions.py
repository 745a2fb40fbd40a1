"""Writing letters, sending them again, and the webhooks of the house."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import transaction
from django.utils.translation import gettext as _

from auscult.engine.connectors.webhooks import new_secret, read_secret
from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.http import read_address
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.keys import keyring
from auscult.web.accounts.models import Actor, User
from auscult.web.accounts.policies import Right, require
from auscult.web.delivery import queries
from auscult.web.delivery.errors import HookRefused, LetterMoved, NoMailbox
from auscult.web.delivery.models import Event, Hook, Kind, Letter, State
from auscult.web.delivery.sealing import sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    media_type: str
    content: bytes


def post_mail(  # noqa: PLR0913 - a mail has these parts
    actor: Actor,
    *,
    to: str | Iterable[str],
    subject: str,
    text: str,
    html: str = "",
    attachments: Sequence[Attachment] = (),
    reply_to: str = "",
    key: str,
) -> None:
    """Put a mail into the outbox, for each address a letter of its own.

    Call it inside the transaction of what is told. The same key to the same address is the
    same letter, as long as letters are kept: the second call changes nothing.
    """
    write_mail(
        actor.organisation_id,
        clock=actor.clock,
        to=[to] if isinstance(to, str) else to,
        subject=subject,
        key=key,
        body={
            "text": text,
            "html": html,
            "attachments": _attached(attachments),
            "reply_to": [reply_to] if reply_to else [],
        },
    )


def write_mail(
    organisation_id: int | None,
    *,
    clock: Clock,
    to: Iterable[str],
    subject: str,
    key: str,
    body: Mapping[str, Any],
) -> None:
    """Put a mail into the outbox of an organisation, or of the program itself (None)."""
    now = clock.now()
    kept = sealed(body)
    Letter.objects.bulk_create(
        [
            Letter(
                organisation_id=organisation_id,
                kind=Kind.MAIL,
                key=key,
                recipient=address,
                subject=" ".join(subject.split()),  # a header has one line
                body=kept,
                next_attempt=now,
                posted_at=now,
                created_at=now,
            )
            for address in dict.fromkeys(to)
        ],
        ignore_conflicts=True,
    )


def post_hook(actor: Actor, *, hook: Hook, event: str, body: Mapping[str, Any], key: str) -> None:
    """Put a message to a machine into the outbox; see `post_mail`.

    What arrives is `{"type": event, "timestamp": ..., "data": body}`, with the same
    `webhook-id` however often it is sent.
    """
    now = actor.clock.now()
    payload = {"type": event, "timestamp": now.isoformat(), "data": dict(body)}
    letter = Letter(
        organisation_id=hook.organisation_id,
        kind=Kind.HOOK,
        key=key,
        recipient=f"webhook {hook.pk}",
        subject=event,
        hook=hook,
        body=sealed({"json": orjson.dumps(payload).decode()}),
        next_attempt=now,
        posted_at=now,
        created_at=now,
    )
    Letter.objects.bulk_create([letter], ignore_conflicts=True)


def post_event(actor: Actor, *, event: Event, body: Mapping[str, Any], key: str) -> None:
    """Tell every webhook that wants to know of an event."""
    for hook in queries.hooks_for(actor, event):
        post_hook(actor, hook=hook, event=event, body=body, key=key)


@transaction.atomic
def send_again(actor: Actor, *, letter: Letter) -> None:
    """Let a letter that was given up be sent again, for as long as a new one.

    Raises
    ------
    LetterMoved
        It was sent, or is on its way.
    """
    right = Right.EDIT_INTERFACES if letter.kind == Kind.HOOK else Right.MANAGE_HOUSE
    require(actor, right, "send letters again")
    now = actor.clock.now()
    moved = Letter.objects.filter(
        pk=letter.pk, organisation_id=actor.organisation_id, state=State.GIVEN_UP
    ).update(state=State.WAITING, next_attempt=now, posted_at=now, locked_until=None, error="")
    if not moved:
        letter.refresh_from_db()
        raise LetterMoved(letter.subject, letter.get_state_display())
    record_audit(actor, action="send-again", target=letter.key, details={"kind": letter.kind})


@transaction.atomic
def send_test_mail(actor: Actor) -> str:
    """Send a mail to who asks for it; return her address.

    Raises
    ------
    NoMailbox
        She has none.
    """
    require(actor, Right.MANAGE_HOUSE, "send a test mail")
    address = User.objects.values_list("email", flat=True).get(pk=actor.user_id or 0)
    if not address:
        raise NoMailbox(actor.name)
    now = actor.clock.now()
    post_mail(
        actor,
        to=address,
        subject=_("A test mail from Auscult"),
        text=_("Mails from Auscult arrive. You asked for this one in the settings."),
        key=f"test/{actor.user_id}/{now.isoformat()}",
    )
    record_audit(actor, action="send-test-mail", target=actor.name)
    return address


@transaction.atomic
def save_hook(
    actor: Actor,
    *,
    name: str,
    address: str,
    events: Sequence[str],
    hook: Hook | None = None,
    secret: str = "",
) -> tuple[Hook, str]:
    """Add a webhook or change one; return it with its secret, where that is new.

    Parameters
    ----------
    secret : str
        `whsec_...`; empty: a new webhook has one made, another keeps its own. A webhook with
        another address has a new one: the old receiver knows the old secret.

    Raises
    ------
    HookRefused
        The name is taken, or the address or an event can't be used.
    """
    require(actor, Right.EDIT_INTERFACES, "change webhooks")
    read_address(address)
    _check_hook(actor, name=name, events=events, hook=hook)
    given = secret.strip()
    if not given and (hook is None or hook.address != address):
        given = new_secret()
    if given:
        read_secret(given)
    saved = hook or Hook(organisation_id=actor.organisation_id, created_at=actor.clock.now())
    saved.name, saved.address, saved.events = name, address, list(events)
    if given:
        saved.secret = keyring().encrypt(given)
    saved.save()
    # The address may hold a secret of its own, so it stays out of the trail.
    record_audit(
        actor, action="save-webhook", target=name, details={"events": list(events), "new": not hook}
    )
    return saved, given


def _check_hook(actor: Actor, *, name: str, events: Sequence[str], hook: Hook | None) -> None:
    others = queries.hooks(actor).exclude(pk=hook.pk if hook else 0)
    if not name.strip() or others.filter(name=name).exists():
        raise HookRefused("name", name, _("a name that no other webhook has"))
    unknown = [one for one in events if one not in Event.values]
    if unknown or not events:
        raise HookRefused("events", ", ".join(unknown), _("one or more of the events listed"))


@transaction.atomic
def switch_hook(actor: Actor, *, hook: Hook, on: bool) -> None:
    """Switch a webhook on or off; while it is off it is told nothing."""
    require(actor, Right.EDIT_INTERFACES, "change webhooks")
    Hook.objects.filter(pk=hook.pk, organisation_id=actor.organisation_id).update(
        on=on, off_because="", failing_since=None
    )
    record_audit(actor, action="switch-webhook", target=hook.name, details={"on": on})


@transaction.atomic
def remove_hook(actor: Actor, *, hook: Hook) -> None:
    """Remove a webhook, with what it would still have been told."""
    require(actor, Right.EDIT_INTERFACES, "remove webhooks")
    queries.hooks(actor).filter(pk=hook.pk).delete()
    record_audit(actor, action="remove-webhook", target=hook.name)


@transaction.atomic
def send_test_hook(actor: Actor, *, hook: Hook) -> None:
    """Send a message to a webhook that says that it is a test."""
    require(actor, Right.EDIT_INTERFACES, "test webhooks")
    now = actor.clock.now()
    post_hook(
        actor,
        hook=hook,
        event=Event.TEST,
        body={"webhook": hook.name, "asked_by": actor.name},
        key=f"test/{hook.pk}/{now.isoformat()}",
    )
    record_audit(actor, action="send-test-webhook", target=hook.name)


def _attached(attachments: Sequence[Attachment]) -> list[dict[str, str]]:
    return [
        {
            "name": one.name,
            "type": one.media_type,
            "content": base64.b64encode(one.content).decode("ascii"),
        }
        for one in attachments
    ]
