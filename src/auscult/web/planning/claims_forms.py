"""What people type of claims and trials."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from auscult.engine.planning.claims import Outcome
from auscult.web.planning.claims_actions import ClaimWish, TrialWish
from auscult.web.planning.claims_models import Claim, Whose
from auscult.web.planning.claims_ready import READY, WEEKDAYS, Ready
from auscult.web.planning.forms import PlanForm

OUTCOMES = (
    (Outcome.ENGAGEMENT.value, _("likes, reposts and replies together")),
    (Outcome.LIKES.value, _("likes")),
    (Outcome.REPOSTS.value, _("reposts")),
    (Outcome.REPLIES.value, _("replies")),
)
WORKDAYS = (0, 1, 2, 3, 4)
USUAL_WEEKS = 12


class LinesField(forms.CharField):
    """Names, one a line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value: Any) -> tuple[str, ...]:
        """Return the names, without empty lines."""
        lines = (super().clean(value) or "").splitlines()
        return tuple(one.strip() for one in lines if one.strip())


class ClaimForm(PlanForm):
    """A ready-made claim with its number, and whose posts it is held against."""

    number = forms.IntegerField()
    outcome = forms.ChoiceField(label=_("Get more of what?"), choices=OUTCOMES)
    whose = forms.ChoiceField(
        label=_("Whose posts?"),
        choices=Whose,
        initial=Whose.PEERS,
        help_text=_("What holds for others needn't hold for you: add it twice to compare."),
    )
    names = LinesField(
        label=_("Accounts or communities"),
        max_length=16_000,
        required=False,
        help_text=_(
            "One a line, as their network writes them: desk@social.example. Only needed if you"
            " chose these accounts or these communities."
        ),
    )
    worthwhile = forms.IntegerField(
        label=_("How many percent more would be worth a change of habits?"),
        min_value=1,
        max_value=900,
        initial=20,
        help_text=_("The smaller, the more posts it takes."),
    )

    def __init__(self, kind: str, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.kind = kind
        ready = READY[kind]
        self.initial["outcome"] = ready.outcome.value
        asked = _number(ready)
        if asked is None:
            del self.fields["number"]
        else:
            self.fields["number"] = asked

    def wish(self) -> ClaimWish:
        """Return what was asked for; call it after `is_valid`."""
        values = self.cleaned_data
        return ClaimWish(
            kind=self.kind,
            number=int(values.get("number", 0)),
            whose=Whose(values["whose"]),
            names=values["names"],
            outcome=Outcome(values["outcome"]),
            worthwhile=values["worthwhile"],
        )


def _number(ready: Ready) -> forms.Field | None:
    ask = ready.ask
    if ask is None:
        return None
    if ask.choices:
        return forms.TypedChoiceField(
            label=str(ask.label),
            coerce=int,
            choices=list(enumerate(ask.choices)),
            initial=ask.usual,
        )
    return forms.IntegerField(
        label=str(ask.label), min_value=ask.least, max_value=ask.most, initial=ask.usual
    )


def _clock(label: Any) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, widget=widget)


class TrialForm(PlanForm):
    """Days to draw, and what to do on them."""

    author = forms.CharField(
        label=_("The account that will post"),
        max_length=300,
        help_text=_("As its network writes it: desk@social.example."),
    )
    first_day = forms.DateField(
        label=_("First day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    weeks = forms.TypedChoiceField(
        label=_("For how many weeks?"),
        coerce=int,
        choices=[(weeks, str(weeks)) for weeks in (2, 4, 8, 12, 16, 24, 36, 52, 78, 104)],
        initial=USUAL_WEEKS,
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Weekdays with a post"),
        coerce=int,
        choices=list(enumerate(WEEKDAYS)),
        initial=WORKDAYS,
        widget=forms.CheckboxSelectMultiple,
    )
    one = forms.CharField(label=_("What to do on one half of the days"), max_length=200)
    one_at = _clock(_("At what time, on these days"))
    other = forms.CharField(label=_("What to do on the other half"), max_length=200)
    other_at = _clock(_("At what time, on the others"))

    def __init__(self, claim: Claim, today: date, data: QueryDict | None = None) -> None:
        super().__init__(data, initial=_suggested(claim, today))

    def wish(self) -> TrialWish:
        """Return what was asked for; call it after `is_valid`."""
        values = dict(self.cleaned_data)
        weeks, weekdays = values.pop("weeks"), values.pop("weekdays")
        return TrialWish(blocks=weeks // 2, weekdays=tuple(weekdays), **values)


def _suggested(claim: Claim, today: date) -> dict[str, Any]:
    ready = READY[claim.kind]
    hour = 9
    if claim.kind == "post-at":
        hour = int(claim.definition["one"][0]["at_least"])
    later = hour if claim.kind != "post-at" else (hour + 6) % 24
    return {
        "author": claim.names[0] if claim.whose == Whose.ACCOUNTS else "",
        "first_day": today + timedelta(days=7 - today.weekday()),
        "one": claim.title if claim.kind == "post-at" else str(ready.one),
        "other": str(ready.other),
        "one_at": time(hour),
        "other_at": time(later),
    }
