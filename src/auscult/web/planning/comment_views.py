"""Comments on bets and tasks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.planning import commenting, pages, queries
from auscult.web.planning.forms import PlanForm
from auscult.web.planning.models import Bet, Task


class CommentForm(PlanForm):
    """A comment, on the bet or on one of its tasks."""

    task = forms.ModelChoiceField(
        label=_("About"), queryset=Task.objects.none(), required=False, empty_label=_("the bet")
    )
    text = forms.CharField(
        label=_("Your comment"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, bet: Bet, data: QueryDict | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        field = self.fields["task"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = bet.tasks.order_by("number")


def about(actor: Actor, bet: Bet) -> dict[str, Any]:
    """Return what the page of a bet shows of its comments."""
    return {"thread": commenting.thread(actor, bet), "comment_form": CommentForm(bet)}


def _saying(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    require(actor, Right.CHECK_IN, commenting.SAY)
    return actor


def _form(request: HttpRequest, actor: Actor, bet: Bet, form: PlanForm) -> HttpResponse:
    context = {"form": form, "title": _now("A comment"), "bet": bet}
    return render(request, "planning/form.html", pages.around(actor, bet.cycle) | context)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, number: int) -> HttpResponse:
    """Say something about a bet, or about one of its tasks."""
    actor = _saying(request)
    bet = queries.bet(actor, number)
    form = CommentForm(bet, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            commenting.add_comment(actor, bet=bet, **form.cleaned_data)
        except Correctable as error:
            form.take(error)
        else:
            messages.success(request, _now("Your comment is there for everybody to read."))
            return redirect("planning:bet", bet.pk)
    return _form(request, actor, bet, form)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, number: int) -> HttpResponse:
    """Change one's own comment."""
    actor = _saying(request)
    found = commenting.comment(actor, number)
    form = CommentForm(found.bet, request.POST or None, initial={"text": found.text})
    del form.fields["task"]
    if request.method == "POST" and form.is_valid():
        try:
            commenting.change_comment(actor, comment=found, text=form.cleaned_data["text"])
        except Correctable as error:
            form.take(error)
        else:
            messages.success(request, _now("Saved."))
            return redirect("planning:bet", found.bet_id)
    return _form(request, actor, found.bet, form)


@require_POST
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Take a comment back; that there was one stays."""
    actor = _saying(request)
    found = commenting.comment(actor, number)
    commenting.remove_comment(actor, comment=found)
    messages.success(request, _now("The comment is removed."))
    return redirect("planning:bet", found.bet_id)
