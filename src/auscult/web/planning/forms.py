"""What people type: cycles, assumptions, bets and tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.fields import RowsField
from auscult.web.accounts.models import Actor, Team, User
from auscult.web.accounts.people import teams
from auscult.web.goals.models import Objective, Priority
from auscult.web.goals.queries import priorities
from auscult.web.listening.models import Watch
from auscult.web.listening.queries import watches
from auscult.web.planning import queries
from auscult.web.planning.bet_actions import BetWish, Effect, TaskWish, Wanted
from auscult.web.planning.models import (
    FEWEST_DAYS,
    MOST_DAYS,
    USUAL_DAYS,
    Bet,
    Cycle,
    Task,
    TaskKind,
)
from auscult.web.planning.ready_made import titles
from auscult.web.planning.resources import skill_names
from auscult.web.planning.suggesting import Offering

LEVEL = ("hours", "money", "low", "likely", "high")
CONFIDENCES = (
    (1, _("1: hardly")),
    (2, _("2: rather not")),
    (3, _("3: perhaps")),
    (4, _("4: rather yes")),
    (5, _("5: surely")),
)


class PlanForm(forms.Form):
    """A form that takes what an action refuses, each beside its field."""

    def __init__(
        self, data: QueryDict | None = None, *, initial: dict[str, Any] | None = None, **more: Any
    ) -> None:
        super().__init__(data, initial=initial, label_suffix="", **more)

    # What of an action is no single field here, as the page calls it.
    named: Mapping[str, Any] = MappingProxyType({})

    def take(self, error: Correctable) -> None:
        """Show why an action refused: beside its field, under the name that the page gives it."""
        name, said = error.field or "", str(error)
        known = self.fields[name].label if name in self.fields else self.named.get(name)
        if known and said.startswith(f"{name} "):
            said = f"{known}{said.removeprefix(name)}"
        self.add_error(name if name in self.fields else None, said)


class ListField(forms.CharField):
    """Names between commas."""

    def clean(self, value: Any) -> tuple[str, ...]:
        """Return the names, without those that are empty."""
        names = (one.strip() for one in (super().clean(value) or "").split(","))
        return tuple(one for one in names if one)


class NeedsField(forms.CharField):
    """Needs, one a line: skill, hours a week, at least, at most."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value: Any) -> tuple[Wanted, ...]:
        """Return the needs.

        Raises
        ------
        forms.ValidationError
            A line can't be read.
        """
        lines = (super().clean(value) or "").splitlines()
        return tuple(_wanted(line) for line in lines if line.strip())


def _wanted(line: str) -> Wanted:
    skill, *numbers = (part.strip() for part in line.split(","))
    try:
        hours, *limits = (float(one) for one in numbers)
        least, *most = limits or [0.0]
        at_most = float(*most) if most else None
    except (TypeError, ValueError):
        example = _now("“%(line)s” can't be read; write it like this: Filming, 3, 1, 5")
        raise forms.ValidationError(example % {"line": line[:80]}) from None
    return Wanted(skill=skill, hours=hours, at_least=least, at_most=at_most)


def _days(label: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **more)


class CycleForm(PlanForm):
    """A cycle's name, days and focus; a template for one that is new."""

    title = forms.CharField(label=_("Name"), max_length=200)
    first_day = _days(_("First day"))
    days = forms.IntegerField(
        label=_("Days"), min_value=FEWEST_DAYS, max_value=MOST_DAYS, initial=USUAL_DAYS
    )
    template = forms.ChoiceField(
        label=_("Begin with"),
        required=False,
        help_text=_("A template brings bets and tasks with days, which you then change."),
    )
    focus = RowsField(
        label=_("Priorities in focus"),
        queryset=Priority.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self, actor: Actor, data: QueryDict | None = None, *, new: bool, **more: Any
    ) -> None:
        super().__init__(data, **more)
        _offer(self, "focus", priorities(actor))
        field = self.fields["template"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _now("an empty plan")), *titles()]
        if not new:
            del self.fields["template"]


def _offer(form: forms.Form, name: str, rows: QuerySet[Any]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows


class AssumptionForm(PlanForm):
    """What has to be so, and how it would be noticed to be wrong."""

    text = forms.CharField(
        label=_("What has to be so"), max_length=5000, widget=forms.Textarea(attrs={"rows": 2})
    )
    noticed_by = forms.CharField(
        label=_("How we would notice that it isn't"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    watch = forms.ModelChoiceField(
        label=_("A watch that would notice"),
        queryset=Watch.objects.none(),
        required=False,
        empty_label=pgettext_lazy("a watch", "none"),
    )

    def __init__(self, actor: Actor, data: QueryDict | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        _offer(self, "watch", watches(actor))


class BetForm(PlanForm):
    """A bet, with one or two levels of spending."""

    named = MappingProxyType({"effects": _("What it should bring")})

    title = forms.CharField(label=_("What we do"), max_length=200)
    objective = forms.ModelChoiceField(
        label=_("For the objective"),
        queryset=Objective.objects.none(),
        required=False,
        empty_label=_("none: it serves no objective"),
    )
    owner = forms.ModelChoiceField(
        label=_("Owner"), queryset=User.objects.none(), required=False, empty_label=_("nobody yet")
    )
    function = forms.ModelChoiceField(
        label=_("Business function that it extends"),
        queryset=Team.objects.none(),
        required=False,
        empty_label=_("the whole house"),
    )
    amplifies = forms.CharField(
        label=_("Existing initiative that it amplifies"),
        max_length=200,
        required=False,
        help_text=_("Empty: it lives on social media alone."),
    )
    audience = forms.CharField(label=_("Audience"), max_length=200, required=False)
    networks = ListField(
        label=_("Networks"), max_length=2000, required=False, help_text=_("Between commas.")
    )
    kit = forms.CharField(
        label=_("Kit"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    confidence = forms.TypedChoiceField(
        label=_("How sure we are"), coerce=int, choices=CONFIDENCES, initial=3
    )
    needs = NeedsField(
        label=_("Skills that it needs"),
        max_length=4000,
        required=False,
        help_text=_("One a line: skill, hours a week, at least, at most. “Filming, 3, 1, 5”"),
    )
    either_or = forms.CharField(
        label=_("Either-or"),
        max_length=50,
        required=False,
        help_text=_("Of the bets with the same word here, one is made."),
    )
    depends_on = RowsField(
        label=_("Waits for"),
        queryset=Bet.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self, actor: Actor, cycle: Cycle, data: QueryDict | None = None, *, bet: Bet | None = None
    ) -> None:
        super().__init__(data, initial=_initial(bet) if bet else {"owner": actor.user_id})
        own = bet.objective_id if bet else None
        _offer(self, "objective", queries.objectives(actor, also=own))
        _offer(self, "owner", queries.people(actor))
        _offer(self, "function", teams(actor))
        if known := skill_names(actor):
            needs, said = self.fields["needs"], _now("Skills of the house: %(names)s.")
            needs.help_text = f"{needs.help_text} {said % {'names': ', '.join(known)}}"
        others = queries.bets(actor).filter(cycle=cycle).order_by("number")
        _offer(self, "depends_on", others.exclude(pk=bet.pk) if bet else others)
        for place in (1, 2):
            self.fields.update(_level_fields(place))

    def levels(self) -> list[list[forms.BoundField]]:
        """Return the fields of each level, for the page."""
        return [[self[f"{name}_{place}"] for name in LEVEL] for place in (1, 2)]

    def plain(self) -> list[forms.BoundField]:
        """Return the fields of no level."""
        return [one for one in self if not one.name.endswith(("_1", "_2"))]

    def clean(self) -> dict[str, Any]:
        """Take a level that is begun as one that is to be whole."""
        values = super().clean() or self.cleaned_data
        for place in (1, 2):
            given = [values.get(f"{name}_{place}") for name in LEVEL if name != "money"]
            if any(one is not None for one in given) and None in given:
                self.add_error(f"likely_{place}", _("Fill in hours, low, likely and high."))
        return values

    def wish(self) -> BetWish:
        """Return what was asked for; call it after `is_valid`."""
        values = dict(self.cleaned_data)
        levels = [{name: values.pop(f"{name}_{place}") for name in LEVEL} for place in (1, 2)]
        effects = [
            Effect(**{**one, "money": one["money"] or 0.0})
            for one in levels
            if one["likely"] is not None
        ]
        waits = tuple(values.pop("depends_on"))
        return BetWish(effects=tuple(effects), depends_on=waits, **values)


def _level_fields(place: int) -> dict[str, forms.Field]:
    labels = {
        "hours": _("Hours a week"),
        "money": _("Money in all"),
        "low": _("Brings at least"),
        "likely": _("Brings likely"),
        "high": _("Brings at most"),
    }
    return {
        f"{name}_{place}": forms.FloatField(
            label=label, required=False, min_value=0 if name in {"hours", "money"} else None
        )
        for name, label in labels.items()
    }


def _initial(bet: Bet) -> dict[str, Any]:
    plain = ("title", "amplifies", "audience", "kit", "confidence", "either_or")
    levels = {
        f"{name}_{one.place}": getattr(one, name) for one in bet.levels.all() for name in LEVEL
    }
    needs = [
        f"{one.skill}, {one.hours:g}, {one.at_least:g}, {one.at_most:g}"
        for one in bet.needs.order_by("skill")
    ]
    return {
        **{name: getattr(bet, name) for name in plain},
        **levels,
        "objective": bet.objective_id,
        "owner": bet.owner_id,
        "function": bet.function_id,
        "networks": ", ".join(bet.networks),
        "needs": "\n".join(needs),
        "depends_on": _keys(bet.depends_on.all()),
    }


def _keys(rows: Iterable[Any]) -> list[int]:
    return [one.pk for one in rows]


class TaskForm(PlanForm):
    """A task of a bet."""

    title = forms.CharField(label=_("What is to be done"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=TaskKind, initial=TaskKind.WORK)
    first_day = _days(_("First day"))
    last_day = _days(_("Last day"))
    people = RowsField(
        label=_("Who does it"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    skill = forms.CharField(label=_("Skill that it wants"), max_length=100, required=False)
    minutes = forms.IntegerField(
        label=_("Minutes spent so far"), min_value=0, max_value=1_000_000, initial=0
    )
    depends_on = RowsField(
        label=_("Waits for"),
        queryset=Task.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self, actor: Actor, bet: Bet, data: QueryDict | None = None, *, task: Task | None = None
    ) -> None:
        today = queries.today(actor)
        begin = {"first_day": max(today, bet.cycle.first_day)}
        super().__init__(data, initial=_initial_task(task) if task else begin)
        _offer(self, "people", queries.people(actor))
        self.fields["skill"].widget = Offering(skill_names(actor))
        others = queries.tasks(actor).filter(bet__cycle=bet.cycle)
        _offer(self, "depends_on", others.exclude(pk=task.pk) if task else others)

    def wish(self) -> TaskWish:
        """Return what was asked for; call it after `is_valid`."""
        values = dict(self.cleaned_data)
        for name in ("people", "depends_on"):
            values[name] = tuple(values[name])
        return TaskWish(**{**values, "kind": TaskKind(values["kind"])})


def _initial_task(task: Task) -> dict[str, Any]:
    plain = ("title", "kind", "first_day", "last_day", "skill", "minutes")
    return {
        **{name: getattr(task, name) for name in plain},
        "people": _keys(task.people.all()),
        "depends_on": _keys(task.depends_on.all()),
    }
