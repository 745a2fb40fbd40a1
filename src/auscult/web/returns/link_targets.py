"""Where a short link may lead, and the address that a visitor is sent to."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from auscult.web.returns.link_models import ShortLink

MARK = "auscult_click"  # the part of an address that a click's mark stands in
LONGEST = 2_000
LONGEST_LED = 2_048  # of an address that a visitor is sent to
SCHEMES = ("http", "https")
_check = URLValidator(schemes=SCHEMES)


def is_target(address: str) -> bool:
    """Return whether a link may lead there: a page of the web, without a name or password in it."""
    if len(address) > LONGEST or any(one <= " " or one == "\x7f" for one in address):
        return False
    try:
        _check(address)
        parts = urlsplit(address)
    except (ValidationError, ValueError):
        return False
    return parts.scheme in SCHEMES and bool(parts.hostname) and "@" not in parts.netloc


def campaign_of(link: ShortLink) -> str:
    """Return what a link belongs to: its campaign, else the title of its bet."""
    title = link.bet.title[:100] if link.bet is not None else ""
    return link.campaign or title


def target_of(link: ShortLink, mark: str = "") -> str:
    """Return where a visitor goes: the link's target, with where she comes from and the mark.

    A target that says itself where visitors come from stays as it is, and so does one that would
    become too long to be followed.
    """
    parts = urlsplit(link.target)
    said = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
    more: dict[str, str] = {}
    if not any(name.startswith("utm_") for name in said):
        more = {"utm_source": link.channel, "utm_medium": "social"}
        if campaign_of(link):
            more["utm_campaign"] = campaign_of(link)
    marked = {MARK: mark} if mark else {}
    whole = _with(parts, more | marked)
    return whole if len(whole) <= LONGEST_LED else _with(parts, marked)


def _with(parts: SplitResult, more: Mapping[str, str]) -> str:
    query = "&".join(one for one in (parts.query, urlencode(more)) if one)
    return urlunsplit(parts._replace(query=query))
