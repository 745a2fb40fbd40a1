"""Which websites may tell conversions, and the key that names the house to them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.returns import queries
from auscult.web.returns.cost_models import AttributionRule, Ledger
from auscult.web.returns.errors import ReturnsRefused

MOST_SITES = 20
LONGEST_SITE = 200
KEY_BYTES = 15
DAYS = (1, 366)  # of the window of attribution


def _book(actor: Actor) -> Ledger:
    """Return the book to write in; others who write in it wait."""
    Ledger.objects.get_or_create(organisation_id=actor.organisation_id)
    return Ledger.objects.select_for_update().get(organisation_id=actor.organisation_id)


@transaction.atomic
def save_sites(actor: Actor, *, sites: Sequence[str]) -> Ledger:
    """Say which websites may tell conversions; the first time the house gets its key.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    if len(sites) > MOST_SITES:
        raise ReturnsRefused("sites", len(sites), _("at most %(most)s") % {"most": MOST_SITES})
    origins = list(dict.fromkeys(origin_of(one) for one in sites))
    book = _book(actor)
    book.sites = origins
    book.site_key = book.site_key or _new_key()
    book.save(update_fields=["sites", "site_key"])
    record_audit(
        actor, action="save-sites", target=", ".join(book.sites), details={"sites": book.sites}
    )
    return book


@transaction.atomic
def renew_key(actor: Actor) -> Ledger:
    """Give the house another key; pages that have the old one tell nothing any more.

    Raises
    ------
    NotAllowed
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    book = _book(actor)
    book.site_key = _new_key()
    book.save(update_fields=["site_key"])
    record_audit(actor, action="renew-site-key", target="")
    return book


@transaction.atomic
def choose_rule(actor: Actor, *, rule: str, window_days: int) -> Ledger:
    """Say by which rule the house shares outcomes among what stands before them.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    if rule not in AttributionRule.values:
        raise ReturnsRefused("rule", rule[:40], ", ".join(AttributionRule.values))
    least, most = DAYS
    if not least <= window_days <= most:
        valid = _("from %(least)s to %(most)s") % {"least": least, "most": most}
        raise ReturnsRefused("window_days", window_days, valid)
    book = _book(actor)
    book.rule, book.window_days = AttributionRule(rule), window_days
    book.save(update_fields=["rule", "window_days"])
    details = {"rule": rule, "window_days": window_days}
    record_audit(actor, action="choose-attribution", target=rule, details=details)
    return book


def origin_of(address: str) -> str:
    """Return the origin of an address as browsers send it: scheme, host, and an unusual port.

    Raises
    ------
    ReturnsRefused

    Examples
    --------
    >>> origin_of("https://Clinic.example:443/flu")
    'https://clinic.example'
    """
    given = address.strip()
    wrong = ReturnsRefused(
        "sites", given[:80], _("the address of a website: https://clinic.example")
    )
    try:
        parts = urlsplit(given)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except (ValueError, UnicodeError) as error:
        raise wrong from error
    plain = len(given) <= LONGEST_SITE and host and host.replace("-", "").replace(".", "").isalnum()
    if parts.scheme not in {"http", "https"} or not plain or "@" in parts.netloc:
        raise wrong
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != usual else "")


def _new_key() -> str:
    return secrets.token_urlsafe(KEY_BYTES)
