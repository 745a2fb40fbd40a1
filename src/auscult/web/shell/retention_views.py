"""How long data is kept: the table, for whom may decide it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.shell import retention
from auscult.web.sources.queries import sources


class RetentionForm(forms.Form):
    """Days for each kind of data; empty: for ever."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for kind in retention.KINDS:
            least = ngettext("At least %(days)s day.", "At least %(days)s days.", kind.least)
            self.fields[kind.name] = forms.IntegerField(
                required=False,
                min_value=kind.least,
                max_value=retention.LONGEST,
                label=str(kind.label),
                help_text=f"{kind.about} {least % {'days': kind.least}}",
            )


@require_http_methods(["GET", "HEAD", "POST"])
def keeping(request: HttpRequest) -> HttpResponse:
    """Show how long each kind of data is kept, and change it."""
    actor = actor_of(request)
    require(actor, Right.SET_RETENTION, "decide how long data is kept")
    form = RetentionForm(request.POST or None, initial=retention.rules(actor))
    if request.method == "POST" and form.is_valid():
        retention.set_rules(actor, days=form.cleaned_data)
        messages.success(request, _("Decided. What is older goes within the hour."))
        return redirect("retention")
    return render(
        request,
        "retention.html",
        {"form": form, "sources": sources(actor).order_by("name")},
        status=400 if form.errors else 200,
    )
