"""What people choose when they read a file in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from auscult.engine.returns.exports.csv_table import known
from auscult.web.accounts.models import Actor
from auscult.web.returns import queries
from auscult.web.returns.forms import ReturnsForm
from auscult.web.returns.intake_actions import MOST_BYTES, ORIGINS
from auscult.web.returns.intake_becoming import Meant
from auscult.web.returns.intake_reading import FORMS, LABELS, MOST_NAMES, Choice, Look
from auscult.web.returns.outcome_models import IntakeOrigin, OutcomeKind

MOST_SECONDS = 86_400
USUAL_LEAST = 0


class BringForm(ReturnsForm):
    """A file, and where it comes from."""

    origin = forms.ChoiceField(
        label=_("Where it comes from"), choices=[(one, IntakeOrigin(one).label) for one in ORIGINS]
    )
    file = forms.FileField(
        label=_("The file"),
        help_text=_("CSV or JSON, as it was handed out; 24 MB and 200,000 rows at most."),
    )

    def clean_file(self) -> Any:
        """Refuse what is too large before it is read."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 24 MB."))
        return file


class HowForm(ReturnsForm):
    """How a table is to be read: which column is what, and of calls from when on they count."""

    def __init__(
        self,
        origin: str,
        columns: Sequence[str],
        found: Mapping[str, str],
        data: QueryDict | None = None,
    ) -> None:
        super().__init__(data)
        self._origin = origin
        choices = [("", _now("none")), *((one, one) for one in columns)]
        for name in FORMS[origin].columns if columns else ():
            self.fields[f"column_{name}"] = forms.ChoiceField(
                label=LABELS[name], choices=choices, required=False, initial=found.get(name, "")
            )
        if origin == IntakeOrigin.PHONE:
            self.fields["country"] = forms.RegexField(
                r"^\+?\d{1,3}$",
                label=_("Code of your country"),
                required=False,
                help_text=_("For numbers that begin with 0: 49 in Germany."),
                error_messages={"invalid": _("Write one to three digits, such as 49.")},
            )
            self.fields["least"] = forms.IntegerField(
                label=_("Seconds from which a call counts"),
                min_value=0,
                max_value=MOST_SECONDS,
                initial=USUAL_LEAST,
                help_text=_("Shorter calls are left out: wrong numbers, people who hung up."),
            )

    def columns(self) -> list[forms.BoundField]:
        """Return the fields of columns."""
        return [self[name] for name in self.fields if name.startswith("column_")]

    def others(self) -> list[forms.BoundField]:
        """Return the other fields."""
        return [self[name] for name in self.fields if not name.startswith("column_")]

    def choice(self) -> Choice:
        """Return how the file is to be read; call it after `is_valid`."""
        values = self.cleaned_data
        return Choice(
            columns={
                name.removeprefix("column_"): value
                for name, value in values.items()
                if name.startswith("column_")
            },
            country=values.get("country", ""),
            least=values.get("least", 0),
        )


class MeaningForm(ReturnsForm):
    """What the events of a file are in this house."""

    def __init__(
        self, actor: Actor, look: Look, *, calls: bool, asked: QueryDict, keep: bool
    ) -> None:
        super().__init__(asked if keep else None)
        kinds = queries.kinds(actor)
        alike = {known(text): str(kind.pk) for kind in kinds for text in (kind.slug, kind.name)}
        chosen = {
            asked.get(f"name_{place}", ""): asked[f"kind_{place}"]
            for place in range(MOST_NAMES)
            if f"kind_{place}" in asked
        }
        self._names = () if calls else look.names
        self._items = look.rows + look.wrong
        for place, one in enumerate(self._names):
            self.fields[f"kind_{place}"] = forms.ModelChoiceField(
                label=one.name or _now("every row"),
                queryset=kinds,
                required=False,
                empty_label=_("no outcome: leave it out"),
                initial=chosen.get(one.name, alike.get(known(one.name))),
            )
            self.fields[f"name_{place}"] = forms.CharField(
                required=False, initial=one.name, widget=forms.HiddenInput, strip=False
            )
        if look.unnamed_money:
            self.fields["currency"] = forms.RegexField(
                r"^[A-Za-z]{3}$",
                label=_("Currency of amounts that name none"),
                initial=queries.ledger(actor).currency,
                error_messages={"invalid": _("Write three letters, such as EUR.")},
            )

    def rows(self) -> list[tuple[Any, forms.BoundField, forms.BoundField]]:
        """Return each name with its fields."""
        return [
            (one, self[f"kind_{place}"], self[f"name_{place}"])
            for place, one in enumerate(self._names)
        ]

    def begun(self) -> set[str]:
        """Return the numbers of kinds that are proposed or were chosen before."""
        fields = [bound.field for _one, bound, _name in self.rows()]
        return {field.initial for field in fields if str(field.initial or "").isdigit()}

    def clean(self) -> dict[str, Any]:
        """Refuse what was chosen for other names than the file has when it is read so."""
        values = super().clean() or self.cleaned_data
        for place, one in enumerate(self._names):
            if values.get(f"name_{place}", "") != one.name:
                self.add_error(
                    None, _("The rows are read differently now. Look at them, and choose again.")
                )
                break
        return values

    def meant(self, choice: Choice) -> Meant:
        """Return what the file is to be read as; call it after `is_valid`."""
        kinds: dict[str, OutcomeKind] = {}
        for place, one in enumerate(self._names):
            kind = self.cleaned_data.get(f"kind_{place}")
            if kind is not None:
                kinds[one.name] = kind
        currency = self.cleaned_data.get("currency", "").upper()
        return Meant(choice=choice, kinds=kinds, currency=currency, items=self._items)
