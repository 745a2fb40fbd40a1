"""The pages of the outbox and of webhooks."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.delivery import actions, queries
from auscult.web.delivery.forms import HookForm
from auscult.web.delivery.models import Hook, State

A_PAGE = 50
FORM = ["GET", "HEAD", "POST"]


@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """Show what was sent, what waits, and why something doesn't arrive; never what it says."""
    actor = actor_of(request)
    require(actor, Right.MANAGE_HOUSE, "see the outbox")
    page = Paginator(queries.letters(actor), A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "delivery/outbox.html",
        {
            "page": page,
            "waiting": queries.waiting(actor),
            "smtp": settings.AUSCULT.smtp_host,
            "given_up": State.GIVEN_UP,
        },
    )


@require_POST
def test_mail(request: HttpRequest) -> HttpResponse:
    """Send a mail to who asks for it."""
    address = actions.send_test_mail(actor_of(request))
    messages.success(request, _("A mail to %(to)s is in the outbox.") % {"to": address})
    return redirect("delivery:outbox")


@require_POST
def again(request: HttpRequest, number: int) -> HttpResponse:
    """Let a letter that was given up be sent again."""
    actor = actor_of(request)
    require(actor, Right.MANAGE_HOUSE, "send letters again")
    actions.send_again(actor, letter=queries.letter(actor, number))
    messages.success(request, _("It is sent again."))
    return redirect("delivery:outbox")


@require_safe
def hooks(request: HttpRequest) -> HttpResponse:
    """Show the webhooks and how they do."""
    actor = actor_of(request)
    require(actor, Right.EDIT_INTERFACES, "see webhooks")
    return render(request, "delivery/hooks.html", {"hooks": queries.hooks(actor)})


@require_http_methods(FORM)
def add_hook(request: HttpRequest) -> HttpResponse:
    """Add a webhook."""
    return _form(request, actor_of(request), None)


@require_http_methods(FORM)
def change_hook(request: HttpRequest, number: int) -> HttpResponse:
    """Change a webhook."""
    actor = actor_of(request)
    return _form(request, actor, queries.hook(actor, number))


def _form(request: HttpRequest, actor: Actor, hook: Hook | None) -> HttpResponse:
    require(actor, Right.EDIT_INTERFACES, "change webhooks")
    names = ("name", "address", "events")
    initial = {name: getattr(hook, name) for name in names} if hook else {}
    form = HookForm(request.POST or None, initial=initial, label_suffix="")
    context: dict[str, Any] = {"form": form, "hook": hook}
    if request.method == "POST" and form.is_valid():
        try:
            saved, secret = actions.save_hook(actor, hook=hook, **form.cleaned_data)
        except Correctable as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            if secret:
                shown = {"hook": saved, "secret": secret}
                return render(request, "delivery/secret.html", shown)
            return redirect("delivery:hooks")
    return render(request, "delivery/hook.html", context)


@require_POST
def switch_hook(request: HttpRequest, number: int) -> HttpResponse:
    """Switch a webhook on or off."""
    actor = actor_of(request)
    chosen = queries.hook(actor, number)
    actions.switch_hook(actor, hook=chosen, on=request.POST.get("on") == "1")
    return redirect("delivery:hooks")


@require_POST
def test_hook(request: HttpRequest, number: int) -> HttpResponse:
    """Send a message to a webhook that says that it is a test."""
    actor = actor_of(request)
    chosen = queries.hook(actor, number)
    actions.send_test_hook(actor, hook=chosen)
    messages.success(request, _("A test for “%(name)s” is on its way.") % {"name": chosen.name})
    return redirect("delivery:hooks")


@require_http_methods(FORM)
def remove_hook(request: HttpRequest, number: int) -> HttpResponse:
    """Ask whether a webhook shall go; remove it when the answer is yes."""
    actor = actor_of(request)
    chosen = queries.hook(actor, number)
    require(actor, Right.EDIT_INTERFACES, "remove webhooks")
    if request.method != "POST":
        return render(request, "delivery/remove_hook.html", {"hook": chosen})
    actions.remove_hook(actor, hook=chosen)
    messages.success(request, _("The webhook “%(name)s” is removed.") % {"name": chosen.name})
    return redirect("delivery:hooks")
