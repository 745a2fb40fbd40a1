"""Other ways: own or published, written down, changed, taken over, as files."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.returns import (
    comparing_actions,
    comparing_files,
    comparing_queries,
    pages,
    queries,
)
from auscult.web.returns.comparing_forms import ComparatorForm
from auscult.web.returns.comparing_models import Basis, Comparator
from auscult.web.returns.comparing_showing import rows
from auscult.web.returns.cost_editing import FORM, Editing, edited, editor
from auscult.web.returns.cost_forms import BookFileForm
from auscult.web.returns.outcome_models import What
from auscult.web.returns.published import published_rate, published_rates

NAMES = tuple(ComparatorForm.base_fields)


@require_safe
def comparators(request: HttpRequest) -> HttpResponse:
    """Show the other ways, and the published rates that could be taken over."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, queries.SEE)
    kinds = queries.kinds(actor)
    context = {
        "rows": rows(actor),
        "kinds": kinds,
        "published": [(one, What(one.what).label) for one in published_rates()],
    }
    around = pages.around(actor, "comparators")
    return render(request, "returns/comparators.html", around | context)


@require_http_methods(FORM)
def add_comparator(request: HttpRequest) -> HttpResponse:
    """Write down another way; `?published=3` begins with that published rate."""
    actor = editor(request)
    today = queries.today(actor)
    begin: dict[str, object] = {
        "basis": Basis.OWN,
        "currency": queries.ledger(actor).currency,
        "first_day": today.replace(month=1, day=1),
        "last_day": today.replace(month=12, day=31),
        "source_day": today,
    }
    if "published" in request.GET:
        rate = published_rate(request.GET["published"])
        fitting = queries.kinds(actor).filter(what=rate.what).first()
        taken = ("channel", "per_outcome", "currency", "source", "source_day")
        begin |= {name: getattr(rate, name) for name in taken}
        begin |= {"basis": Basis.PUBLISHED, "kind": fitting}
    return _form(request, begin, None)


@require_http_methods(FORM)
def comparator(request: HttpRequest, number: int) -> HttpResponse:
    """Change or remove another way."""
    row = comparing_queries.comparator(editor(request), number)
    return _form(request, {name: getattr(row, name) for name in NAMES}, row)


def _form(request: HttpRequest, begin: dict[str, object], row: Comparator | None) -> HttpResponse:
    actor = editor(request)
    form = ComparatorForm(actor, request.POST or None, initial=begin)

    def save() -> None:
        comparing_actions.save_comparator(actor, wish=form.wish(), comparator=row)

    def remove() -> None:
        assert row is not None
        comparing_actions.remove_comparator(actor, comparator=row)

    editing = Editing(
        title=row.channel if row else _("Another way"),
        page="comparators",
        save=save,
        remove=remove if row else None,
    )
    return edited(request, actor, form, editing)


@require_safe
def comparators_as_csv(request: HttpRequest) -> HttpResponse:
    """Answer with all other ways as CSV."""
    answer = HttpResponse(
        comparing_files.comparators_as_csv(actor_of(request)),
        content_type="text/csv; charset=utf-8",
    )
    answer["Content-Disposition"] = 'attachment; filename="comparators.csv"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_http_methods(FORM)
def read_comparators(request: HttpRequest) -> HttpResponse:
    """Write down what a CSV file says."""
    actor = editor(request)
    sent = request.method == "POST"
    form = BookFileForm(request.POST if sent else None, request.FILES if sent else None)

    def save() -> None:
        comparing_files.read_comparators(actor, raw=form.raw())

    editing = Editing(title=_("Read in other ways"), page="comparators", save=save)
    return edited(request, actor, form, editing, columns=comparing_files.COLUMNS)
