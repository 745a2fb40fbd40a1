"""When the brief is made."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from auscult.web.briefs.models import Weekday


class PlanForm(forms.Form):
    """A day of the week and an hour."""

    weekday = forms.TypedChoiceField(coerce=int, choices=Weekday.choices, label=_("Day"))
    hour = forms.IntegerField(
        min_value=0,
        max_value=23,
        label=_("Hour"),
        help_text=_("0 to 23, in the time zone of the house."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
