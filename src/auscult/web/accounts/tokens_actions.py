"""Making and revoking what programs show, and noting that it was used."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from auscult.web.accounts import tokens
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor, KeptAnswer, SecretAddress, Token
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.tokens import MARK, SHOWN, USED_ANEW, digest_of, new_secret

KEPT = timedelta(hours=24)  # answers to writes with an idempotency key


@transaction.atomic
def make_token(
    actor: Actor, *, name: str, scopes: Iterable[str], days: int | None
) -> tuple[Token, str]:
    """Make a token, and return it with its secret, which nobody can read again.

    Parameters
    ----------
    days : int or None
        It opens nothing after so many days; None: it never ends.

    Raises
    ------
    NotAllowed, TokenRefused
    """
    require(actor, Right.USE_INTERFACES, "make tokens")
    wanted = tokens.check_wish(actor, name=name, scopes=scopes, days=days)
    secret, now = new_secret(MARK), actor.clock.now()
    made = Token.objects.create(
        organisation_id=actor.organisation_id,
        user_id=tokens.person_of(actor),
        name=name.strip(),
        prefix=secret[:SHOWN],
        digest=digest_of(secret),
        scopes=wanted,
        created_at=now,
        expires_at=None if days is None else now + timedelta(days=days),
    )
    record_audit(
        actor,
        action="make-token",
        target=made.prefix,
        details={"name": made.name, "scopes": wanted, "days": days},
    )
    return made, secret


@transaction.atomic
def revoke_token(actor: Actor, *, token: Token) -> None:
    """Let one of the actor's own tokens open nothing any more.

    Raises
    ------
    NotAllowed, TokenUnknown
    """
    require(actor, Right.USE_INTERFACES, "revoke tokens")
    gone = tokens.token(actor, token.pk)
    gone.revoked_at = actor.clock.now()
    gone.save(update_fields=["revoked_at"])
    record_audit(actor, action="revoke-token", target=gone.prefix, details={"name": gone.name})


@transaction.atomic
def make_secret_address(
    actor: Actor, *, kind: str, subject: int | None, label: str
) -> tuple[SecretAddress, str]:
    """Make a secret address, and return it with its secret, which nobody can read again.

    Parameters
    ----------
    kind, subject : str, int or None
        What it shows; the application that shows it says which kinds there are.

    Raises
    ------
    NotAllowed
    """
    require(actor, Right.USE_INTERFACES, "make secret addresses")
    secret = new_secret()
    made = SecretAddress.objects.create(
        organisation_id=actor.organisation_id,
        user_id=tokens.person_of(actor),
        kind=kind,
        subject=subject,
        label=label[:200],
        digest=digest_of(secret),
        created_at=actor.clock.now(),
    )
    record_audit(actor, action="make-secret-address", target=str(made), details={"number": made.pk})
    return made, secret


@transaction.atomic
def revoke_secret_address(actor: Actor, *, address: SecretAddress) -> None:
    """Let one of the actor's own secret addresses open nothing any more.

    Raises
    ------
    NotAllowed, TokenUnknown
    """
    require(actor, Right.USE_INTERFACES, "revoke secret addresses")
    gone = tokens.secret_address(actor, address.pk)
    gone.revoked_at = actor.clock.now()
    gone.save(update_fields=["revoked_at"])
    record_audit(
        actor, action="revoke-secret-address", target=str(gone), details={"number": gone.pk}
    )


def note_use(actor: Actor, used: Token | SecretAddress) -> None:
    """Keep when a secret was last used, to the minute."""
    now = actor.clock.now()
    if used.last_used_at is not None and now - used.last_used_at < USED_ANEW:
        return
    rows = type(used)._default_manager.filter(pk=used.pk)  # noqa: SLF001 - Django's own name
    rows.filter(Q(last_used_at=None) | Q(last_used_at__lt=now)).update(last_used_at=now)


def drop_old_answers(actor: Actor) -> bool:
    """Forget the answers whose time is over; the runner calls it. There is never more at once."""
    old = KeptAnswer.objects.filter(
        organisation_id=actor.organisation_id, created_at__lt=actor.clock.now() - KEPT
    )
    old.delete()
    return False
