"""What narrows the audit trail down."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.audit import Asked


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        required=False, label=label, widget=forms.DateInput(attrs={"type": "date"})
    )


class AuditForm(forms.Form):
    """Who, what, to what, and when; empty: all."""

    actor = forms.ChoiceField(required=False, label=_("Who"))
    action = forms.ChoiceField(required=False, label=_("What"))
    target = forms.CharField(required=False, max_length=200, label=_("To what"))
    since = _day(_("From"))
    until = _day(_("To"))

    def __init__(self, data: Any, *, said: tuple[list[str], list[str]]) -> None:
        super().__init__(data, label_suffix="")
        for name, values in zip(("actor", "action"), said, strict=True):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("All")), *((value, value) for value in values)]

    def asked(self) -> Asked:
        """Return which entries are wanted; the last day is included. All, where it is wrong."""
        if not self.is_valid():
            return Asked()
        values = dict(self.cleaned_data)
        since, until = values.pop("since"), values.pop("until")
        return Asked(
            **values,
            since=datetime.combine(since, time(), UTC) if since else None,
            until=datetime.combine(until, time(), UTC) + timedelta(days=1) if until else None,
        )
