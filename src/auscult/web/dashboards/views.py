"""Pages of dashboards: the list, one dashboard, its pictures and files, two ranges compared."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.text import slugify
from django.utils.translation import get_language, gettext_noop
from django.views.decorators.http import require_safe

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, may, require
from auscult.web.accounts.requests import actor_of
from auscult.web.dashboards import actions, days, queries
from auscult.web.dashboards.content import PANELS, Content, checked
from auscult.web.dashboards.days import RANGES, Range
from auscult.web.dashboards.documents import as_pdf
from auscult.web.dashboards.drawing import FORMATS, STUDIO
from auscult.web.dashboards.models import Dashboard
from auscult.web.dashboards.panels import Board, Panel, range_in_words
from auscult.web.dashboards.style import THEMES, dressed
from auscult.web.listening import queries as listening

SEE = gettext_noop("see figures")


@require_safe
def dashboards(request: HttpRequest) -> HttpResponse:
    """Show the dashboards that a person may see."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, SEE)
    return render(
        request,
        "dashboards/dashboards.html",
        {
            "overview": queries.overview(actor),
            "dashboards": queries.dashboards(actor).select_related("made_by"),
            "may_edit": may(actor, Right.EDIT_DASHBOARDS),
        },
    )


@require_safe
def dashboard(request: HttpRequest, which: str) -> HttpResponse:
    """Show a dashboard in a range of days."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, SEE)
    shown, content, asked = _asked(request, actor, which)
    board = Board(actor, content, asked, content.panels)
    context = {
        **_around(actor, shown, which, asked),
        "panels": board.panels(),
        "total": board.volume.total,
        "has_watches": listening.watches(actor).exists(),
        "schedules": queries.schedules(actor, shown),
    }
    return render(request, "dashboards/dashboard.html", context)


def _asked(request: HttpRequest, actor: Actor, which: str) -> tuple[Dashboard, Content, Range]:
    found = queries.dashboard(actor, which)
    content = checked(found.content)
    return found, content, days.read(actor, request.GET.dict(), default=content.range)


def _around(actor: Actor, shown: Dashboard, which: str, asked: Range) -> dict[str, Any]:
    return {
        "dashboard": shown,
        "which": which,
        "range": asked,
        "range_words": range_in_words(asked),
        "range_query": urlencode(asked.parameters),
        "ranges": [(name, label) for name, (label, _) in RANGES.items()],
        "may_change": queries.may_change(actor, shown),
        "may_edit": may(actor, Right.EDIT_DASHBOARDS),
        "may_export": may(actor, Right.EXPORT),
        "may_read": may(actor, Right.READ_MENTIONS),
    }


def _panel(request: HttpRequest, which: str, name: str) -> tuple[Actor, Dashboard, Range, Panel]:
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, SEE)
    if name not in PANELS:
        raise Http404(name)
    shown, content, asked = _asked(request, actor, which)
    return actor, shown, asked, Board(actor, content, asked, [name]).panel(name)


@require_safe
def picture(request: HttpRequest, which: str, name: str, form: str) -> HttpResponse:
    """Answer with a panel's chart as a picture: in the page, or to take away with its title."""
    if form not in FORMATS:
        raise Http404(form)
    actor, shown, asked, panel = _panel(request, which, name)
    if panel.spec is None:
        raise Http404(name)
    alone = form == "png" or "alone" in request.GET
    if alone:
        actions.record_download(actor, dashboard=shown, what=f"{name}.{form}")
    theme = request.GET.get("theme", "light")
    spec = dressed(
        panel.spec,
        theme if theme in THEMES else "light",
        title=panel.title if alone else "",
        below=range_in_words(asked),
    )
    drawn = STUDIO.picture(spec, form, language=get_language() or "en")
    mark = f'"{drawn.mark}"'
    if request.headers.get("If-None-Match") == mark:
        return HttpResponseNotModified()
    answer = HttpResponse(drawn.content, content_type=drawn.media_type)
    answer["ETag"], answer["Cache-Control"] = mark, "private, no-cache"
    if alone:
        answer["Content-Disposition"] = _attached(shown, asked, name, form)
    return answer


@require_safe
def table(request: HttpRequest, which: str, name: str) -> HttpResponse:
    """Answer with a panel's numbers as CSV."""
    actor, shown, asked, panel = _panel(request, which, name)
    actions.record_download(actor, dashboard=shown, what=f"{name}.csv")
    answer = HttpResponse(panel.table.as_csv(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = _attached(shown, asked, name, "csv")
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_safe
def printed(request: HttpRequest, which: str) -> HttpResponse:
    """Answer with a dashboard as PDF."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, SEE)
    shown, content, asked = _asked(request, actor, which)
    actions.record_download(actor, dashboard=shown, what="pdf")
    pages = as_pdf(Board(actor, content, asked, content.panels), shown)
    answer = HttpResponse(pages, content_type="application/pdf")
    answer["Content-Disposition"] = _attached(shown, asked, "dashboard", "pdf")
    answer["Cache-Control"] = "private, no-store"
    return answer


def _attached(shown: Dashboard, asked: Range, name: str, form: str) -> str:
    parts = (slugify(shown.name) or "dashboard", name, asked.first, asked.last)
    return f'attachment; filename="{"-".join(map(str, parts))}.{form}"'
