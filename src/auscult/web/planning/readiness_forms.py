"""What people type about practice and accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor, User
from auscult.web.goals.models import Objective
from auscult.web.planning import queries
from auscult.web.planning.forms import PlanForm
from auscult.web.planning.people_models import MOST_MINUTES_A_DAY, AccountRequest, Practice
from auscult.web.planning.readiness_actions import AccountWish, Practised


def _words(label: Any, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(label=label, max_length=5000, widget=widget, **more)


class PracticeForm(PlanForm):
    """What somebody practised on a day."""

    network = forms.CharField(label=_("Network"), max_length=100)
    day = forms.DateField(
        label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    minutes = forms.IntegerField(
        label=_("Minutes"), min_value=1, max_value=MOST_MINUTES_A_DAY, initial=15
    )
    tried = _words(_("What you tried, with your personal account"))
    reflection = _words(
        _("What you learned"),
        required=False,
        help_text=_("How do people talk there? What is welcome, what isn't?"),
    )

    def __init__(
        self, actor: Actor, data: QueryDict | None = None, *, practice: Practice | None = None
    ) -> None:
        names = ("network", "day", "minutes", "tried", "reflection")
        begin: dict[str, Any] = {"day": queries.today(actor)}
        if practice is not None:
            begin = {name: getattr(practice, name) for name in names}
        super().__init__(data, initial=begin)

    def done(self) -> Practised:
        """Return what was practised; call it after `is_valid`."""
        return Practised(**self.cleaned_data)


class AccountForm(PlanForm):
    """What an account is for, and who looks after it."""

    network = forms.CharField(label=_("Network"), max_length=100)
    purpose = _words(
        _("What it is for"),
        help_text=_("A need that stands. What is said now and then goes through another account."),
    )
    objective = forms.ModelChoiceField(
        label=_("For the objective"),
        queryset=Objective.objects.none(),
        required=False,
        empty_label=_("none yet"),
    )
    feeder = forms.ModelChoiceField(label=_("Who feeds it"), queryset=User.objects.none())
    heir = forms.ModelChoiceField(
        label=_("Who inherits it, when she leaves"), queryset=User.objects.none()
    )

    def __init__(
        self,
        actor: Actor,
        data: QueryDict | None = None,
        *,
        request: AccountRequest | None = None,
    ) -> None:
        begin: dict[str, Any] = {"feeder": actor.user_id}
        if request is not None:
            begin = {
                "network": request.network,
                "purpose": request.purpose,
                "objective": request.objective_id,
                "feeder": request.feeder_id,
                "heir": request.heir_id,
            }
        super().__init__(data, initial=begin)
        own = request.objective_id if request else None
        rows = {
            "objective": queries.objectives(actor, also=own),
            "feeder": queries.people(actor),
            "heir": queries.people(actor),
        }
        for name, offered in rows.items():
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = offered

    def wish(self) -> AccountWish:
        """Return what was asked for; call it after `is_valid`."""
        return AccountWish(**self.cleaned_data)
