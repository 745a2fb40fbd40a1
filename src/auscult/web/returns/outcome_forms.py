"""What people type about outcomes."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor
from auscult.web.goals import queries as goals
from auscult.web.goals.models import Objective
from auscult.web.planning.models import Bet
from auscult.web.returns import queries
from auscult.web.returns.cost_models import AttributionRule
from auscult.web.returns.forms import ReturnsForm, day_field
from auscult.web.returns.outcome_actions import (
    FIRST_DAY,
    LONGEST_NAME,
    LONGEST_SLUG,
    LONGEST_SOURCE,
    KindWish,
    WorthWish,
)
from auscult.web.returns.outcome_models import OutcomeKind, What
from auscult.web.returns.outcome_queries import USUAL_DAYS
from auscult.web.returns.path_channels import CHANNELS
from auscult.web.returns.recording import (
    LONGEST_CAMPAIGN,
    LONGEST_CHANNEL,
    LONGEST_KEY,
    MOST_AMOUNT,
    MOST_COUNT,
    OutcomeRow,
    TouchRow,
)

MOST_DAYS = 1_100  # of a page


class PeriodForm(ReturnsForm):
    """Which kind of outcome, in which days."""

    kind = forms.ModelChoiceField(
        label=_("Kind of outcome"), queryset=OutcomeKind.objects.none(), empty_label=None
    )
    first = day_field(_("From"))
    last = day_field(_("Until"))

    def __init__(self, actor: Actor, asked: QueryDict) -> None:
        today = queries.today(actor)
        usual: dict[str, Any] = {
            "kind": queries.kinds(actor).values_list("pk", flat=True).first(),
            "first": (today - timedelta(days=USUAL_DAYS - 1)).isoformat(),
            "last": today.isoformat(),
        }
        given = QueryDict(mutable=True)
        for name, value in usual.items():
            given[name] = asked.get(name) or str(value or "")
        super().__init__(given)
        self.offer("kind", queries.kinds(actor))

    def clean(self) -> dict[str, Any]:
        """Refuse days the wrong way round, and too many."""
        values = super().clean() or {}
        first, last = values.get("first"), values.get("last")
        if first and last and not first <= last <= first + timedelta(days=MOST_DAYS):
            valid = _now("Choose the first day or a later one, at most %(most)s days after it.")
            self.add_error("last", valid % {"most": MOST_DAYS})
        if first and first < FIRST_DAY:
            self.add_error("first", _now("Choose a day from %(first)s on.") % {"first": FIRST_DAY})
        return values


class KindForm(ReturnsForm):
    """A kind of outcome."""

    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        help_text=_("In the house's own words: “First visits to the hip clinic”."),
    )
    what = forms.ChoiceField(label=_("What it is"), choices=What, initial=What.APPOINTMENT)
    slug = forms.CharField(
        label=_("Its name for programs and files"),
        max_length=LONGEST_SLUG,
        required=False,
        help_text=_("Letters a to z, figures, - and _. Empty: as its name says."),
    )
    objective = forms.ModelChoiceField(
        label=_("Objective that it serves"),
        queryset=Objective.objects.none(),
        required=False,
        empty_label=_("none"),
    )

    def __init__(
        self, actor: Actor, data: QueryDict | None = None, *, row: OutcomeKind | None
    ) -> None:
        names = ("name", "what", "slug", "objective")
        initial = {name: getattr(row, name) for name in names} if row else {}
        super().__init__(data, initial=initial)
        self.offer("objective", goals.objectives(actor))

    def wish(self) -> KindWish:
        """Return what was typed; call it after `is_valid`."""
        values = dict(self.cleaned_data)
        return KindWish(what=What(values.pop("what")), **values)


class WorthForm(ReturnsForm):
    """What one outcome is worth."""

    amount = forms.FloatField(
        label=_("One of them is worth"),
        min_value=0,
        max_value=MOST_AMOUNT,
        help_text=_("What the house keeps of it after what the service itself costs."),
    )
    currency = forms.CharField(label=_("Currency"), max_length=3)
    source = forms.CharField(
        label=_("Who says so"),
        max_length=LONGEST_SOURCE,
        help_text=_("“Controlling, mean of 2025”: a board member asks for it first."),
    )
    day = day_field(_("As of"))

    def __init__(self, actor: Actor, data: QueryDict | None = None) -> None:
        begin = {"currency": queries.ledger(actor).currency, "day": queries.today(actor)}
        super().__init__(data, initial=begin)

    def wish(self) -> WorthWish:
        """Return what was typed; call it after `is_valid`."""
        values = dict(self.cleaned_data)
        return WorthWish(currency=values.pop("currency").upper(), **values)


class TypedForm(ReturnsForm):
    """Outcomes typed in by hand."""

    kind = forms.ModelChoiceField(
        label=_("Kind of outcome"), queryset=OutcomeKind.objects.none(), empty_label=None
    )
    day = day_field(_("Day"))
    hour = forms.TimeField(
        label=_("Time of day"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("Empty: only the day is known."),
    )
    count = forms.IntegerField(label=_("How many"), min_value=1, max_value=MOST_COUNT, initial=1)
    channel = forms.CharField(
        label=_("How they came"),
        max_length=LONGEST_CHANNEL,
        required=False,
        widget=forms.TextInput(attrs={"list": "channels"}),
        help_text=_("A network or another way, like mastodon or poster. Empty: nobody knows."),
    )
    campaign = forms.CharField(label=_("Campaign"), max_length=LONGEST_CAMPAIGN, required=False)
    bet = forms.ModelChoiceField(
        label=_("Bet"), queryset=Bet.objects.none(), required=False, empty_label=_("none")
    )
    ambassadors = forms.BooleanField(
        label=_("Through colleagues who speak for the house"), required=False
    )
    amount = forms.FloatField(
        label=_("Money that came with each"), required=False, min_value=0, max_value=MOST_AMOUNT
    )
    currency = forms.CharField(label=_("Currency"), max_length=3, required=False)
    order = forms.CharField(
        label=_("Number by which it is known elsewhere"),
        max_length=LONGEST_KEY,
        required=False,
        help_text=_(
            "An order or case number, so that the same outcome from a file counts once. Nobody can"
            " read it again: a digest of it is kept."
        ),
    )
    channels = CHANNELS

    def __init__(self, actor: Actor, data: QueryDict | None = None, **more: Any) -> None:
        begin = {"currency": queries.ledger(actor).currency, "day": queries.today(actor)}
        super().__init__(data, initial=begin | more)
        self.offer("kind", queries.kinds(actor))
        self.offer("bet", queries.bets(actor))

    def clean(self) -> dict[str, Any]:
        """Ask for the channel where more is said of the way here."""
        values = super().clean() or {}
        said = any(values.get(name) for name in ("campaign", "bet", "ambassadors"))
        if said and not values.get("channel"):
            self.add_error("channel", _now("Say how they came: a bet or campaign is on a channel."))
        return values

    def row(self, zone: ZoneInfo) -> OutcomeRow:
        """Return what was typed; call it after `is_valid`."""
        values = self.cleaned_data
        day: date = values["day"]
        at = datetime.combine(day, values["hour"] or time(12), tzinfo=zone)
        touch = (
            [TouchRow(at=at, **{name: values[name] for name in _TOUCH})]
            if values["channel"]
            else []
        )
        return OutcomeRow(
            kind=values["kind"],
            at=at,
            only_day=values["hour"] is None,
            count=values["count"],
            amount=values["amount"],
            currency=values["currency"].upper(),
            order=values["order"],
            touches=tuple(touch),
        )


_TOUCH = ("channel", "campaign", "bet", "ambassadors")


class RuleForm(ReturnsForm):
    """By which rule outcomes are shared."""

    rule = forms.ChoiceField(label=_("Rule of the house"), choices=AttributionRule)
    window_days = forms.IntegerField(
        label=_("Days before an outcome in which a touch counts"), min_value=1, max_value=366
    )
