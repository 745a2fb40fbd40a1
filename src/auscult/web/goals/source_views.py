"""The pages of an objective's source: where readings come from, and an owner's switch."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.http import AddressRefused
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.goals import queries, source_actions
from auscult.web.goals.errors import ObjectiveClosed
from auscult.web.goals.forms import SourceForm, stored_source
from auscult.web.goals.models import SourceKind
from auscult.web.goals.views import FORM, say


@require_http_methods(FORM)
def source(request: HttpRequest, number: int) -> HttpResponse:
    """Choose where the readings of an objective come from."""
    actor = actor_of(request)
    chosen = queries.objective(actor, number)
    require(actor, Right.EDIT_GOALS, source_actions.MAY)
    if chosen.closed_on is not None:
        raise ObjectiveClosed(chosen.title)
    sent = request.POST if request.method == "POST" else None
    form = SourceForm(actor, sent, initial=stored_source(chosen))
    if sent is not None and form.is_valid():
        try:
            source_actions.save_source(actor, objective=chosen, wish=form.wish())
        except AddressRefused as error:
            form.add_error("address", str(error))
        except Correctable as error:
            say(form, error)
        else:
            messages.success(request, _said(SourceKind(chosen.source_kind)))
            return redirect("goals:objective", number)
    return render(request, "goals/source.html", {"form": form, "objective": chosen})


def _said(kind: SourceKind) -> str:
    if kind == SourceKind.FIGURE:
        return _("Saved. The first readings are there in a minute.")
    if kind == SourceKind.WEB:
        return _("Saved. The address is asked once an owner has switched that on.")
    return _("Saved.")


@require_POST
def switch_asking(request: HttpRequest, number: int) -> HttpResponse:
    """Let another machine be asked, or not: an owner's switch."""
    actor = actor_of(request)
    chosen = queries.objective(actor, number)
    on = request.POST.get("on") == "1"
    seen = request.POST.get("seen", "")
    source_actions.switch_asking(actor, objective=chosen, on=on, seen=seen)
    return redirect("goals:objective", number)
