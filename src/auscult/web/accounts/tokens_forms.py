"""What a person says of a token that she makes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor
from auscult.web.accounts.tokens import Scope, scopes_for

DAYS = [("30", _("30 days")), ("90", _("90 days")), ("366", _("a year")), ("", _("for ever"))]


class TokenForm(forms.Form):
    """A token's name, what it is for, and how long."""

    name = forms.CharField(
        max_length=100,
        label=_("Name"),
        help_text=_("Of the program that will use it, so that you know which one to revoke."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("It may"),
        help_text=_("Never more than your role allows at the time."),
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.ChoiceField(required=False, label=_("It works for"), choices=DAYS, initial="90")

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        choices = [(scope.value, scope.label) for scope in scopes_for(actor)]
        self.fields["scopes"] = forms.MultipleChoiceField(
            label=_("It may"),
            help_text=_("Never more than your role allows at the time."),
            choices=choices,
            initial=[Scope.READ.value],
            widget=forms.CheckboxSelectMultiple,
        )

    def clean_days(self) -> int | None:
        """Return the days as a number, None for ever."""
        return int(self.cleaned_data["days"]) if self.cleaned_data["days"] else None
