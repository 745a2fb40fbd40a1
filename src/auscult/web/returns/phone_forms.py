"""What people type about telephone lines."""

from __future__ import annotations

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor
from auscult.web.planning.models import Bet
from auscult.web.returns import queries
from auscult.web.returns.forms import ReturnsForm
from auscult.web.returns.outcome_models import OutcomeKind, PhoneLine
from auscult.web.returns.phone_actions import LineWish
from auscult.web.returns.recording import LONGEST_CAMPAIGN, LONGEST_CHANNEL


class LineForm(ReturnsForm):
    """A number that is told in one place alone."""

    number = forms.CharField(
        label=_("Number"), max_length=40, help_text=_("With its country: +49 30 12345.")
    )
    kind = forms.ModelChoiceField(
        label=_("A call is"), queryset=OutcomeKind.objects.none(), empty_label=None
    )
    channel = forms.CharField(
        label=_("Where it is told"),
        max_length=LONGEST_CHANNEL,
        help_text=_("A network, or another way: mastodon, radio, poster."),
    )
    campaign = forms.CharField(label=_("Campaign"), max_length=LONGEST_CAMPAIGN, required=False)
    bet = forms.ModelChoiceField(
        label=_("Bet"), queryset=Bet.objects.none(), required=False, empty_label=_("none")
    )

    def __init__(
        self,
        actor: Actor,
        data: QueryDict | None = None,
        *,
        line: PhoneLine | None = None,
        number: str = "",
    ) -> None:
        names = ("number", "kind", "channel", "campaign", "bet")
        begin = {name: getattr(line, name) for name in names} if line else {"number": number}
        super().__init__(data, initial=begin)
        self.offer("kind", queries.kinds(actor))
        self.offer("bet", queries.bets(actor))

    def wish(self) -> LineWish:
        """Return what was typed; call it after `is_valid`."""
        return LineWish(**self.cleaned_data)
