"""What people ask the planner with: risk, reserves, what counts, and what has to hold."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.fields import RowsField
from auscult.web.accounts.models import Actor, Team
from auscult.web.accounts.people import teams
from auscult.web.goals.models import Priority
from auscult.web.planning import queries
from auscult.web.planning.forms import PlanForm
from auscult.web.planning.models import Bet, Cycle
from auscult.web.planning.moves import BetState
from auscult.web.planning.questions import BESIDE, IN_FOCUS, Aims
from auscult.web.planning.resource_models import Allocation

RISKS = (
    (1.0, _("what is to be expected: the mean of what may happen")),
    (0.2, _("that it goes badly: the worst 20 % of what may happen")),
)
PERCENT = 100


def _percent(label: Any, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=0, max_value=90, initial=0, required=False, **more
    )


class AimsForm(PlanForm):
    """What a question to the planner asks for."""

    worst = forms.TypedChoiceField(label=_("Plan for"), coerce=float, choices=RISKS, initial=1.0)
    reserve_hours = _percent(
        _("Keep back of all hours, in percent"), help_text=_("For what nobody foresees.")
    )
    reserve_money = _percent(_("Keep back of the money, in percent"))
    must = RowsField(
        label=_("Made in any case"),
        queryset=Bet.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self, actor: Actor, cycle: Cycle, data: QueryDict | None = None, *, last: Allocation | None
    ) -> None:
        super().__init__(data)
        bets = queries.bets(actor).filter(cycle=cycle, state=BetState.ON).order_by("number")
        field = self.fields["must"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = bets.filter(objective__isnull=False, levels__place=1)
        self.priorities = _priorities(bets)
        focus = set(cycle.focus.values_list("pk", flat=True))
        for one in self.priorities:
            self.fields[f"weight_{one.pk}"] = forms.FloatField(
                label=_now("How much counts “%(title)s”?") % {"title": one.title},
                min_value=0.01,
                max_value=1000,
                initial=IN_FOCUS if one.pk in focus else BESIDE,
            )
        made_for = {bet.function_id for bet in bets}
        self.functions: list[Team] = [one for one in teams(actor) if one.pk in made_for]
        for team in self.functions:
            label = _now("At least so many percent of the hours for %(name)s")
            self.fields[f"fair_{team.pk}"] = _percent(label % {"name": team.name})
        if last is not None:
            self.initial = self._before(last.question)

    def _before(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Return what was asked the last time."""
        fair = {f"fair_{one.pk}": asked["fair"].get(one.name, 0) for one in self.functions}
        return {
            "worst": asked["worst"],
            "reserve_hours": round(PERCENT * asked["reserve_hours"]),
            "reserve_money": round(PERCENT * asked["reserve_money"]),
            "must": [one["bet"] for one in asked["bets"] if one["must"]],
            **{name: round(PERCENT * share) for name, share in fair.items()},
            **{f"weight_{key}": one for key, one in asked["aims"]["weights"].items()},
        }

    def aims(self) -> Aims:
        """Return what is asked for; call it after `is_valid`."""
        values = self.cleaned_data
        return Aims(
            worst=values["worst"],
            reserve_hours=(values["reserve_hours"] or 0) / PERCENT,
            reserve_money=(values["reserve_money"] or 0) / PERCENT,
            must=tuple(one.pk for one in values["must"]),
            weights={one.pk: values[f"weight_{one.pk}"] for one in self.priorities},
            fair={one.name: (values[f"fair_{one.pk}"] or 0) / PERCENT for one in self.functions},
        )


def _priorities(bets: Any) -> list[Priority]:
    served = {bet.objective.priority_id for bet in bets if bet.objective}
    return list(Priority.objects.filter(pk__in=served).order_by("place", "pk"))
