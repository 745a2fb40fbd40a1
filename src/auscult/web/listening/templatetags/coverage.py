"""Strips of coverage as an inclusion tag, and what they say in words."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from auscult.web.listening.lanes import Lane, Lanes, Mark
from auscult.web.sources.coverage import Stretch

register = template.Library()

ROWS = 200  # of the table; an export has all


@register.inclusion_tag("listening/parts/lanes.html")
def coverage_strips(lanes: Lanes) -> dict[str, object]:
    """Draw what of a chart's time was read, with its table."""
    return {
        "lanes": lanes,
        "kinds": lanes.kinds,
        "rows": lanes.stretches[:ROWS],
        "rows_left_out": max(0, len(lanes.stretches) - ROWS),
    }


@register.filter
def lane_name(lane: Lane) -> str:
    """Return what a strip is of."""
    if lane.communities > 1:
        return _("%(source)s: %(n)s parts, one over the other") % {
            "source": lane.source,
            "n": lane.communities,
        }
    return f"{lane.source}: {lane.community}" if lane.community else lane.source


@register.filter
def lane_words(lane: Lane) -> str:
    """Say how much of the time was read, how much of the posts, and how often it was not."""
    parts = [_("read %(share)s of the time") % {"share": percent(lane.share)}]
    if lane.least < 1:
        parts.append(
            _("a sample of %(share)s of the posts") % {"share": percent(lane.least)}
            if lane.least == lane.most
            else _("a sample of %(least)s to %(most)s of the posts")
            % {"least": percent(lane.least), "most": percent(lane.most)}
        )
    if lane.gaps:
        parts.append(ngettext("%(n)s gap", "%(n)s gaps", len(lane.gaps)) % {"n": len(lane.gaps)})
    return ", ".join(parts)


@register.filter
def mark_words(mark: Mark) -> str:
    """Say what a mark stands for: the reasons of a gap, each once."""
    if mark.kind == "gap":
        reasons = dict.fromkeys(one.reason for one in mark.stretches)
        return _("Not read: %(reasons)s") % {"reasons": "; ".join(list(reasons)[:3])}
    return was_read(mark.stretches[0])


@register.filter
def was_read(stretch: Stretch) -> str:
    """Say whether a stretch was read."""
    if stretch.reason:
        return _("Not read: %(reasons)s") % {"reasons": stretch.reason}
    if stretch.sampled < 1:
        return _("A sample: %(share)s of the posts") % {"share": percent(stretch.sampled)}
    return _("Read")


def percent(share: float) -> str:
    """Return a share in per cent; what is not all never says 100, what is some never 0.

    >>> percent(1.0), percent(0.9996), percent(0.25), percent(0.0001), percent(0.0)
    ('100 %', '99.9 %', '25 %', 'under 0.1 %', '0 %')
    """
    if share in (0.0, 1.0):
        return f"{share:.0%}".replace("%", " %")
    if share < 0.001:
        return _("under %(share)s") % {"share": "0.1 %"}
    rounded = round(share * 100) if 0.1 <= share < 0.99 else round(min(share, 0.999) * 100, 1)
    return f"{rounded:g} %"
