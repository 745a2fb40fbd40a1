"""What the house's website tells: one outcome, read from what a browser sends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from django.db import transaction
from django.utils.translation import gettext as _
from ninja import Field
from pydantic import ValidationError

from auscult.web.accounts.interfaces import Body, Text
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.returns import queries
from auscult.web.returns.cost_models import Ledger
from auscult.web.returns.digests import Digests, Named
from auscult.web.returns.errors import ReturnsRefused
from auscult.web.returns.link_models import Click
from auscult.web.returns.link_targets import campaign_of
from auscult.web.returns.outcome_models import IntakeOrigin, Outcome, OutcomeKind
from auscult.web.returns.path_channels import channel_of
from auscult.web.returns.recording import LONGEST_CAMPAIGN, OutcomeRow, TouchRow, keep

LONGEST_REFERRER = 2_000
Short = Annotated[Text, Field(max_length=200)]


class Told(Body):
    """A conversion."""

    kind: Annotated[Text, Field(min_length=1, max_length=60)]
    click: Short = ""
    order: Short = ""
    value: Annotated[float | None, Field(ge=0, le=1e12, allow_inf_nan=False)] = None
    currency: Annotated[Text, Field(max_length=3)] = ""
    utm_source: Short = ""
    utm_campaign: Short = ""
    referrer: Annotated[Text, Field(max_length=LONGEST_REFERRER)] = ""
    tracked: bool = True  # False: the browser says that the visitor asks not to be followed


def read(body: bytes) -> Told:
    """Read what was sent.

    Raises
    ------
    ReturnsRefused
        It is no JSON object of these fields; the message names the first that is wrong.
    """
    try:
        return Told.model_validate_json(body)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_context=False)[0]
        field = ".".join(str(part) for part in wrong["loc"]) or "body"
        given = str(wrong.get("input"))[:40]
        valid = _("%(why)s; fields are %(fields)s")
        said = {"why": wrong["msg"], "fields": ", ".join(Told.model_fields)}
        raise ReturnsRefused(field[:60], given, valid % said) from error


@transaction.atomic
def take(actor: Actor, book: Ledger, told: Told, *, tracked: bool) -> bool:
    """Keep an outcome that the website tells; return False where its order is known already.

    Of a visitor who asks not to be followed the outcome counts, and nothing else is kept: no
    touch, no order, no mark. Nobody starts this, so it has no entry in the audit trail.

    Parameters
    ----------
    actor : Actor
        The system's, of the organisation of the book.
    tracked : bool
        False where the request asks for privacy.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    require(actor, Right.WORK, "record what the website tells")
    kind = _kind(actor, told.kind)
    currency = (told.currency or book.currency).upper()
    now = actor.clock.now()
    if not (tracked and told.tracked):
        row = OutcomeRow(kind=kind, at=now, amount=told.value, currency=currency, tracked=False)
        keep(actor, [row], IntakeOrigin.SITE)
        return True
    order = Digests(actor.organisation_id, Named.ORDER).of(told.order)
    if order and Outcome.objects.filter(kind=kind, order=order).exists():
        return False
    touch = _clicked(actor, book, told.click, now) or _came(book, told, now)
    row = OutcomeRow(
        kind=kind,
        at=now,
        amount=told.value,
        currency=currency,
        order=told.order,
        visitor=told.click if touch and touch.link else "",
        touches=(touch,) if touch else (),
    )
    keep(actor, [row], IntakeOrigin.SITE)
    return True


def _kind(actor: Actor, slug: str) -> OutcomeKind:
    kinds = {one.slug: one for one in queries.kinds(actor)}
    if slug not in kinds:
        raise ReturnsRefused("kind", slug, ", ".join(kinds) or _("one that the house has made"))
    return kinds[slug]


def _clicked(actor: Actor, book: Ledger, mark: str, now: datetime) -> TouchRow | None:
    """Return the click on one of our links that the mark tells of, within the window."""
    digest = Digests(actor.organisation_id, Named.MARK).of(mark)
    if not digest:
        return None
    since = now - timedelta(days=book.window_days)
    ours = Click.objects.filter(link__organisation_id=actor.organisation_id, at__gte=since)
    click = ours.filter(mark=digest).select_related("link__bet").first()
    if click is None:
        return None
    link = click.link
    return TouchRow(
        channel=link.channel,
        campaign=campaign_of(link),
        bet=link.bet,
        link=link,
        ambassadors=link.ambassadors,
        at=click.at,
    )


def _came(book: Ledger, told: Told, now: datetime) -> TouchRow | None:
    """Return where the visitor came from by what her address and the page before say."""
    channel = channel_of(source=told.utm_source, referrer=told.referrer, own=tuple(book.sites))
    if not channel:
        return None
    campaign = told.utm_campaign.strip()[:LONGEST_CAMPAIGN]
    return TouchRow(channel=channel, campaign=campaign, at=now)
