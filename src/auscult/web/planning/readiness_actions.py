"""Practising, asking for an account of the house, and deciding on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor, User
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.tokens import person_of
from auscult.web.delivery.actions import post_mail
from auscult.web.delivery.queries import link
from auscult.web.goals.models import Objective
from auscult.web.planning import moves, queries, readiness
from auscult.web.planning.actions import MOST_TEXT
from auscult.web.planning.errors import MoveRefused, PlanRefused
from auscult.web.planning.moves import RequestState
from auscult.web.planning.people_models import MOST_MINUTES_A_DAY, AccountRequest, Practice

LOG = gettext_noop("log practice")
ASK = gettext_noop("ask for an account")
DECIDE = gettext_noop("decide on requests for accounts")
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Practised:
    """What somebody did on a network: a `Practice` before it is one."""

    network: str
    day: date
    minutes: int
    tried: str
    reflection: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountWish:
    """What an account shall be for, and who looks after it."""

    network: str
    purpose: str
    objective: Objective | None
    feeder: User
    heir: User


@transaction.atomic
def log_practice(actor: Actor, *, done: Practised, practice: Practice | None = None) -> Practice:
    """Write down what the actor practised, or change a line of her own log.

    Raises
    ------
    NotAllowed, PlanRefused, PlanUnknown
    """
    require(actor, Right.CHECK_IN, LOG)
    _check_practised(actor, done)
    if practice is None:
        whose = {"organisation_id": actor.organisation_id, "user_id": person_of(actor)}
        saved = Practice(**whose)
    else:
        saved = readiness.own_practice(actor, practice.pk)
    saved.network, saved.day, saved.minutes = done.network.strip(), done.day, done.minutes
    saved.tried, saved.reflection = done.tried.strip(), done.reflection.strip()
    saved.save()
    record_audit(actor, action="log-practice", target=saved.network)
    return saved


def _check_practised(actor: Actor, done: Practised) -> None:
    _check_words("network", done.network, LONGEST_NAME)
    _check_words("tried", done.tried, MOST_TEXT)
    if len(done.reflection) > MOST_TEXT:
        most = _("at most %(most)s characters") % {"most": MOST_TEXT}
        raise PlanRefused("reflection", done.reflection[:40], most)
    if not 1 <= done.minutes <= MOST_MINUTES_A_DAY:
        limits = {"least": 1, "most": MOST_MINUTES_A_DAY}
        raise PlanRefused("minutes", done.minutes, _("from %(least)s to %(most)s") % limits)
    if done.day > queries.today(actor):
        raise PlanRefused("day", done.day.isoformat(), _("today or earlier"))


def _check_words(field: str, given: str, most: int) -> None:
    if not given.strip() or len(given) > most:
        raise PlanRefused(field, given[:40], _("1 to %(most)s characters") % {"most": most})


@transaction.atomic
def remove_practice(actor: Actor, *, practice: Practice) -> None:
    """Take a line out of the actor's own log.

    Raises
    ------
    NotAllowed, PlanUnknown
    """
    require(actor, Right.CHECK_IN, LOG)
    gone = readiness.own_practice(actor, practice.pk)
    gone.delete()
    record_audit(actor, action="remove-practice", target=gone.network)


@transaction.atomic
def ask_account(
    actor: Actor, *, wish: AccountWish, request: AccountRequest | None = None
) -> AccountRequest:
    """Ask for an account of the house; one's own request is changed, and asked again.

    Raises
    ------
    NotAllowed, PlanRefused, MoveRefused
    """
    require(actor, Right.CHECK_IN, ASK)
    _check_wish(actor, wish)
    asked = _own(actor, request) if request else _new(actor)
    for name in ("network", "purpose"):
        setattr(asked, name, getattr(wish, name).strip())
    for name in ("objective", "feeder", "heir"):
        setattr(asked, name, getattr(wish, name))
    if asked.state != RequestState.ASKED:
        before = RequestState(asked.state)
        asked.state = moves.checked(moves.REQUEST, asked.network, before, RequestState.ASKED)
        asked.asked_at = actor.clock.now()
        asked.decided_at, asked.decided_by, asked.reason = None, None, ""
    asked.save()
    record_audit(actor, action="ask-account", target=asked.network)
    return asked


def _new(actor: Actor) -> AccountRequest:
    return AccountRequest(
        organisation_id=actor.organisation_id,
        asker_id=person_of(actor),
        asked_at=actor.clock.now(),
    )


def _own(actor: Actor, request: AccountRequest) -> AccountRequest:
    """Return a request as it is now, for a change of its asker."""
    found = readiness.request(actor, request.pk)
    if found.asker_id is None or found.asker_id != actor.user_id:
        raise PlanRefused("request", found.network, _("one of your own"))
    if found.state == RequestState.APPROVED:
        label = str(RequestState.APPROVED.label)
        raise MoveRefused(found.network, label, str(RequestState.ASKED.label), [])
    return found


def _check_wish(actor: Actor, wish: AccountWish) -> None:
    _check_words("network", wish.network, LONGEST_NAME)
    _check_words("purpose", wish.purpose, MOST_TEXT)
    objective = wish.objective
    if objective is not None and objective.organisation_id != actor.organisation_id:
        raise PlanRefused("objective", objective.pk, _("one of your organisation"))
    for field in ("feeder", "heir"):
        who = getattr(wish, field)
        if not queries.people(actor).filter(pk=who.pk).exists():
            raise PlanRefused(field, str(who), _("a member of your organisation"))
    if wish.feeder == wish.heir:
        valid = _("somebody else than who feeds it: an account outlives who leaves")
        raise PlanRefused("heir", str(wish.heir), valid)


@transaction.atomic
def withdraw_request(actor: Actor, *, request: AccountRequest) -> None:
    """Take one's own request back.

    Raises
    ------
    NotAllowed, PlanRefused, MoveRefused
    """
    require(actor, Right.CHECK_IN, ASK)
    _move(actor, _own(actor, request), RequestState.WITHDRAWN)
    record_audit(actor, action="withdraw-account", target=request.network)


@transaction.atomic
def decide_request(
    actor: Actor, *, request: AccountRequest, state: RequestState, reason: str
) -> None:
    """Approve a request or refuse it, with a reason; not one's own, where somebody else can.

    Raises
    ------
    NotAllowed, PlanRefused, MoveRefused
    """
    require(actor, Right.DECIDE_ACCOUNTS, DECIDE)
    reason = reason.replace("\0", "")  # which no form lets through, but a request may hold
    if state not in {RequestState.APPROVED, RequestState.REFUSED}:
        allowed = ", ".join(str(one.label) for one in (RequestState.APPROVED, RequestState.REFUSED))
        raise PlanRefused("state", str(state.label), allowed)
    _check_words("reason", reason, MOST_TEXT)
    asked = readiness.request(actor, request.pk)
    if asked.asker_id == actor.user_id and readiness.others_decide(actor):
        raise PlanRefused("request", asked.network, _("decided by somebody else: you asked for it"))
    _move(actor, asked, state, reason=reason.strip())
    details = {"state": state.value}
    record_audit(actor, action="decide-account", target=asked.network, details=details)
    _tell(actor, asked, state, reason.strip())


def _tell(actor: Actor, asked: AccountRequest, state: RequestState, reason: str) -> None:
    """Tell the asker what was decided, where she is in the house and has an address."""
    person = asked.asker
    if person is None or not person.email or person.pk == actor.user_id:
        return
    if not queries.people(actor).filter(pk=person.pk, is_active=True).exists():
        return
    with translation.override(settings.LANGUAGE_CODE):
        about = {"network": asked.network, "state": state.label}
        page = link(reverse("planning:request", args=[asked.pk]))
        post_mail(
            actor,
            to=person.email,
            subject=_("Your request for an account on %(network)s: %(state)s") % about,
            text=f"{reason}\n\n{page}\n",
            key=f"plan-account-{asked.pk}-{actor.clock.now().isoformat()}",
        )


def _move(actor: Actor, asked: AccountRequest, state: RequestState, *, reason: str = "") -> None:
    """Move a request on, unless somebody else was faster."""
    before = RequestState(asked.state)
    moves.checked(moves.REQUEST, asked.network, before, state)
    moved = AccountRequest.objects.filter(pk=asked.pk, state=before).update(
        state=state,
        reason=reason,
        decided_at=actor.clock.now(),
        decided_by_id=actor.user_id,
    )
    if not moved:
        asked.refresh_from_db()
        now = RequestState(asked.state)
        allowed = [str(one.label) for one in moves.REQUEST[now]]
        raise MoveRefused(asked.network, str(now.label), str(state.label), allowed)
