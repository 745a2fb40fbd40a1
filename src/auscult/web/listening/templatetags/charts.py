"""Charts as inclusion tags, so that a template says only what is drawn."""

from __future__ import annotations

from datetime import timedelta

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from auscult.web.listening.charts import Volume

register = template.Library()


@register.inclusion_tag("listening/parts/chart.html")
def volume_chart(chart: Volume) -> dict[str, object]:
    """Draw a volume by day or hour, with its table."""
    form = _("j M Y") if chart.step >= timedelta(days=1) else _("j M Y, H:i")
    return {"chart": chart, "chart_format": form, "chart_title": in_words(chart, form)}


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
