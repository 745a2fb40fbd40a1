"""How pages show what sources sent: by the hour, and how late it came."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()

WIDE, HIGH = 10, 100  # units of the drawing for each hour


@register.inclusion_tag("sources/hours.html")
def received_line(hours: Sequence[int]) -> dict[str, object]:
    """Draw the posts received in each hour, oldest first."""
    top = max([*hours, 1])
    bars = [
        # One post among thousands must not vanish.
        {"x": at * WIDE, "y": HIGH - height, "height": height}
        for at, posts in enumerate(hours)
        if posts and (height := max(round(posts * HIGH / top), 2))
    ]
    return {"bars": bars, "width": len(hours) * WIDE, "said": in_words(hours)}


def in_words(hours: Sequence[int]) -> str:
    """Say what was received, and the most in an hour."""
    total = sum(hours)
    if not total:
        return _("Nothing received in %(hours)s hours") % {"hours": len(hours)}
    received = ngettext("%(n)s post", "%(n)s posts", total) % {"n": intcomma(total)}
    return _("%(received)s in %(hours)s hours, at most %(most)s an hour") % {
        "received": received,
        "hours": len(hours),
        "most": intcomma(max(hours)),
    }


@register.filter
def as_time(seconds: float) -> str:
    """Say a number of seconds as a person would.

    >>> as_time(0.4), as_time(75), as_time(7_300)
    ('under a second', '75 s', '2 h')
    """
    if seconds < 1:
        return _("under a second")
    steps = ((120, 1, _("%(n)s s")), (7_200, 60, _("%(n)s min")), (172_800, 3_600, _("%(n)s h")))
    for below, unit, said in steps:
        if seconds < below:
            return said % {"n": int(seconds // unit)}
    return _("%(n)s days") % {"n": int(seconds // 86_400)}
