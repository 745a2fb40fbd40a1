"""How the page Peers says its figures: shares with their n, formats and days in words."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from auscult.web.listening.peer_figures import Figures, Quartiles

register = template.Library()


@register.filter
def of_posts(count: int, all_of_them: int) -> str:
    """Return a count with its share of the posts: `12 (40 %)`.

    >>> of_posts(12, 30), of_posts(0, 0)
    ('12 (40 %)', '0')
    """
    return f"{count} ({count / all_of_them:.0%})".replace("%", " %") if all_of_them else "0"


@register.filter
def format_name(name: str) -> str:
    """Return the name of a format."""
    names = {
        "video": _("video"),
        "picture": _("picture"),
        "link": _("link"),
        "text": _("text alone"),
    }
    return names[name]


@register.filter
def in_quartiles(told: Quartiles) -> str:
    """Say what half of the posts got, and how many posts that rests on."""
    if told.median is None or told.low is None or told.high is None:
        return _("too few posts to say (n = %(n)s)") % {"n": told.n}
    return _("%(median)s; half of them %(low)s to %(high)s (n = %(n)s)") % {
        "median": _number(told.median),
        "low": _number(told.low),
        "high": _number(told.high),
        "n": told.n,
    }


def _number(value: float) -> str:
    rounded = round(value, 1)
    return number_format(int(rounded) if rounded.is_integer() else rounded)


@register.filter
def weekday(number: int) -> str:
    """Return the name of a day of the week; 0 is Monday."""
    return str(WEEKDAYS[number])


@register.filter
def short_weekday(number: int) -> str:
    """Return the short name of a day of the week; 0 is Monday."""
    return str(WEEKDAYS_ABBR[number])


@register.filter
def busiest(hours: Sequence[Sequence[int]]) -> str:
    """Say in which hour of the week most was posted."""
    most, day, hour = max(
        (count, -day, -hour) for day, row in enumerate(hours) for hour, count in enumerate(row)
    )
    if not most:
        return _("no posts")
    return _("most on %(day)s, %(from)s–%(to)s UTC: %(n)s") % {
        "day": WEEKDAYS[-day],
        "from": f"{-hour:02}:00",
        "to": f"{-hour + 1:02}:00",
        "n": most,
    }


@register.filter
def formats_in_words(of: Figures) -> str:
    """Say what the posts are, the most frequent format first."""
    ordered = sorted(of.formats.items(), key=lambda one: -one[1])
    return ", ".join(
        f"{format_name(name)} {of_posts(count, of.posts)}" for name, count in ordered if count
    )
