"""What the forms of the room share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from auscult.engine.kernel.errors import Correctable


class ReturnsForm(forms.Form):
    """A form that takes what an action refuses, beside its field."""

    def __init__(
        self, data: QueryDict | None = None, *, initial: dict[str, Any] | None = None, **more: Any
    ) -> None:
        super().__init__(data, initial=initial, label_suffix="", **more)

    def take(self, error: Correctable) -> None:
        """Show why an action refused, under the name that the page gives the field."""
        name, said = error.field or "", str(error)
        if name in self.fields and said.startswith(f"{name} "):
            said = f"{self.fields[name].label}{said.removeprefix(name)}"
        self.add_error(name if name in self.fields else None, said)

    def offer(self, name: str, rows: QuerySet[Any]) -> None:
        """Let these rows be what a field chooses from."""
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows


def day_field(label: Any, **more: Any) -> forms.DateField:
    """Return a field for a day."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **more)
