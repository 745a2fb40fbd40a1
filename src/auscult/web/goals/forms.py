"""What people type: priorities, objectives, readings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from auscult.web.accounts import people
from auscult.web.accounts.models import Actor
from auscult.web.goals import figures, queries
from auscult.web.goals.models import Direction, Objective, Priority, SourceKind
from auscult.web.goals.objective_actions import LONGEST_UNIT, ObjectiveWish
from auscult.web.goals.priority_actions import LONGEST, LONGEST_TEXT, PriorityWish
from auscult.web.goals.reading_actions import LONGEST_NOTE, Given
from auscult.web.goals.reading_files import decoded
from auscult.web.goals.source_actions import LONGEST_ADDRESS, LONGEST_PATH, SourceWish

FEW_LINES = {"rows": 3}
MOST_BYTES = 2 << 20


def day_field(label: Any, **more: Any) -> forms.DateField:
    """Return a field for a day, which browsers show as a calendar."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget, **more)


def number_field(label: Any, **more: Any) -> forms.FloatField:
    """Return a field for a number, written as the reader's language writes it."""
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.FloatField(label=label, localize=True, widget=widget, **more)


def offer(form: forms.Form, name: str, choices: Sequence[Any]) -> None:
    """Put choices that depend on the house into a field."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


def _owners(actor: Actor) -> list[tuple[str, str]]:
    named = [(str(one.user_id), str(one.user)) for one in queries.members(actor)]
    return [("", str(_("nobody yet"))), *named]


class PriorityForm(forms.Form):
    """A priority of a business function."""

    title = forms.CharField(
        label=_("What do you want?"),
        max_length=LONGEST,
        help_text=_("A result that matters to the house, in its own words: “Fill the new ward”."),
    )
    function = forms.ChoiceField(label=_("Business function"), required=False)
    owner = forms.ChoiceField(label=_("Who answers for it"), required=False)
    audience = forms.CharField(
        label=_("For whom"),
        max_length=LONGEST,
        required=False,
        help_text=_("The people whom it is about: “expectant parents in the county”."),
    )
    served = forms.CharField(
        label=_("How are they served now?"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(FEW_LINES),
    )
    intent = forms.CharField(
        label=_("What should they feel, believe or do?"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(FEW_LINES),
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.teams = {str(team.pk): team for team in people.teams(actor)}
        named = [(number, team.name) for number, team in self.teams.items()]
        offer(self, "function", [("", str(_("the whole house"))), *named])
        offer(self, "owner", _owners(actor))

    def wish(self) -> PriorityWish:
        """Return what was typed; only once the form is valid."""
        values = self.cleaned_data
        return PriorityWish(
            title=values["title"],
            function=self.teams.get(values["function"]),
            owner_id=int(values["owner"]) if values["owner"] else None,
            audience=values["audience"],
            served=values["served"],
            intent=values["intent"],
        )


def stored_priority(priority: Priority) -> dict[str, Any]:
    """Return a priority as its form shows it at first."""
    names = ("title", "audience", "served", "intent")
    return {
        **{name: getattr(priority, name) for name in names},
        "function": str(priority.function_id or ""),
        "owner": str(priority.owner_id or ""),
    }


class ObjectiveForm(forms.Form):
    """An objective of a priority."""

    priority = forms.ChoiceField(label=_("Priority"))
    title = forms.CharField(
        label=_("Objective"),
        max_length=LONGEST,
        help_text=_("What will be different: “More births in our ward”."),
    )
    measure = forms.CharField(
        label=_("Measure"),
        max_length=LONGEST,
        help_text=_("What is counted, and where it is looked up: “births a month, ward book”."),
    )
    unit = forms.CharField(
        label=_("Unit"), max_length=LONGEST_UNIT, required=False, help_text=_("births, %, minutes")
    )
    direction = forms.ChoiceField(label=_("It shall go"), choices=Direction)
    baseline = number_field(_("Where it stands (baseline)"))
    baseline_on = day_field(pgettext_lazy("a day", "on"))
    target = number_field(_("Where it shall be (target)"))
    deadline = day_field(_("by"))
    owner = forms.ChoiceField(label=_("Who answers for it"), required=False)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.priorities = {str(one.pk): one for one in queries.priorities(actor)}
        kept = self.initial.get("priority", "")
        if kept and kept not in self.priorities:  # of a priority that ended
            self.priorities[kept] = queries.priority(actor, int(kept))
        offer(self, "priority", [(key, one.title) for key, one in self.priorities.items()])
        offer(self, "owner", _owners(actor))

    def wish(self) -> ObjectiveWish:
        """Return what was typed; only once the form is valid."""
        values = dict(self.cleaned_data)
        owner = values.pop("owner")
        return ObjectiveWish(
            **{
                **values,
                "priority": self.priorities[values["priority"]],
                "direction": Direction(values["direction"]),
                "owner_id": int(owner) if owner else None,
            }
        )


def stored_objective(objective: Objective) -> dict[str, Any]:
    """Return an objective as its form shows it at first."""
    names = (
        *("title", "measure", "unit", "direction"),
        *("baseline", "baseline_on", "target", "deadline"),
    )
    return {
        **{name: getattr(objective, name) for name in names},
        "priority": str(objective.priority_id),
        "owner": str(objective.owner_id or ""),
    }


class ReadingForm(forms.Form):
    """The value of a day."""

    value = number_field(_("Value"))
    day = day_field(_("Day"))
    note = forms.CharField(label=_("Note"), max_length=LONGEST_NOTE, required=False)

    def __init__(self, today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", "initial": {"day": today}, **kwargs})
        self.fields["day"].widget.attrs["max"] = today.isoformat()

    def given(self) -> Given:
        """Return what was typed; only once the form is valid."""
        return Given(**self.cleaned_data)


class ClosingForm(forms.Form):
    """Where an objective was when it was closed."""

    actual = number_field(
        _("Where it was in the end"),
        required=False,
        help_text=_("Leave it empty where nobody knows."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class FileForm(forms.Form):
    """A file of readings, or its lines."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("A CSV file of at most 2 MB; drop it here or choose it."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv,text/plain"}),
    )
    lines = forms.CharField(
        label=_("or its lines"),
        required=False,
        strip=False,
        max_length=MOST_BYTES,
        widget=forms.Textarea({"rows": 12, "spellcheck": "false"}),
        help_text=_("A line for each day: 2026-11-20,41.5,a note if you like"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.text = ""

    def clean(self) -> dict[str, Any]:
        """Take the text of whichever was given; of both, the file's."""
        values = super().clean() or self.cleaned_data
        file = values.get("file")
        if file is not None and file.size > MOST_BYTES:
            self.add_error("file", _("The file is larger than 2 MB; give it in parts."))
        elif file is not None:
            self.text = decoded(file.read())
        else:
            self.text = values.get("lines", "")
        if not self.errors and not self.text.strip():
            raise ValidationError(_("Choose a file with at least one line, or write the lines."))
        return values


class LinkForm(forms.Form):
    """Which objective something serves."""

    serves = forms.ChoiceField(label=_("It serves"))

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.objectives = {str(one.pk): one for one in queries.open_objectives(actor)}
        named = [(key, f"{one.title} ({one.priority})") for key, one in self.objectives.items()]
        offer(self, "serves", named)

    @property
    def objective(self) -> Objective:
        """What was chosen; only once the form is valid."""
        return self.objectives[self.cleaned_data["serves"]]


class TargetForm(forms.Form):
    """What serves an objective: one of the groups of `linked.choices`."""

    target = forms.ChoiceField(label=_("Link something to it"))

    def __init__(self, groups: Sequence[Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.groups = groups
        offer(self, "target", list(groups))

    def chosen(self) -> tuple[str, int]:
        """Return kind and number; only once the form is valid."""
        kind, _colon, number = self.cleaned_data["target"].rpartition(":")
        return kind, int(number)


class SourceForm(forms.Form):
    """Where the readings of an objective come from."""

    kind = forms.ChoiceField(label=_("Readings"), choices=SourceKind)
    figure = forms.ChoiceField(
        label=_("Figure (of Auscult)"),
        required=False,
        help_text=_("Its values are taken from the day of the baseline on, each night."),
    )
    address = forms.CharField(
        label=_("Address (that answers with JSON)"),
        max_length=LONGEST_ADDRESS,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false"}),
        help_text=_("It is asked once a day, and only when an owner has switched that on."),
    )
    path = forms.CharField(
        label=_("Path to the number (in the answer)"),
        max_length=LONGEST_PATH,
        required=False,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
        help_text=_("“data.0.value”, “/data/0/value”; empty where the answer is the number."),
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        groups = [
            (
                str(figure.label),
                [(f"{figure.kind}:{number}", name) for number, name in figure.of(actor)],
            )
            for figure in figures.figures()
        ]
        offer(self, "figure", [("", "–"), *[group for group in groups if group[1]]])

    def wish(self) -> SourceWish:
        """Return what was chosen; only once the form is valid."""
        values = self.cleaned_data
        figure, _colon, number = values["figure"].rpartition(":")
        return SourceWish(
            kind=SourceKind(values["kind"]),
            figure=figure,
            of=int(number or 0),
            address=values["address"],
            path=values["path"],
        )


def stored_source(objective: Objective) -> dict[str, Any]:
    """Return the source of an objective as its form shows it at first."""
    source = objective.source
    figure = f"{source['figure']}:{source['of']}" if "figure" in source else ""
    return {"kind": objective.source_kind, **source, "figure": figure}
