"""What people type: a webhook."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from auscult.web.delivery.models import Event

TOLD = [(event.value, event.label) for event in Event if event is not Event.TEST]


class HookForm(forms.Form):
    """A webhook."""

    name = forms.CharField(label=_("Name"), max_length=200)
    address = forms.CharField(
        label=_("Address"),
        max_length=2_000,
        help_text=_("Where messages are sent, as https://desk.example/auscult."),
    )
    events = forms.MultipleChoiceField(
        label=_("Tell when"), choices=TOLD, widget=forms.CheckboxSelectMultiple
    )
    secret = forms.CharField(
        label=_("Secret"),
        required=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Starts with whsec_. Leave it empty to have one made, or to keep it."),
    )
