"""Making, changing and ending short links."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.planning.models import Bet
from auscult.web.returns import queries
from auscult.web.returns.errors import ReturnsRefused
from auscult.web.returns.link_models import ShortLink
from auscult.web.returns.link_targets import is_target
from auscult.web.returns.recording import LONGEST_CAMPAIGN, LONGEST_CHANNEL, is_plain

# Without what is taken for something else on paper: 0 and o, 1 and l and i.
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
DRAWN = 6  # letters: 880 million
LONGEST_SLUG, LONGEST_TITLE = 40, 200
SLUG = re.compile(rf"[a-z0-9][a-z0-9_-]{{1,{LONGEST_SLUG - 1}}}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkWish:
    """A link as somebody wants it.

    Attributes
    ----------
    target : str
        http or https.
    title, channel : str
    slug : str
        Empty: one is drawn. It stays with its link for ever.
    campaign : str
    bet : Bet or None
    ambassadors : bool
    """

    target: str
    title: str
    channel: str
    slug: str = ""
    campaign: str = ""
    bet: Bet | None = None
    ambassadors: bool = False


def save_link(actor: Actor, *, wish: LinkWish, link: ShortLink | None = None) -> ShortLink:
    """Make a link, or change where it leads and what it is for.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    _check(actor, wish)
    made = link or ShortLink(
        organisation_id=actor.organisation_id,
        slug=_slug(wish.slug),
        made_by_id=actor.user_id,
        made_at=actor.clock.now(),
    )
    for name in ("target", "title", "channel", "campaign"):
        setattr(made, name, getattr(wish, name).strip())
    made.bet, made.ambassadors = wish.bet, wish.ambassadors
    try:
        with transaction.atomic():
            made.save()
            record_audit(
                actor, action="save-link", target=made.slug, details={"target": made.target}
            )
    except IntegrityError as error:
        raise ReturnsRefused("slug", made.slug, _("one that isn't taken yet")) from error
    return made


def _slug(wanted: str) -> str:
    """Return the name of a new link."""
    plain = wanted.strip().lower()
    if not plain:
        return "".join(secrets.choice(LETTERS) for _place in range(DRAWN))
    if not SLUG.fullmatch(plain):
        valid = _("2 to %(most)s of the letters a to z, figures, - and _") % {"most": LONGEST_SLUG}
        raise ReturnsRefused("slug", plain[:60], valid)
    return plain


def _check(actor: Actor, wish: LinkWish) -> None:
    if not is_target(wish.target.strip()):
        valid = _("a whole address of a page that begins with https:// or http://")
        raise ReturnsRefused("target", wish.target[:80], valid)
    limits = (("title", 1, LONGEST_TITLE), ("channel", 1, LONGEST_CHANNEL))
    for field, least, most in (*limits, ("campaign", 0, LONGEST_CAMPAIGN)):
        given = getattr(wish, field).strip()
        if not least <= len(given) <= most or not is_plain(given):
            valid = _("%(least)s to %(most)s characters") % {"least": least, "most": most}
            raise ReturnsRefused(field, given[:80], valid)
    bet = wish.bet
    if bet is not None and not queries.bets(actor).filter(pk=bet.pk).exists():
        raise ReturnsRefused("bet", bet.pk, _("a bet of your organisation"))


@transaction.atomic
def end_link(actor: Actor, *, link: ShortLink) -> None:
    """Stop counting; it still leads where it led, for it stands in print and posts.

    Raises
    ------
    NotAllowed
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    if link.ended_at is None:
        link.ended_at = actor.clock.now()
        link.save(update_fields=["ended_at"])
        record_audit(actor, action="end-link", target=link.slug)


@transaction.atomic
def resume_link(actor: Actor, *, link: ShortLink) -> None:
    """Count again.

    Raises
    ------
    NotAllowed
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    if link.ended_at is not None:
        link.ended_at = None
        link.save(update_fields=["ended_at"])
        record_audit(actor, action="resume-link", target=link.slug)
