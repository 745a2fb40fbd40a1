"""Figures of the board's page in words, as a person reads them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from auscult.web.goals.amounts import amount
from auscult.web.returns.telling_types import Figure
from auscult.web.returns.telling_words import said

WHOLE_FROM = 100  # beyond, fractions say nothing to a reader
WHOLE_COUNTS = 10  # the same of counts and percents


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A sentence, and where what stands behind it can be read: its part of the evidence."""

    text: str
    anchor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A figure of the page.

    Attributes
    ----------
    name : str
    term : str
        Its entry in the glossary; empty: none.
    shown : str
        With its unit; empty where words stand in its place.
    range : str
        Its interval in words; empty: none.
    said : tuple of str
        What has to be said beside it.
    anchor : str
        Its part of the evidence.
    """

    name: str
    term: str = ""
    shown: str = ""
    range: str = ""
    said: tuple[str, ...] = ()
    anchor: str = ""


def plain(value: float) -> str:
    """Return a number as it is read: whole from a hundred on.

    Examples
    --------
    >>> plain(1234.56), plain(12.345), plain(-0.2)
    ('1,235', '12.35', '-0.2')
    """
    return amount(float(round(value)) if abs(value) >= WHOLE_FROM else round(value, 2))


def read(value: float, unit: str = "") -> str:
    """Return a number with its unit; counts and percents are whole from ten on.

    Examples
    --------
    >>> read(74.83), read(74.83, "EUR"), read(3.14159), read(36.62, "%")
    ('75', '74.83 EUR', '3.14', '37 %')
    """
    counted = unit in {"", "%"} and abs(value) >= WHOLE_COUNTS
    return f"{amount(float(round(value))) if counted else plain(value)} {unit}".strip()


def money(value: float, currency: str) -> str:
    """Return an amount with its currency."""
    return f"{plain(value)} {currency}".strip()


def in_percent(ratio: Figure) -> Figure:
    """Return a ratio, and its interval, as percents."""
    value, low, high = (
        None if one is None else 100 * one for one in (ratio.value, ratio.low, ratio.high)
    )
    return replace(ratio, value=value, low=low, high=high)


def day(when: date) -> str:
    """Return a day."""
    return str(date_format(when, _("j M Y")))


def days(first: date, last: date) -> str:
    """Return a period."""
    return _("%(first)s to %(last)s") % {"first": day(first), "last": day(last)}


def hours(minutes: float) -> str:
    """Return minutes as hours, as many as say something."""
    return plain(round(minutes / 60) if minutes >= 600 else round(minutes / 60, 1))


def range_of(figure: Figure, unit: str = "") -> str:
    """Return an interval in words; empty where there is none."""
    low = None if figure.low is None else read(figure.low, unit)
    high = None if figure.high is None else read(figure.high, unit)
    if figure.low is not None and high is not None:
        first = read(figure.low, unit).removesuffix(unit).strip()
        return _("%(low)s to %(high)s") % {"low": first, "high": high}
    if low is not None:
        return _("at least %(low)s; no upper limit is known") % {"low": low}
    if high is not None:
        return _("at most %(high)s") % {"high": high}
    return ""


def of_100(share: float) -> str:
    """Return a probability as cases of a hundred, never as certainty.

    Examples
    --------
    >>> of_100(0.834), of_100(0.9999), of_100(0.0)
    ('83 of 100', 'more than 99 of 100', 'fewer than 1 of 100')
    """
    if share < 0.01:
        return _("fewer than 1 of 100")
    if share > 0.99:
        return _("more than 99 of 100")
    return _("%(count)s of 100") % {"count": round(100 * share)}


def number(
    name: str, figure: Figure, *, unit: str = "", term: str = "", anchor: str = ""
) -> Number:
    """Return a figure as the page shows it; words alone where there is none."""
    shown = "" if figure.value is None else read(figure.value, unit)
    return Number(
        name=name,
        term=term,
        shown=shown,
        range=range_of(figure, unit),
        said=tuple(said(one) for one in figure.notes),
        anchor=anchor,
    )
