"""What people type when they look at how it goes: check-ins and reviews."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import OuterRef, Subquery
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor
from auscult.web.goals.amounts import amount
from auscult.web.goals.models import Objective, Reading
from auscult.web.planning import queries
from auscult.web.planning.forms import CONFIDENCES, PlanForm
from auscult.web.planning.models import Bet, CheckIn, Cycle, Review, ReviewKind, Verdict
from auscult.web.planning.moves import AssumptionState, BetState
from auscult.web.planning.review_actions import Findings, Judged, Report
from auscult.web.planning.showing import objectives_of

STATES = AssumptionState.choices


class CheckInForm(PlanForm):
    """How a bet goes: four fields, two minutes."""

    progress = forms.IntegerField(
        label=_("Progress, 0 to 100"), min_value=0, max_value=100, initial=0
    )
    confidence = forms.TypedChoiceField(
        label=_("Will it work?"), coerce=int, choices=CONFIDENCES, initial=3
    )
    hours = forms.FloatField(
        label=_("Hours you spent this week"), min_value=0, max_value=168, initial=0
    )
    blockers = forms.CharField(
        label=_("What stands in the way"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def report(self) -> Report:
        """Return what was said; call it after `is_valid`."""
        return Report(**self.cleaned_data)


def check_in_form(actor: Actor, bet: Bet, data: QueryDict | None = None) -> CheckInForm:
    """Return the form of a bet: filled with this week's, else begun with the last progress."""
    return _form(bet, queries.last_of_own(actor, [bet]), queries.today(actor), data)


def check_in_forms(actor: Actor, bets: Sequence[Bet]) -> list[tuple[Bet, CheckInForm]]:
    """Return each bet with its form."""
    last, today = queries.last_of_own(actor, bets), queries.today(actor)
    return [(bet, _form(bet, last, today)) for bet in bets]


def _form(
    bet: Bet,
    last: Mapping[int, CheckIn],
    today: date,
    data: QueryDict | None = None,
) -> CheckInForm:
    initial: dict[str, Any] = {}
    if said := last.get(bet.pk):
        initial = {"progress": said.progress, "confidence": said.confidence}
        if said.week == queries.monday(today):
            initial |= {"hours": said.hours, "blockers": said.blockers}
    return CheckInForm(data, initial=initial, auto_id=f"id_{bet.pk}_%s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One thing that is reviewed, with its fields."""

    title: str
    about: str
    fields: Sequence[forms.BoundField]


class ReviewForm(PlanForm):
    """A review: fields for each objective, bet and assumption."""

    note = forms.CharField(
        label=_("What else should be remembered"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, cycle: Cycle, kind: ReviewKind, data: QueryDict | None = None) -> None:
        self.bets = {one.pk: one for one in cycle.bets.order_by("number")}
        self.assumptions = {one.pk: one for one in cycle.assumptions.order_by("number")}
        self.objectives = {one.pk: one for one in objectives_of(cycle)}
        self.review = cycle.reviews.filter(kind=kind).first()
        super().__init__(data, initial=self._said())
        for key in self.objectives:
            self.fields[f"actual_{key}"] = forms.FloatField(label=_("Actual"), required=False)
        for key in self.bets:
            verdict = forms.ChoiceField(label=_("What becomes of it"), choices=Verdict)
            self.fields[f"verdict_{key}"] = verdict
            self.fields[f"lesson_{key}"] = _words(_("Lesson"))
        for key in self.assumptions:
            self.fields[f"state_{key}"] = forms.ChoiceField(label=_("It"), choices=STATES)
            self.fields[f"did_{key}"] = _words(_("What it did"))

    def _said(self) -> dict[str, Any]:
        """Return what the fields begin with: what was said before, else how it stands."""
        said: dict[str, Any] = {}
        last = _last_values(self.objectives)
        for key in self.objectives:
            said[f"actual_{key}"] = last.get(key)
        for key, bet in self.bets.items():
            dropped = bet.state == BetState.DROPPED
            said[f"verdict_{key}"] = Verdict.DROPPED if dropped else Verdict.KEPT
        for key, assumption in self.assumptions.items():
            said[f"state_{key}"] = assumption.state
        return said | (_findings(self.review) if self.review else {})

    def groups(self) -> list[tuple[str, list[Group]]]:
        """Return the fields by what they are about, with a heading for each kind."""
        objectives = [
            Group(title=one.title, about=_aim(one), fields=[self[f"actual_{key}"]])
            for key, one in self.objectives.items()
        ]
        bets = [
            Group(title=one.title, about="", fields=[self[f"verdict_{key}"], self[f"lesson_{key}"]])
            for key, one in self.bets.items()
        ]
        assumptions = [
            Group(
                title=one.text,
                about=one.noticed_by,
                fields=[self[f"state_{key}"], self[f"did_{key}"]],
            )
            for key, one in self.assumptions.items()
        ]
        named = ((_("Objectives"), objectives), (_("Bets"), bets), (_("Assumptions"), assumptions))
        return [(str(name), groups) for name, groups in named if groups]

    def findings(self) -> Findings:
        """Return what was said; call it after `is_valid`."""
        values = self.cleaned_data
        return Findings(
            actuals={
                one: values[f"actual_{key}"]
                for key, one in self.objectives.items()
                if values[f"actual_{key}"] is not None
            },
            bets={
                one: Judged(
                    verdict=Verdict(values[f"verdict_{key}"]), lesson=values[f"lesson_{key}"]
                )
                for key, one in self.bets.items()
            },
            assumptions={
                one: (AssumptionState(values[f"state_{key}"]), values[f"did_{key}"])
                for key, one in self.assumptions.items()
            },
            note=values["note"],
        )


def _words(label: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(label=label, max_length=5000, required=False, widget=widget)


def _aim(objective: Objective) -> str:
    way = f"{amount(objective.baseline)} → {amount(objective.target)}"
    return f"{way} {objective.unit}".strip()


def _last_values(objectives: Collection[int]) -> dict[int, float]:
    """Return the newest reading of each objective that has any."""
    newest = Reading.objects.filter(objective=OuterRef("pk")).order_by("-day").values("pk")[:1]
    rows = Objective.objects.filter(pk__in=objectives).annotate(newest=Subquery(newest))
    found = Reading.objects.filter(pk__in=rows.values("newest"))
    return dict(found.values_list("objective_id", "value"))


def _findings(review: Review) -> dict[str, Any]:
    said: dict[str, Any] = {"note": review.note}
    for one in review.findings.all():
        if one.objective_id is not None:
            said[f"actual_{one.objective_id}"] = one.actual
        elif one.bet_id is not None:
            said |= {f"verdict_{one.bet_id}": one.verdict, f"lesson_{one.bet_id}": one.text}
        else:
            said |= {
                f"state_{one.assumption_id}": one.verdict,
                f"did_{one.assumption_id}": one.text,
            }
    return said
