"""What people type about roles, rates and currencies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor, User
from auscult.web.returns import cost_queries, queries
from auscult.web.returns.cost_checks import MOST_AMOUNT, MOST_TEXT
from auscult.web.returns.cost_models import WorkRole
from auscult.web.returns.exchange_actions import ExchangeWish
from auscult.web.returns.forms import ReturnsForm, day_field
from auscult.web.returns.rate_actions import LONGEST_NAME, RateWish

PERSON = "person_"


class RoleForm(ReturnsForm):
    """A kind of work."""

    name = forms.CharField(
        label=_("Role"), max_length=LONGEST_NAME, help_text=_("“Editor”, “Nurse”, “Volunteer”.")
    )
    given = forms.BooleanField(
        label=_("The house doesn't pay for it"),
        required=False,
        help_text=_("Volunteers, ambassadors: shown beside what is paid, never in it."),
    )


class RateForm(ReturnsForm):
    """What an hour of a role costs."""

    role = forms.ModelChoiceField(
        label=_("Role"), queryset=WorkRole.objects.none(), empty_label=None
    )
    hourly = forms.FloatField(
        label=_("An hour costs"),
        min_value=0,
        max_value=MOST_AMOUNT,
        help_text=_(
            "With all that an employer pays. Take a mean of several people: who sees figures could"
            " work out a single wage. Of given time: what it would cost."
        ),
    )
    currency = forms.CharField(label=_("Currency"), max_length=3, min_length=3)
    since = day_field(_("From"), help_text=_("It holds until the role's next rate begins."))
    source = forms.CharField(
        label=_("Who says so"),
        max_length=MOST_TEXT,
        help_text=_("Payroll, a collective agreement, a published table of volunteers' hours."),
    )

    def __init__(self, actor: Actor, data: QueryDict | None = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.offer("role", cost_queries.role_names(actor))

    def wish(self) -> RateWish:
        """Return what was typed; call it after `is_valid`."""
        return RateWish(**self.cleaned_data)


class WorkersForm(ReturnsForm):
    """As what each member works: a field for each."""

    def __init__(self, actor: Actor, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.people = list(cost_queries.people(actor))
        known = cost_queries.workers(actor)
        for one in self.people:
            worker = known.get(one.pk)
            self.fields[f"{PERSON}{one.pk}"] = forms.ModelChoiceField(
                label=str(one),
                queryset=cost_queries.role_names(actor),
                required=False,
                empty_label=_("nobody said yet"),
                initial=worker.role_id if worker else None,
            )

    def work(self) -> Mapping[User, WorkRole | None]:
        """Return what was chosen; call it after `is_valid`."""
        return {one: self.cleaned_data[f"{PERSON}{one.pk}"] for one in self.people}


class CurrencyForm(ReturnsForm):
    """In which currency the house reckons."""

    currency = forms.CharField(
        label=_("The house reckons in"),
        max_length=3,
        min_length=3,
        help_text=_("Three letters, like EUR or USD. What was recorded keeps its own currency."),
    )

    def __init__(self, actor: Actor, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"currency": queries.ledger(actor).currency})


class ExchangeForm(ReturnsForm):
    """What a currency was worth in another."""

    of = forms.CharField(label=_("One unit of"), max_length=3, min_length=3)
    rate = forms.FloatField(label=_("is worth"), min_value=0, max_value=MOST_AMOUNT)
    into = forms.CharField(label=_("in the currency"), max_length=3, min_length=3)
    day = day_field(
        _("From"), help_text=_("It holds until the next one that is known, 400 days at most.")
    )
    source = forms.CharField(
        label=_("Who says so"), max_length=MOST_TEXT, help_text=_("A central bank, the invoice.")
    )

    def wish(self) -> ExchangeWish:
        """Return what was typed; call it after `is_valid`."""
        return ExchangeWish(**self.cleaned_data)
