"""What the page of figures is asked: as the board's page, and by what, at what worth."""

from __future__ import annotations

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor
from auscult.web.returns.board_asking import BoardForm
from auscult.web.returns.cost_checks import MOST_AMOUNT
from auscult.web.returns.telling_types import GROUPINGS

GROUPED = (
    ("bet", _("by bet")),
    ("objective", _("by objective")),
    ("function", _("by business function")),
    ("network", _("by network")),
    ("campaign", _("by campaign")),
    ("ambassadors", _("by ambassador programme")),
    ("cycle", _("by cycle")),
)
USUAL = "objective"


class FigureForm(BoardForm):
    """The question as people choose it."""

    by = forms.ChoiceField(label=_("Put together"), choices=GROUPED, required=False)
    # Its visible field stands beside the curve that it asks.
    worth = forms.FloatField(
        label=_("If one were worth"),
        required=False,
        min_value=0,
        max_value=MOST_AMOUNT,
        widget=forms.HiddenInput,
    )

    def __init__(self, actor: Actor, data: QueryDict) -> None:
        super().__init__(actor, data)
        self.initial["by"] = USUAL

    def grouped(self) -> str:
        """Return by what is grouped."""
        found = self.cleaned_data.get("by") if self.is_valid() else None
        return found if found in GROUPINGS else USUAL

    def tried(self) -> float | None:
        """Return the worth that is tried; None: none is."""
        return self.cleaned_data.get("worth") if self.is_valid() else None
