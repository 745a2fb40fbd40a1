"""The mark in the address that a mail with the week's plan is answered to.

It says who was asked, about which cycle and week, and is signed with the secret of this
installation: `plan+1k-3-kq2f-...@hospital.example`. It knows no capitals, which mail servers
don't keep, and fits into the 64 characters before the @ (RFC 5321).
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import base36_to_int, int_to_base36
from django.utils.translation import gettext as _

from auscult.web.planning.errors import ReplyRefused

SALT = "auscult.web.planning.marks"
BYTES = 13  # of the signature: 104 bits, which nobody guesses by mail
_MARK = re.compile(r"([0-9a-z]{1,12})-([0-9a-z]{1,12})-([0-9a-z]{1,6})-([a-z2-7]{21})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Who was asked, about which cycle (by their keys), and the Monday of the week."""

    cycle: int
    person: int
    week: date


def written(mark: Mark) -> str:
    """Return a mark with its signature."""
    plain = "-".join(int_to_base36(one) for one in (mark.cycle, mark.person, mark.week.toordinal()))
    return f"{plain}-{_signature(plain)}"


def _signature(plain: str) -> str:
    digest = salted_hmac(SALT, plain, algorithm="sha256").digest()[:BYTES]
    return base64.b32encode(digest).decode("ascii").rstrip("=").lower()


def address(mark: Mark) -> str:
    """Return the address that takes a reply; empty where the house has set none."""
    local, _at, domain = settings.AUSCULT.reply_address.partition("@")
    return f"{local}+{written(mark)}@{domain}" if domain else ""


def found(recipients: str) -> Mark:
    """Return the mark of the address that a mail went to.

    Raises
    ------
    ReplyRefused
        There is none, or none that this installation signed.
    """
    local, _at, domain = settings.AUSCULT.reply_address.partition("@")
    place = rf"{re.escape(local)}\+([0-9a-z-]{{1,60}})@{re.escape(domain)}(?![\w.-])"
    for one in re.findall(place, recipients, re.IGNORECASE):
        mark = _read(one.lower())
        if mark is not None:
            return mark
    raise ReplyRefused(
        _("The address that your mail went to isn't one that Auscult gave out."),
        code="reply-forged",
    )


def _read(text: str) -> Mark | None:
    parts = _MARK.fullmatch(text)
    if parts is None:
        return None
    plain, _dash, signature = text.rpartition("-")
    if not constant_time_compare(signature, _signature(plain)):
        return None
    cycle, person, week = (base36_to_int(one) for one in parts.groups()[:3])
    return Mark(cycle=cycle, person=person, week=date.fromordinal(week))
