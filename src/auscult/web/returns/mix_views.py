"""A mix: its data, what people say of its channels, and what goes on to the plan."""

from __future__ import annotations

import secrets
from importlib.util import find_spec

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.planning import actions as plan_actions
from auscult.web.planning.models import Bet
from auscult.web.planning.moves import CycleState
from auscult.web.returns import evidence, queries, study_actions, study_queries, study_words
from auscult.web.returns.forms import ReturnsForm
from auscult.web.returns.mix_estimate import Conversion, use_in_plan
from auscult.web.returns.mix_forms import ChannelsForm, MixForm
from auscult.web.returns.study_models import Method, Study, StudyState
from auscult.web.returns.study_tables import Table
from auscult.web.returns.study_views import FORM, SEEDS, around, editor

SAMPLER = "nutpie"  # what fits a mix: an optional part of the program


@require_http_methods(FORM)
def begin(request: HttpRequest) -> HttpResponse:
    """Bring the data of a mix."""
    actor = editor(request)
    sent = request.method == "POST"
    form = MixForm(actor, request.POST if sent else None, request.FILES if sent else None)
    if sent and form.is_valid():
        try:
            made = study_actions.ask_study(
                actor,
                wish=form.wish(),
                seed=secrets.randbelow(SEEDS),
                state=StudyState.DESIGNED,
            )
        except Correctable as error:
            form.take(error)
        else:
            return redirect("returns:mix-channels", made.pk)
    context = {
        "form": form,
        "method": Method.MIX,
        "when": study_words.WHEN[Method.MIX],
        "sampler_missing": find_spec(SAMPLER) is None,
    }
    return render(request, "returns/study_ask.html", around(actor) | context)


def _mix(actor: Actor, number: int) -> Study:
    row = study_queries.study(actor, number)
    if row.method != Method.MIX:
        raise Http404
    return row


@require_http_methods(FORM)
def channels(request: HttpRequest, number: int) -> HttpResponse:
    """Say which column is what, and what is believed of each channel; then it is worked out."""
    actor = editor(request)
    row = _mix(actor, number)
    table = Table.from_parquet(bytes(row.data))
    form = ChannelsForm(actor, row, table, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            study_actions.ask_again(actor, study=row, question=form.question())
        except Correctable as error:
            form.take(error)
        else:
            return redirect("returns:study", row.pk)
    return render(
        request, "returns/study_channels.html", around(actor) | {"form": form, "study": row}
    )


class UseForm(ReturnsForm):
    """For which bet a channel's curve is used, and what its units are there."""

    bet = forms.ModelChoiceField(label=gettext_lazy("For the bet"), queryset=Bet.objects.none())
    hours = forms.FloatField(
        label=gettext_lazy("Hours a week that this took"),
        min_value=0,
        max_value=10_000,
        help_text=gettext_lazy(
            "Of all people, in the days of the study; what was done is scale 1."
        ),
    )
    money = forms.FloatField(
        label=gettext_lazy("Money that it took in these days, in all"),
        min_value=0,
        max_value=1e9,
        initial=0,
    )
    worth = forms.FloatField(
        label=gettext_lazy("One outcome is so much of the objective's unit"),
        min_value=0.000001,
        max_value=1e6,
        initial=1,
        help_text=gettext_lazy("1 where both count the same; 0.2 where every fifth does."),
    )


@require_http_methods(FORM)
def use(request: HttpRequest, number: int, channel: int) -> HttpResponse:
    """Hand a channel's curve to the planner, for a bet."""
    actor = actor_of(request)
    require(actor, Right.EDIT_PLAN, plan_actions.CHANGE)
    row = _mix(actor, number)
    curve = evidence.curve_of(row, channel)
    named = row.question.get("bets", {}).get(curve.channel) or row.bet_id
    form = UseForm(request.POST if request.method == "POST" else None, initial={"bet": named})
    bets = queries.bets(actor).exclude(cycle__state=CycleState.CLOSED)
    form.offer("bet", bets.filter(objective__isnull=False))
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        bet = values.pop("bet")
        try:
            conversion = Conversion(**values)
            use_in_plan(actor, study=row.pk, number=channel, bet=bet, conversion=conversion)
        except Correctable as error:
            form.take(error)
        else:
            said = _("The planner reckons with it. Ask it anew to see what that changes.")
            messages.success(request, said)
            return redirect("planning:bet", bet.pk)
    context = {"form": form, "study": row, "curve": curve}
    return render(request, "returns/study_use.html", around(actor) | context)
