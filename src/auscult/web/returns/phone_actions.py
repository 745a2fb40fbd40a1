"""Telephone numbers that are told in one place alone, so that their calls say where from."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from auscult.engine.returns.exports.cells import CellRefused
from auscult.engine.returns.exports.phone import e164
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.planning.models import Bet
from auscult.web.returns import intake_queries, queries
from auscult.web.returns.errors import ReturnsRefused
from auscult.web.returns.outcome_models import OutcomeKind, PhoneLine
from auscult.web.returns.recording import LONGEST_CAMPAIGN, LONGEST_CHANNEL, is_plain


@dataclass(frozen=True, slots=True, kw_only=True)
class LineWish:
    """A `PhoneLine` before it is one; its number comes with its country."""

    number: str
    kind: OutcomeKind
    channel: str
    campaign: str = ""
    bet: Bet | None = None


def save_line(actor: Actor, *, wish: LineWish, line: PhoneLine | None = None) -> PhoneLine:
    """Keep a number of the house, or change what it is for; calls that were told stay.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    number = _checked(actor, wish)
    made = line or PhoneLine(organisation_id=actor.organisation_id)
    if made.organisation_id != actor.organisation_id:
        raise ReturnsRefused("line", made.pk, _("a line of your organisation"))
    made.number, made.kind, made.bet = number, wish.kind, wish.bet
    made.channel, made.campaign = wish.channel.strip().casefold(), wish.campaign.strip()
    try:
        with transaction.atomic():
            made.save()
            record_audit(actor, action="save-phone-line", target=number)
    except IntegrityError as error:
        raise ReturnsRefused("number", number, _("one that isn't there yet")) from error
    return made


@transaction.atomic
def remove_line(actor: Actor, *, line: PhoneLine) -> None:
    """Remove a number; calls that were told stay.

    Raises
    ------
    NotAllowed, ReturnsUnknown
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    intake_queries.line(actor, line.pk).delete()
    record_audit(actor, action="remove-phone-line", target=line.number)


def _checked(actor: Actor, wish: LineWish) -> str:
    """Return the number as E.164 writes it, once the rest of a wish is looked at."""
    if wish.kind.organisation_id != actor.organisation_id:
        raise ReturnsRefused("kind", wish.kind.pk, _("a kind of outcome of your organisation"))
    if wish.bet is not None and wish.bet.cycle.organisation_id != actor.organisation_id:
        raise ReturnsRefused("bet", wish.bet.pk, _("a bet of your organisation"))
    for name, least, most in (("channel", 1, LONGEST_CHANNEL), ("campaign", 0, LONGEST_CAMPAIGN)):
        given = getattr(wish, name).strip()
        if not least <= len(given) <= most or not is_plain(given):
            valid = _("%(least)s to %(most)s characters") % {"least": least, "most": most}
            raise ReturnsRefused(name, given[:80], valid)
    try:
        return e164(wish.number)
    except CellRefused as error:
        valid = _("a telephone number with its country, like +49 30 12345")
        raise ReturnsRefused("number", wish.number[:40], valid) from error
