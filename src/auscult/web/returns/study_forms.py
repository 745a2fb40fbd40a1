"""What people type who ask whether something worked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor
from auscult.web.planning.models import Bet
from auscult.web.returns import queries, study_ledger
from auscult.web.returns.errors import IntakeRefused, ReturnsRefused
from auscult.web.returns.forms import ReturnsForm, day_field
from auscult.web.returns.outcome_models import OutcomeKind
from auscult.web.returns.study_actions import StudyWish
from auscult.web.returns.study_models import Method
from auscult.web.returns.study_tables import MOST_BYTES, Table, read_csv

WAYS = (("up", _("more than without it")), ("down", _("less than without it")))
LOOK_BACK = 120  # days of the book, unless somebody says more
LEVEL = 0.05
SHOWN = 20  # of what is wrong with a file


class FileField(forms.FileField):
    """A CSV file, as a table."""

    def __init__(self, **more: Any) -> None:
        help_text = _(
            "CSV: a column “date” with days as 2026-04-01, and a column of numbers for each series;"
            " or three columns “date”, “place” and a number."
        )
        super().__init__(**{"label": _("Data from a file"), "help_text": help_text, **more})

    def clean(self, value: Any, initial: Any = None) -> Table | None:
        """Return the table; None: no file was chosen.

        Raises
        ------
        forms.ValidationError
        """
        file = super().clean(value, initial)
        if not file:
            return None
        try:
            return read_csv(file.read(MOST_BYTES + 1))
        except IntakeRefused as error:
            raise forms.ValidationError([str(one) for one in error.wrong[:SHOWN]]) from error


class StudyForm(ReturnsForm):
    """What every question has."""

    method: Method
    title = forms.CharField(label=_("Title"), max_length=200)
    kind = forms.ModelChoiceField(
        label=_("Kind of outcome"), queryset=OutcomeKind.objects.none(), required=False
    )
    bet = forms.ModelChoiceField(
        label=_("Bet that it is about"), queryset=Bet.objects.none(), required=False
    )
    upward = forms.ChoiceField(label=_("Wanted is"), choices=WAYS, initial="up")
    worthwhile = forms.FloatField(
        label=_("The smallest change that would be worth while, in percent"),
        min_value=0.1,
        max_value=1000,
        initial=10,
        help_text=_("Decide it before you look: “no sign of it” means less than this."),
    )
    file = FileField(required=False)
    column = forms.CharField(
        label=_("Column with the outcome"),
        max_length=80,
        required=False,
        help_text=_("As the file names it; the first with numbers, unless you say another."),
    )

    def __init__(
        self,
        actor: Actor,
        data: QueryDict | None = None,
        files: MultiValueDict[str, Any] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(data, files=files, **more)
        self.actor = actor
        self.offer("kind", queries.kinds(actor))
        self.offer("bet", queries.bets(actor))

    def wish(self) -> StudyWish:
        """Return what is asked.

        Raises
        ------
        ReturnsRefused
            A column isn't there, or nothing was chosen to work with.
        """
        values = self.cleaned_data
        table = self.table()
        question = {
            "upward": values["upward"] == "up",
            "worthwhile": values["worthwhile"] / 100,
            "level": LEVEL,
            **self.asked(table),
        }
        return StudyWish(
            title=values["title"],
            method=self.method,
            question=question,
            data=table.as_parquet(),
            kind=values["kind"],
            bet=values["bet"],
        )

    def table(self) -> Table:
        """Return what it is asked of."""
        table: Table | None = self.cleaned_data["file"]
        if table is None:
            raise ReturnsRefused("file", "", _now("a file with the data"))
        return table

    def asked(self, table: Table) -> dict[str, Any]:
        """Return the part of the question that its method has for itself."""
        raise NotImplementedError

    def chosen(self, table: Table) -> str:
        """Return the column with the outcome."""
        named = self.cleaned_data["column"].strip() or table.names[0]
        if named not in table.names:
            raise ReturnsRefused("column", named, _now("one of: ") + ", ".join(table.names[:20]))
        return str(named)

    def outcome(self, table: Table) -> dict[str, str]:
        """Return the series that is explained, of a table with or without places."""
        if table.places:
            place = self.cleaned_data["column"].strip()
            if place not in table.series:
                valid = _now("one of the places: ") + ", ".join(table.series[:20])
                raise ReturnsRefused("column", place, valid)
            return {"outcome": place, "column": table.names[0]}
        return {"outcome": self.chosen(table)}


class LedgerForm(StudyForm):
    """A question that may be asked of the house's own book as well."""

    first_day = day_field(
        _("First day of the data"),
        required=False,
        help_text=_("Of the house's own outcomes, where no file is chosen."),
    )
    last_day = day_field(_("Last day of the data"), required=False)
    field_order: tuple[str, ...] = (
        "title", "kind", "bet", "start", "upward", "worthwhile", "first_day", "last_day",
        "controls", "file", "column",
    )  # fmt: skip

    def table(self) -> Table:
        """Return the file, or what the book says of the kind."""
        values = self.cleaned_data
        if values["file"] is not None:
            return super().table()
        if values["kind"] is None:
            raise ReturnsRefused("kind", "", _now("one, or else choose a file with the data"))
        today = queries.today(self.actor)
        last: date = values["last_day"] or today - timedelta(days=1)
        first: date = values["first_day"] or last - timedelta(days=LOOK_BACK - 1)
        return self.from_book(values["kind"], first, last)

    def from_book(self, kind: OutcomeKind, first: date, last: date) -> Table:
        """Return what the book says of a kind, with the controls that were chosen."""
        controls = self.cleaned_data.get("controls") or ()
        return study_ledger.table(self.actor, kind=kind, first=first, last=last, controls=controls)


class InterruptedForm(LedgerForm):
    """One series that was interrupted."""

    method = Method.INTERRUPTED
    start = day_field(_("First day with the campaign"))
    controls = forms.MultipleChoiceField(
        label=_("Compare with"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "What the campaign can't have touched and what moves like the outcome otherwise. Of a"
            " file all other columns are taken."
        ),
    )

    def __init__(self, actor: Actor, *args: Any, **more: Any) -> None:
        super().__init__(actor, *args, **more)
        field = self.fields["controls"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = study_ledger.choices(actor)

    def clean_controls(self) -> list[str]:
        """Leave the kind itself out."""
        kind = self.cleaned_data.get("kind")
        own = f"kind:{kind.pk}" if kind else ""
        return [one for one in self.cleaned_data["controls"] if one != own]

    def asked(self, table: Table) -> dict[str, Any]:
        """Return outcome, controls and start."""
        said = self.outcome(table)
        controls = [one for one in table.series if one != said["outcome"]]
        return {**said, "controls": controls, "start": _moment(self.cleaned_data["start"], table)}


class TreatedForm(StudyForm):
    """Places with the campaign beside places without."""

    start = day_field(_("First day with the campaign"))
    treated = forms.CharField(
        label=_("Places or services with the campaign"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=5000,
        help_text=_("As the file names them, one a line. All others are compared with."),
    )
    field_order: tuple[str, ...] = (
        "title", "kind", "bet", "start", "upward", "worthwhile", "file", "column", "treated",
    )  # fmt: skip

    def asked(self, table: Table) -> dict[str, Any]:
        """Return who had it, and since when."""
        lines = [one.strip() for one in self.cleaned_data["treated"].splitlines()]
        return {
            **({"column": self.chosen(table)} if table.places else {}),
            "treated": [one for one in lines if one],
            "start": _moment(self.cleaned_data["start"], table),
        }


class SyntheticForm(TreatedForm):
    """A few places beside a double of them."""

    method = Method.SYNTHETIC


class DifferenceForm(TreatedForm):
    """Several places beside several."""

    method = Method.DIFFERENCE


class PlacesForm(StudyForm):
    """An experiment over places, to be drawn."""

    method = Method.PLACES
    length = forms.IntegerField(
        label=_("Days that it may run"), min_value=1, max_value=365, initial=28
    )
    pairs = forms.IntegerField(
        label=_("Pairs of places"),
        min_value=1,
        max_value=40,
        required=False,
        help_text=_("The most alike ones; as many as there are, unless you say fewer."),
    )
    field_order: tuple[str, ...] = (
        "title", "kind", "bet", "upward", "worthwhile", "length", "pairs", "file", "column",
    )  # fmt: skip

    def asked(self, table: Table) -> dict[str, Any]:
        """Return how long, and how many."""
        values = self.cleaned_data
        column = {"column": self.chosen(table)} if table.places else {}
        return {**column, "length": values["length"], "pairs": values["pairs"]}


class SwitchbackForm(LedgerForm):
    """An experiment that is switched on and off, to be drawn."""

    method = Method.SWITCHBACK
    start = day_field(_("First day of the experiment"))
    stretch = forms.IntegerField(
        label=_("Days that it stays on or off"), min_value=1, max_value=60, initial=7
    )
    skip = forms.IntegerField(
        label=_("Of these not counted, at the beginning"), min_value=0, max_value=59, initial=1
    )
    pairs = forms.IntegerField(label=_("Times that it is on"), min_value=1, max_value=60, initial=8)
    field_order: tuple[str, ...] = (
        "title", "kind", "bet", "upward", "worthwhile", "start", "stretch", "skip", "pairs",
        "first_day", "last_day", "file", "column",
    )  # fmt: skip

    def asked(self, table: Table) -> dict[str, Any]:
        """Return the rhythm, and how many pairs of stretches."""
        values = self.cleaned_data
        rhythm = {name: values[name] for name in ("stretch", "skip", "pairs")}
        return {**self.outcome(table), **rhythm, "start": values["start"].isoformat()}


class BringForm(ReturnsForm):
    """What was counted while an experiment ran."""

    file = FileField(required=False)
    start = day_field(
        _("First day with the campaign"),
        required=False,
        help_text=_("With at least as many days before it as since: those are compared."),
    )

    def __init__(self, actor: Actor, study: Any, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.actor, self.study = actor, study
        if study.method == Method.SWITCHBACK:
            del self.fields["start"]
        else:
            self.fields["start"].required = True
            self.fields["file"].required = True

    def brought(self) -> bytes:
        """Return the table; of a switchback the book's, where no file was chosen.

        Raises
        ------
        ReturnsRefused
        """
        table: Table | None = self.cleaned_data["file"]
        if table is None and self.study.kind is None:
            raise ReturnsRefused("file", "", _now("a file with the data"))
        if table is None:
            drawn = self.study.design
            first = date.fromisoformat(drawn["first"])
            last = first + timedelta(days=drawn["stretch"] * len(drawn["on"]) - 1)
            table = study_ledger.table(self.actor, kind=self.study.kind, first=first, last=last)
            name = self.study.question["outcome"]
            table = replace(table, numbers={name: next(iter(table.numbers.values()))})
        return table.as_parquet()

    def since(self) -> str:
        """Return since when; empty where the design says it."""
        day: date | None = self.cleaned_data.get("start")
        return day.isoformat() if day else ""


def _moment(day: date, table: Table) -> str:
    """Return a day as the data write it: the year, where they have years."""
    return str(day.year) if isinstance(table.times[0], int) else day.isoformat()


FORMS: dict[str, type[StudyForm]] = {
    form.method: form
    for form in (InterruptedForm, SyntheticForm, DifferenceForm, PlacesForm, SwitchbackForm)
}
