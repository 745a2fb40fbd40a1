"""What people type about what the house has."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor, User
from auscult.web.accounts.policies import Right, may
from auscult.web.planning import queries, resources
from auscult.web.planning.forms import PlanForm
from auscult.web.planning.resource_actions import AbsenceWish, AssetWish, CapacityWish
from auscult.web.planning.resource_models import AssetKind, AssetState, Skill

WHOLE = 100  # percent


def _days(label: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **more)


def _offer(form: forms.Form, name: str, rows: QuerySet[Any]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = rows


def _seen(actor: Actor) -> QuerySet[User]:
    """Return whose hours the actor may change."""
    people = queries.people(actor)
    return people if resources.sees_hours_of_all(actor) else people.filter(pk__in=[actor.user_id])


class SkillForm(PlanForm):
    """A skill."""

    name = forms.CharField(
        label=_("Skill"),
        max_length=100,
        help_text=_("As bets name what they need: “Filming”, “Writing”."),
    )


class CapacityForm(PlanForm):
    """Hours a week of a person."""

    person = forms.ModelChoiceField(label=_("Who"), queryset=User.objects.none(), empty_label=None)
    skill = forms.ModelChoiceField(
        label=_("Skill"), queryset=Skill.objects.none(), empty_label=None
    )
    hours = forms.FloatField(
        label=_("Hours a week for the plan"),
        min_value=0,
        max_value=168,
        help_text=_("They lie evenly on Monday to Friday; days away are taken off."),
    )
    first_day = _days(_("From"), required=False, help_text=_("Empty: it has been so already."))
    last_day = _days(_("Until"), required=False, help_text=_("Empty: it goes on."))

    def __init__(self, actor: Actor, data: QueryDict | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        _offer(self, "person", _seen(actor))
        _offer(self, "skill", resources.skills(actor))

    def wish(self) -> CapacityWish:
        """Return what was typed; call it after `is_valid`."""
        return CapacityWish(**self.cleaned_data)


class AbsenceForm(PlanForm):
    """Days on which somebody isn't there."""

    person = forms.ModelChoiceField(
        label=_("Who"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("the whole house: a holiday"),
    )
    first_day = _days(_("From"))
    last_day = _days(_("Until"))
    percent = forms.IntegerField(
        label=_("How much of the hours is lost, in percent"),
        min_value=1,
        max_value=WHOLE,
        initial=WHOLE,
    )

    def __init__(self, actor: Actor, data: QueryDict | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        _offer(self, "person", _seen(actor))
        field = self.fields["person"]
        if not may(actor, Right.EDIT_PLAN) and isinstance(field, forms.ModelChoiceField):
            field.required, field.empty_label = True, None

    def wish(self) -> AbsenceWish:
        """Return what was typed; call it after `is_valid`."""
        values = dict(self.cleaned_data)
        return AbsenceWish(share=values.pop("percent") / WHOLE, **values)


class AssetForm(PlanForm):
    """Money, kit, an account or a tool."""

    kind = forms.ChoiceField(label=_("Kind"), choices=AssetKind)
    name = forms.CharField(label=_("Name"), max_length=200)
    amount = forms.FloatField(
        label=_("Amount"),
        required=False,
        min_value=0,
        help_text=_("Of money: for the whole cycle. Of other things: how many."),
    )
    state = forms.ChoiceField(label=_("State"), choices=AssetState)
    keeper = forms.ModelChoiceField(
        label=_("Who looks after it"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("nobody yet"),
    )
    note = forms.CharField(label=_("Note"), max_length=200, required=False)

    def __init__(self, actor: Actor, data: QueryDict | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        _offer(self, "keeper", queries.people(actor))

    def wish(self) -> AssetWish:
        """Return what was typed; call it after `is_valid`."""
        values = dict(self.cleaned_data)
        kind, state = AssetKind(values.pop("kind")), AssetState(values.pop("state"))
        return AssetWish(kind=kind, state=state, **values)
