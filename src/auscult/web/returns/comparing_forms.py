"""What people type about other ways and exposures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor
from auscult.web.returns import queries
from auscult.web.returns.comparing_actions import (
    LONGEST_CHANNEL,
    LONGEST_SOURCE,
    LONGEST_WHAT,
    MOST_IMPRESSIONS,
    ComparatorWish,
    EquivalencyWish,
)
from auscult.web.returns.comparing_models import Basis
from auscult.web.returns.cost_checks import MOST_AMOUNT
from auscult.web.returns.forms import ReturnsForm, day_field
from auscult.web.returns.outcome_models import OutcomeKind

MOST_PERCENT = 1e9


def _amount(label: Any, **more: Any) -> forms.FloatField:
    return forms.FloatField(label=label, min_value=0, max_value=MOST_AMOUNT, **more)


class ComparatorForm(ReturnsForm):
    """Another way to an outcome."""

    channel = forms.CharField(
        label=_("The other way"),
        max_length=LONGEST_CHANNEL,
        help_text=_("“Television”, “Letters to households”, “Sunday paper”."),
    )
    kind = forms.ModelChoiceField(
        label=_("What it brought"), queryset=OutcomeKind.objects.none(), empty_label=None
    )
    first_day = day_field(_("From"), help_text=_("The house's own: the same days as ours."))
    last_day = day_field(_("to"), help_text=_("Published: the days for which you take it to hold."))
    basis = forms.ChoiceField(label=_("What is known"), choices=Basis.choices)
    cost = _amount(
        _("The house's own: what it cost in all"),
        required=False,
        help_text=_("With the hours that it took. 0 is a cost; empty is unknown."),
    )
    outcomes = _amount(_("The house's own: how many it brought"), required=False)
    per_outcome = _amount(_("Published: what one cost"), required=False)
    low = _amount(
        _("Published: from"), required=False, help_text=_("Its 90 % interval, where published.")
    )
    high = _amount(_("Published: to"), required=False)
    currency = forms.CharField(label=_("Currency"), max_length=3, min_length=3)
    incremental = forms.BooleanField(
        label=_("Only those that wouldn't have come otherwise"),
        required=False,
        help_text=_("As an experiment or a comparison tells it. Tracked ones: leave it empty."),
    )
    source = forms.CharField(
        label=_("Who says so"),
        max_length=LONGEST_SOURCE,
        help_text=_("The invoice and the phone list; the publication with its year."),
    )
    source_day = day_field(_("As of"))

    def __init__(self, actor: Actor, data: QueryDict | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.offer("kind", queries.kinds(actor))

    def wish(self) -> ComparatorWish:
        """Return what was typed; call it after `is_valid`."""
        return ComparatorWish(**self.cleaned_data)


class EquivalencyForm(ReturnsForm):
    """What an exposure would have cost if bought."""

    what = forms.CharField(
        label=_("What would have been bought"),
        max_length=LONGEST_WHAT,
        help_text=_("“A page in the Sunday paper at list price”."),
    )
    impressions = forms.IntegerField(
        label=_("How often it was seen"), min_value=0, max_value=MOST_IMPRESSIONS
    )
    per_1000 = _amount(_("What a thousand would have cost"))
    currency = forms.CharField(label=_("Currency"), max_length=3, min_length=3)
    first_day = day_field(_("From"))
    last_day = day_field(_("to"))
    source = forms.CharField(
        label=_("Who says so"), max_length=LONGEST_SOURCE, help_text=_("The rate card, an offer.")
    )
    source_day = day_field(_("As of"))

    def wish(self) -> EquivalencyWish:
        """Return what was typed; call it after `is_valid`."""
        return EquivalencyWish(**self.cleaned_data)


class ReachForm(ReturnsForm):
    """How many were reached, of how many who followed on that day; nothing of it is kept."""

    reached = _amount(_("How many were reached"), required=False)
    followers = _amount(
        _("How many followed on the day of the post"),
        required=False,
        help_text=_("Not today's number: that would make old posts look small."),
    )
    percent = forms.FloatField(
        label=_("Up by so many percent"),
        required=False,
        min_value=-100,
        max_value=MOST_PERCENT,
    )
