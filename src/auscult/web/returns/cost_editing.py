"""A form with one row of the book: shown, saved, and its row removed. The pages of costs share it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.returns import pages, queries
from auscult.web.returns.errors import IntakeRefused
from auscult.web.returns.forms import ReturnsForm

FORM = ["GET", "HEAD", "POST"]
SHOWN = 100  # of what is wrong with a file


@dataclass(frozen=True, slots=True, kw_only=True)
class Editing:
    """What a form does.

    Attributes
    ----------
    title : str
    page : str
        The page that it belongs to, and goes back to.
    save : callable
        Keeps what was typed.
    remove : callable or None
        Takes its row out; None: there is none yet.
    """

    title: str
    page: str
    save: Callable[[], Any]
    remove: Callable[[], None] | None = None


def editor(request: HttpRequest) -> Actor:
    """Return the actor, who may record costs.

    Raises
    ------
    NotAllowed
    """
    actor = actor_of(request)
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    return actor


def edited(
    request: HttpRequest, actor: Actor, form: ReturnsForm, editing: Editing, **more: Any
) -> HttpResponse:
    """Show a form, save what it says, or remove its row."""
    back = reverse(f"returns:{editing.page}")
    if request.method == "POST":
        if editing.remove is not None and request.POST.get("do") == "remove":
            editing.remove()
            messages.success(request, _("Removed."))
            return redirect(back)
        if form.is_valid():
            try:
                editing.save()
            except Correctable as error:
                take(form, error)
            else:
                messages.success(request, _("Saved."))
                return redirect(back)
    context = {
        "form": form,
        "heading": editing.title,
        "back": back,
        "removal": _("Remove") if editing.remove is not None else "",
    }
    around = pages.around(actor, editing.page)
    return render(request, "returns/costs_form.html", around | context | more)


def take(form: ReturnsForm, error: Correctable) -> None:
    """Show why an action refused; of a file, each row that is wrong."""
    if isinstance(error, IntakeRefused):
        for wrong in error.wrong[:SHOWN]:
            form.add_error("file", str(wrong))
    else:
        form.take(error)
