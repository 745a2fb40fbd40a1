"""What people type about time."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor, User
from auscult.web.accounts.policies import Right, may
from auscult.web.planning.models import Bet
from auscult.web.returns import cost_queries, queries
from auscult.web.returns.cost_checks import MOST_TEXT
from auscult.web.returns.cost_models import TimeOrigin, Worked, WorkRole
from auscult.web.returns.forms import ReturnsForm, day_field
from auscult.web.returns.time_actions import MOST_MINUTES, TimeWish


class TimerForm(ReturnsForm):
    """What a clock is started for."""

    bet = forms.ModelChoiceField(
        label=_("For which bet"),
        queryset=Bet.objects.none(),
        required=False,
        empty_label=_("for all that the house does"),
    )

    def __init__(self, actor: Actor, data: QueryDict | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.offer("bet", queries.bets(actor))


class TimeForm(TimerForm):
    """Minutes on a day; those of others only where the actor may record them."""

    day = day_field(_("Day"))
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=MOST_MINUTES)
    user = forms.ModelChoiceField(
        label=_("Who"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("people without an account"),
    )
    role = forms.ModelChoiceField(
        label=_("As what"),
        queryset=WorkRole.objects.none(),
        required=False,
        empty_label=_("as usual"),
        help_text=_("Only where somebody worked as something else, or has no account."),
    )
    note = forms.CharField(label=_("Note"), max_length=MOST_TEXT, required=False)
    estimated = forms.BooleanField(
        label=_("This is an estimate"),
        required=False,
        help_text=_("It counts only where nothing else is known of that week."),
    )
    field_order = ("day", "minutes", "bet", "user", "role", "note", "estimated")

    def __init__(
        self, actor: Actor, data: QueryDict | None = None, *, row: Worked | None = None, **more: Any
    ) -> None:
        super().__init__(actor, data, **more)
        self._actor, self._row = actor, row
        self.offer("role", cost_queries.role_names(actor))
        if may(actor, Right.EDIT_RETURNS):
            people = cost_queries.people(actor)
            if row is not None and row.user_id:  # she may have left
                people = (people | User.objects.filter(pk=row.user_id)).distinct()
            self.offer("user", people)
        else:
            del self.fields["user"]

    def wish(self) -> TimeWish:
        """Return what was typed; call it after `is_valid`."""
        values = dict(self.cleaned_data)
        if "user" not in self.fields:
            values["user"] = User.objects.filter(pk=self._actor.user_id or 0).first()
        before = self._row.origin if self._row else TimeOrigin.TYPED
        typed = TimeOrigin.TYPED if before == TimeOrigin.ESTIMATE else before
        origin = TimeOrigin.ESTIMATE if values.pop("estimated") else typed
        return TimeWish(origin=origin, **values)


def initial_of(row: Worked) -> dict[str, Any]:
    """Return what a form begins with that changes a row."""
    names = ("day", "minutes", "bet", "user", "role", "note")
    values = {name: getattr(row, name) for name in names}
    return values | {"estimated": row.origin == TimeOrigin.ESTIMATE}
