"""Charts as tags, so that a template says only what is drawn."""

from __future__ import annotations

from datetime import timedelta

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from auscult.web.listening.charts import Volume
from auscult.web.listening.drawn import drawn

register = template.Library()
_draw = drawn("listening/parts/chart.html", keep=100)


@register.simple_tag
def volume_chart(chart: Volume) -> SafeString:
    """Draw a volume by day or hour, with its table, the newest first."""
    form = _("j M Y") if chart.step >= timedelta(days=1) else _("j M Y, H:i")
    return _draw(
        chart=chart,
        name="chart",
        form=form,
        title=in_words(chart, form),
        table=_("Mentions by day"),
        period=_("Day (UTC)"),
        counted=_("Mentions"),
        rows=chart.bars[::-1],
    )


@register.simple_tag
def spread_chart(chart: Volume, number: int) -> SafeString:
    """Draw how the copies of one text spread, with its table, the oldest first."""
    return _draw(
        chart=chart,
        name=f"spread-{number}",
        form=_("j M Y, H:i"),
        title=_("How it spread"),
        table=_("How copies %(n)s spread") % {"n": number},
        period=_("From (UTC)"),
        counted=_("Posts"),
        rows=chart.bars,
    )


def in_words(chart: Volume, form: str) -> str:
    """Return what a chart shows, in a sentence."""
    if chart.highest is None or not chart.total:
        return _("No mentions")
    total = ngettext("%(n)s mention", "%(n)s mentions", chart.total) % {"n": intcomma(chart.total)}
    return _("%(total)s; most on %(when)s: %(most)s") % {
        "total": total,
        "when": date_format(chart.highest.start, form),
        "most": intcomma(chart.highest.count),
    }
