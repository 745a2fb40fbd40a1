"""What programs show to act for a person: tokens, their scopes, and secrets in general.

A token never opens more than its person's role does when it is used: `policies.may` asks both.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from auscult.engine.kernel.clock import Clock, SystemClock
from auscult.web.accounts.errors import NotAMember, TokenRefused, TokenUnknown
from auscult.web.accounts.models import Actor, SecretAddress, Token
from auscult.web.accounts.policies import Right, may
from auscult.web.accounts.queries import actor_for

MARK = "auscult_"  # at the start of each token, so that scanners for leaked secrets know it
BYTES = 32
SHOWN = len(MARK) + 6  # of its characters, by which a person knows it again
MOST_DAYS = 366
USED_ANEW = timedelta(minutes=1)  # "last used" is no truer than that: not every read is a write


class Scope(models.TextChoices):
    """What a token may be used for."""

    READ = "read", _("read figures and mentions, with pseudonyms")
    WRITE = "write", _("change watches, sources, alerts, dashboards, goals, the plan and returns")
    EXPORT = "export", _("take mentions away in bulk")
    NAMES = "names", _("see who wrote, with a reason")
    AUDIT = "audit", _("read the audit trail")
    PEOPLE = "people", _("see and invite people")
    COSTS = "costs", _("see rates, times and invoices behind the costs")


REACH: Mapping[Scope, frozenset[Right]] = MappingProxyType(
    {
        Scope.READ: frozenset({Right.SEE_FIGURES, Right.READ_MENTIONS}),
        Scope.WRITE: frozenset(
            {
                Right.EDIT_WATCHES, Right.EDIT_SOURCES, Right.HANDLE_ALERTS, Right.EDIT_ALERTS,
                Right.EDIT_DASHBOARDS, Right.EDIT_GOALS, Right.EDIT_PLAN, Right.CHECK_IN,
                Right.EDIT_RETURNS,
            }
        ),
        Scope.EXPORT: frozenset({Right.EXPORT}),
        Scope.NAMES: frozenset({Right.REVEAL_AUTHORS, Right.EXPORT_AUTHORS}),
        Scope.AUDIT: frozenset({Right.SEE_AUDIT}),
        Scope.PEOPLE: frozenset({Right.MANAGE_PEOPLE}),
        # Apart from `read`: what people earn isn't for every program that reads figures.
        Scope.COSTS: frozenset({Right.SEE_COSTS}),
    }
)  # fmt: skip
# What no token opens: a program could give itself more, give the whole house away, remove
# what nobody can bring back, or decide what persons answer for.
FOR_PERSONS = frozenset(
    {
        Right.USE_INTERFACES, Right.EDIT_INTERFACES, Right.MANAGE_HOUSE, Right.SET_RETENTION,
        Right.TAKE_OUT, Right.WORK, Right.REMOVE_SOURCES, Right.FORGET,
        Right.DECIDE_ACCOUNTS,
    }
)  # fmt: skip


def rights_of(scopes: Iterable[str]) -> frozenset[str]:
    """Return the rights that scopes open; one that isn't known any more opens none."""
    known = [REACH[Scope(scope)] for scope in scopes if scope in Scope.values]
    return frozenset[str]().union(*known)


def scopes_for(actor: Actor) -> list[Scope]:
    """Return the scopes that an actor's role has any right of."""
    return [scope for scope in Scope if any(may(actor, right) for right in REACH[scope])]


def new_secret(mark: str = "") -> str:
    """Return a new secret of 256 random bits."""
    return mark + secrets.token_urlsafe(BYTES)


def digest_of(secret: str) -> str:
    """Return what is kept of a secret.

    A plain hash is enough for 256 random bits: there is nothing to guess, and a slow one
    would be paid with every request.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def check_wish(actor: Actor, *, name: str, scopes: Iterable[str], days: int | None) -> list[str]:
    """Return the scopes of a token to make, in order, or say what can't be.

    Raises
    ------
    TokenRefused
    """
    if not name.strip() or len(name) > 100:
        raise TokenRefused("name", name, "1 to 100 characters")
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise TokenRefused("days", days, gettext("from 1 to {most}").format(most=MOST_DAYS))
    wanted, open_to_her = set(scopes), {scope.value for scope in scopes_for(actor)}
    if not wanted or not wanted <= open_to_her:
        raise TokenRefused(
            "scopes",
            sorted(wanted),
            gettext("some of {choices}").format(choices=", ".join(sorted(open_to_her))),
        )
    return [scope.value for scope in Scope if scope.value in wanted]


def person_of(actor: Actor) -> int:
    """Return the person who acts.

    Raises
    ------
    NotAMember
        No person does: what the runner does by itself has no tokens.
    """
    if actor.user_id is None:
        raise NotAMember(actor.name)
    return actor.user_id


def tokens(actor: Actor) -> QuerySet[Token]:
    """Return the actor's own tokens that were not revoked, newest first."""
    mine = Token.objects.filter(organisation_id=actor.organisation_id, user_id=person_of(actor))
    return mine.filter(revoked_at=None).order_by("-pk")


def token(actor: Actor, number: int) -> Token:
    """Return one of the actor's own tokens.

    Raises
    ------
    TokenUnknown
    """
    found = tokens(actor).filter(pk=number).first()
    if found is None:
        raise TokenUnknown(number)
    return found


def secret_addresses(actor: Actor) -> QuerySet[SecretAddress]:
    """Return the actor's own secret addresses that were not revoked, newest first."""
    mine = SecretAddress.objects.filter(
        organisation_id=actor.organisation_id, user_id=person_of(actor), revoked_at=None
    )
    return mine.order_by("-pk")


def secret_address(actor: Actor, number: int) -> SecretAddress:
    """Return one of the actor's own secret addresses.

    Raises
    ------
    TokenUnknown
    """
    found = secret_addresses(actor).filter(pk=number).first()
    if found is None:
        raise TokenUnknown(number)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who stands behind a secret that was shown: she as an actor, and the row of the secret."""

    actor: Actor
    row: Token


def holder_of(secret: str, *, clock: Clock | None = None) -> Holder | None:
    """Return who a token acts for; None where it is unknown, revoked or too old."""
    clock = clock or SystemClock()
    found = (
        Token.objects.filter(digest=digest_of(secret), revoked_at=None)
        .filter(Q(expires_at=None) | Q(expires_at__gt=clock.now()))
        .select_related("user")
        .first()
    )
    actor = _behind(found, clock)
    if found is None or actor is None:
        return None
    # The trail says that a program did it, and which one.
    named = f"{actor.name} by token {found.prefix}"[:150]
    return Holder(actor=replace(actor, name=named, only=rights_of(found.scopes)), row=found)


def _behind(found: Token | SecretAddress | None, clock: Clock | None) -> Actor | None:
    """Return the person for whom a secret opens something, while she may sign in herself."""
    if found is None or not found.user.is_active:
        return None
    try:
        return actor_for(found.user, found.organisation_id, clock=clock)
    except NotAMember:
        return None


def reader_of(
    secret: str, kind: str, *, clock: Clock | None = None
) -> tuple[Actor, SecretAddress] | None:
    """Return who a secret address was made for; None where it opens nothing of this kind."""
    found = (
        SecretAddress.objects.filter(digest=digest_of(secret), kind=kind, revoked_at=None)
        .select_related("user")
        .first()
    )
    actor = _behind(found, clock)
    if found is None or actor is None:
        return None
    return replace(actor, only=rights_of([Scope.READ])), found
