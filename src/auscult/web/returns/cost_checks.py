"""What costs, rates and times can't be: one way of refusing for all of their actions."""

from __future__ import annotations

import re
from datetime import date
from math import isfinite

from django.utils.translation import gettext as _

from auscult.web.goals.objective_actions import FIRST_DAY, LAST_DAY
from auscult.web.returns.errors import ReturnsRefused

MOST_AMOUNT = 1e12
MOST_TEXT = 200
MOST_MONTHS = 1_200
MOST_DAYS = 3_660  # of a period that is reckoned: ten years
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


def checked_text(field: str, given: str, *, least: int = 0, most: int = MOST_TEXT) -> str:
    """Return a text without space around it.

    Raises
    ------
    ReturnsRefused
    """
    text = given.strip()
    if not least <= len(text) <= most or "\0" in text:
        valid = _("%(least)s to %(most)s characters") % {"least": least, "most": most}
        raise ReturnsRefused(field, text[:40], valid)
    return text


def checked_currency(field: str, given: str) -> str:
    """Return a currency's code.

    Raises
    ------
    ReturnsRefused
    """
    code = given.strip().upper()
    if not CURRENCY.fullmatch(code):
        raise ReturnsRefused(field, given[:40], _("three letters, like EUR or USD"))
    return code


def check_amount(field: str, given: float, *, above: bool = False) -> None:
    """Refuse what is no amount of money; `above`: nor 0.

    Raises
    ------
    ReturnsRefused
    """
    if not (isfinite(given) and 0 <= given <= MOST_AMOUNT) or (above and not given):
        limits = {"most": f"{MOST_AMOUNT:,.0f}"}
        valid = _("above 0 and at most %(most)s") if above else _("from 0 to %(most)s")
        raise ReturnsRefused(field, given, valid % limits)


def check_day(field: str, given: date) -> None:
    """Refuse a day that nobody means.

    Raises
    ------
    ReturnsRefused
    """
    if not FIRST_DAY <= given <= LAST_DAY:
        valid = _("a day from %(first)s to %(last)s") % {"first": FIRST_DAY, "last": LAST_DAY}
        raise ReturnsRefused(field, given.isoformat(), valid)
