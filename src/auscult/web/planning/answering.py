"""Taking a check-in that came by mail: kept, or answered with what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.errors import NotAMember
from auscult.web.accounts.models import Actor, Membership, User
from auscult.web.accounts.queries import actor_for, system_actor
from auscult.web.delivery.actions import post_mail
from auscult.web.delivery.queries import link
from auscult.web.planning import marks, queries, replies
from auscult.web.planning.errors import ReplyRefused
from auscult.web.planning.marks import Mark
from auscult.web.planning.models import Bet, Cycle
from auscult.web.planning.moves import BetState, CycleState
from auscult.web.planning.people_models import ReadReply
from auscult.web.planning.replies import Mail, Said, words
from auscult.web.planning.review_actions import check_in

LASTS = timedelta(days=14)  # from the Monday that the mail asked on
REMEMBERED = timedelta(days=60)  # longer than any mark is good for
NAME = "mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a mail.

    Attributes
    ----------
    state : str
        `kept`; `again`: it was read before; `refused`: answered where the sender is known;
        `ignored`: a program wrote it.
    """

    state: Literal["kept", "again", "refused", "ignored"]
    said: str = ""
    bets: tuple[str, ...] = ()


def take_reply(raw: bytes, *, clock: Clock) -> Outcome:
    """Read a mail and check in what it says; whatever comes, the mail is dealt with.

    Raises
    ------
    ReplyRefused
        This installation has set no address for replies.
    """
    if not settings.AUSCULT.reply_address:
        raise ReplyRefused(
            "AUSCULT_REPLY_ADDRESS is empty, but must be the mailbox that replies come to.",
            code="reply-off",
        )
    with translation.override(settings.LANGUAGE_CODE):
        mail = replies.read_mail(raw)
        if mail.automatic:
            return Outcome(state="ignored", said=_("A program wrote this mail."))
        try:
            mark = marks.found(mail.recipients)
        except ReplyRefused as error:
            return _refuse_unknown(mail, error, clock)
        return _take(mail, mark, clock)


def _take(mail: Mail, mark: Mark, clock: Clock) -> Outcome:
    cycle = Cycle.objects.filter(pk=mark.cycle).first()
    person = User.objects.filter(pk=mark.person).first()
    if cycle is None or person is None:
        return Outcome(state="refused", said=_("The plan or its person is gone."))
    house = system_actor(cycle.organisation_id, NAME, clock=clock)
    if _was_read(house, person, mail):
        return Outcome(state="again", said=_("This mail was read before."))
    try:
        with transaction.atomic():
            kept = _keep(person, cycle, mail, mark, clock)
            _remember(house, person, mail)
    except Correctable as error:
        return _refuse(house, person, mail, error)
    except IntegrityError:
        if not _was_read(house, person, mail):
            raise
        return Outcome(state="again", said=_("This mail was read before."))
    return Outcome(state="kept", bets=tuple(bet.title for bet in kept))


def _was_read(house: Actor, person: User, mail: Mail) -> bool:
    rows = ReadReply.objects.filter(organisation_id=house.organisation_id, user=person)
    return rows.filter(digest=mail.digest).exists()


def _remember(house: Actor, person: User, mail: Mail) -> None:
    """Remember a mail within the transaction of what it changes, and forget old ones.

    Of two that read the same mail at once, one finds its row there, fails, and changed nothing.
    """
    now = house.clock.now()
    own = ReadReply.objects.filter(organisation_id=house.organisation_id)
    own.filter(at__lt=now - REMEMBERED).delete()
    ReadReply.objects.create(
        organisation_id=house.organisation_id, user=person, digest=mail.digest, at=now
    )


def _keep(person: User, cycle: Cycle, mail: Mail, mark: Mark, clock: Clock) -> list[Bet]:
    """Check in what a mail says, all of it or nothing.

    Raises
    ------
    Correctable
        The mark is too old, its person left or may not, the cycle is closed, or the mail
        doesn't say what it should.
    """
    actor = _person(person, cycle, clock)
    if queries.today(actor) >= mark.week + LASTS:
        raise ReplyRefused(
            _("The mail that you answered is older than two weeks."), code="reply-old"
        )
    if cycle.state == CycleState.CLOSED:
        closed = _("The cycle “%(title)s” is closed.") % {"title": cycle.title}
        raise ReplyRefused(closed, code="reply-closed")
    if mail.text is None:
        raise ReplyRefused(_("Your mail is larger than a megabyte."), code="reply-large")
    of_bets = [(_bet(actor, cycle, one), one.report) for one in replies.said(mail.text)]
    if len({bet.pk for bet, _report in of_bets}) < len(of_bets):
        raise ReplyRefused(_("Your mail names a bet twice."), code="reply-twice")
    for bet, report in of_bets:
        check_in(actor, bet=bet, report=report, week=mark.week)
    return [bet for bet, _report in of_bets]


def _person(person: User, cycle: Cycle, clock: Clock) -> Actor:
    left = _("You don't belong to this house any more.")
    if not person.is_active:
        raise ReplyRefused(left, code="reply-left")
    try:
        actor = actor_for(person, cycle.organisation_id, clock=clock)
    except NotAMember as error:
        raise ReplyRefused(left, code="reply-left") from error
    return replace(actor, name=f"{actor.name} by mail"[:150])


def _bet(actor: Actor, cycle: Cycle, one: Said) -> Bet:
    on = queries.bets(actor).filter(cycle=cycle, state=BetState.ON)
    if one.bet is not None:
        found = on.filter(number=one.bet).first()
        if found is None:
            unknown = _("There is no bet %(number)s in “%(title)s”.")
            given = {"number": one.bet, "title": cycle.title}
            raise ReplyRefused(unknown % given, code="reply-bet")
        return found
    own = list(on.filter(Q(owner=actor.user_id) | Q(tasks__people=actor.user_id)).distinct())
    if len(own) != 1:
        which = ", ".join(f"{bet.number} ({bet.title})" for bet in own) or "–"
        unclear = _("Your mail doesn't say which bet it is about; yours are %(bets)s.")
        raise ReplyRefused(unclear % {"bets": which}, code="reply-which")
    return own[0]


def _refuse(house: Actor, person: User, mail: Mail, error: Correctable) -> Outcome:
    """Write down that a mail was refused, and answer it: only ever to an address that we know."""
    try:
        _answer(house, person, mail, error)
    except IntegrityError:  # another one that read it at this moment has answered it
        if not _was_read(house, person, mail):
            raise
        return Outcome(state="again", said=_("This mail was read before."))
    return Outcome(state="refused", said=error.message)


@transaction.atomic
def _answer(house: Actor, person: User, mail: Mail, error: Correctable) -> None:
    _remember(house, person, mail)
    details = {"code": error.code}
    record_audit(house, action="refuse-reply", target=person.get_username(), details=details)
    if person.email and person.is_active:
        parts = {"error": error, "form": form(), "address": link(reverse("planning:room"))}
        post_mail(
            house,
            to=person.email,
            subject=_("Your check-in by mail wasn't taken"),
            text=render_to_string("planning/refused.txt", parts),
            key=f"plan-reply-{person.pk}-{mail.digest}",
        )


def _refuse_unknown(mail: Mail, error: ReplyRefused, clock: Clock) -> Outcome:
    """Refuse a mail whose mark nobody signed.

    It is answered, and written down, only where its sender is one of us, once a day: who writes a
    forged mail writes a forged sender, and an answer to just anybody would be spam of ours.
    """
    known = Membership.objects.filter(user__email__iexact=mail.sender, user__is_active=True)
    membership = known.select_related("user").order_by("pk").first() if mail.sender else None
    if membership is None:
        return Outcome(state="refused", said=error.message)
    house = system_actor(membership.organisation_id, NAME, clock=clock)
    of_the_day = replace(mail, digest=f"forged-{queries.today(house).isoformat()}")
    if _was_read(house, membership.user, of_the_day):
        return Outcome(state="refused", said=error.message)
    return _refuse(house, membership.user, of_the_day, error)


def form(bets: Sequence[Bet] | None = None) -> str:
    """Return the lines that a reply is made of, in the active language, for each of some bets."""
    said = words()
    lines = [f"{said[name]}:" for name in ("progress", "confidence", "hours", "blockers")]
    if bets is None:
        return "\n".join(lines)
    return "\n\n".join(
        "\n".join([f"{said['bet']}: {bet.number} ({bet.title})", *lines]) for bet in bets
    )
