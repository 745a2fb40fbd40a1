"""What a case is made of: hours a week, what an hour costs, money, the outcome that is meant."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, may
from auscult.web.returns import queries
from auscult.web.returns.cost_models import Rate

MOST = 1e9
NAMES = ("kind", "days", "hours", "hourly", "money")


class CaseForm(forms.Form):
    """The plan of a team that hasn't begun."""

    kind = forms.ChoiceField(label=_("What it should bring"), required=False)
    days = forms.IntegerField(label=_("Days"), min_value=7, max_value=366, initial=100)
    hours = forms.FloatField(
        label=_("Hours a week, of all together"), min_value=0, max_value=10_000, required=False
    )
    hourly = forms.FloatField(
        label=_("What an hour costs the house"),
        min_value=0,
        max_value=MOST,
        required=False,
        help_text=_("With all that an employer pays. The personnel office knows it."),
    )
    money = forms.FloatField(
        label=_("Money for all of these days: tools, advertisements, production"),
        min_value=0,
        max_value=MOST,
        required=False,
    )

    def __init__(self, actor: Actor, data: QueryDict) -> None:
        self.kinds = list(queries.kinds(actor))
        initial = {"hours": _hours(actor), "hourly": _hourly(actor), "money": _money(actor)}
        given = data if any(name in data for name in NAMES) else None
        super().__init__(given, label_suffix="", initial=initial)
        field = self.fields["kind"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(str(one.pk), one.name) for one in self.kinds]

    def plan(self) -> dict[str, Any]:
        """Return what was given; where nothing was, what the house has written down."""
        if self.is_bound and self.is_valid():
            return self.cleaned_data
        kind = str(self.kinds[0].pk) if self.kinds else ""
        return {"kind": kind, "days": 100, **self.initial}


def asking(plan: dict[str, Any]) -> str:
    """Return a plan as the end of an address."""
    given = {name: plan[name] for name in NAMES if plan.get(name) not in (None, "")}
    return f"?{urlencode(given)}"


def _hours(actor: Actor) -> float | None:
    """Return the hours a week that the plan knows of, on the average of its weeks."""
    from auscult.web.planning import resources  # noqa: PLC0415 - it takes memory

    found = resources.supply(actor, None)
    weeks = len(found.weeks)
    total = float(found.hours.sum())
    return round(total / weeks, 1) if weeks and total else None


def _money(actor: Actor) -> float | None:
    from auscult.web.planning import resources  # noqa: PLC0415 - it takes memory

    return resources.money(actor) or None


def _hourly(actor: Actor) -> float | None:
    """Return the newest rate of paid work; nothing for those who may not see rates."""
    if not may(actor, Right.SEE_COSTS):
        return None
    rows = Rate.objects.filter(
        role__organisation_id=actor.organisation_id,
        role__given=False,
        currency=queries.ledger(actor).currency,
    )
    found = rows.order_by("-since", "-pk").first()
    return None if found is None else found.hourly
