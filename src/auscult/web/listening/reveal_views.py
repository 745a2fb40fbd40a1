"""Asking who wrote a mention: why first, then the answer, which no browser keeps."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.requests import actor_of
from auscult.web.listening.revealing import LONGEST, Why, reveal_author, veiled_mention


class WhyForm(forms.Form):
    """What the name is needed for."""

    why = forms.ChoiceField(
        label=_("What is the name needed for?"), choices=Why.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("In your words"),
        help_text=_("At least three words. They stand in the audit trail with your name."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reveal(request: HttpRequest, number: int) -> HttpResponse:
    """Ask why a name is needed; show it, with the address of the original, once that is said."""
    actor = actor_of(request)
    mention = veiled_mention(actor, number)
    form = WhyForm(request.POST if request.method == "POST" else None, label_suffix="")
    author = None
    if form.is_valid():
        why, reason = Why(form.cleaned_data["why"]), form.cleaned_data["reason"]
        try:
            author = reveal_author(actor, number=number, why=why, reason=reason)
        except Correctable as error:
            if error.field != "reason":
                raise
            form.add_error("reason", f"{error.message} {error.hint}")
    return render(
        request,
        "listening/reveal.html",
        {"mention": mention, "form": form, "author": author},
        status=400 if form.errors else 200,
    )
