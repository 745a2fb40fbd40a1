"""What people type in the first set-up."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts import people
from auscult.web.accounts.models import Actor, Team
from auscult.web.goals import queries as goals
from auscult.web.goals.actions import LONGEST, MOST_NAMES, Names
from auscult.web.goals.models import Profile
from auscult.web.listening.suggesting import LANGUAGES
from auscult.web.shell.lakeside_marks import PRIORITY

ROWS = 3  # priorities that can be added at a time
FEW_LINES = {"rows": 3, "spellcheck": "false"}


class OrganisationForm(forms.Form):
    """What the house is called, and by which clock it lives."""

    name = forms.CharField(
        max_length=200,
        label=_("Name of the house"),
        help_text=_("As it stands on the door. It is shown on briefs and in mails."),
    )
    time_zone = forms.ChoiceField(
        required=False,
        label=_("Time zone"),
        help_text=_("Days and weeks begin by it, in charts and in the weekly brief."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        zones = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone)
        named = [(zone, zone.replace("_", " ")) for zone in zones]
        field = self.fields["time_zone"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("As this installation has it")), *named]


class PrioritiesForm(forms.Form):
    """Priorities with their business functions: those that are there, and some empty rows."""

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.teams = {team.pk: team for team in people.teams(actor)}
        kept = list(goals.priorities(actor).exclude(title=PRIORITY))  # that of the town aside
        chosen = [("", _("the whole house")), *((pk, one.name) for pk, one in self.teams.items())]
        self.size = len(kept) + ROWS
        for number in range(self.size):
            old = kept[number] if number < len(kept) else None
            self.fields[f"title-{number}"] = forms.CharField(
                required=False,
                max_length=LONGEST,
                label=_("Priority %(number)s") % {"number": number + 1},
                initial=old.title if old else "",
            )
            self.fields[f"function-{number}"] = forms.TypedChoiceField(
                required=False,
                coerce=int,
                empty_value=None,
                choices=chosen,
                label=_("It belongs to"),
                initial=old.function_id if old else None,
            )

    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return title and function of each row."""
        return [(self[f"title-{n}"], self[f"function-{n}"]) for n in range(self.size)]

    def priorities(self) -> list[tuple[str, Team | None]]:
        """Return what was typed, empty rows aside; only once the form is valid."""
        values = self.cleaned_data
        every = [(values[f"title-{n}"], values[f"function-{n}"]) for n in range(self.size)]
        return [
            (title, self.teams[number] if number is not None else None)
            for title, number in every
            if title
        ]


class NamesForm(forms.Form):
    """The names to listen for: lists are a name a line."""

    name = forms.CharField(max_length=LONGEST, label=_("Name of the house"))
    town = forms.CharField(max_length=100, required=False, label=_("Town"))
    language = forms.ChoiceField(
        label=_("People there speak"),
        choices=list(
            zip(LANGUAGES, (_("English"), _("German"), _("French"), _("Spanish")), strict=True)
        ),
    )
    places = forms.CharField(
        required=False,
        label=_("Places and parts of it"),
        help_text=_("Other sites, centres and clinics with names of their own, one on each line."),
        widget=forms.Textarea(FEW_LINES),
    )
    clinicians = forms.CharField(
        required=False,
        label=_("Clinicians whom the public knows"),
        help_text=_("Those who speak in public for the house, one on each line: Dr. Anna Lind"),
        widget=forms.Textarea(FEW_LINES),
    )
    rivals = forms.CharField(
        required=False,
        label=_("Houses that people compare it with"),
        help_text=_("One on each line. They show whether a change is yours or everybody's."),
        widget=forms.Textarea(FEW_LINES),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def clean_places(self) -> tuple[str, ...]:
        """Return the names of a list, each once."""
        return _names(self.cleaned_data["places"])

    def clean_clinicians(self) -> tuple[str, ...]:
        """Return the names of a list, each once."""
        return _names(self.cleaned_data["clinicians"])

    def clean_rivals(self) -> tuple[str, ...]:
        """Return the names of a list, each once."""
        return _names(self.cleaned_data["rivals"])

    @property
    def names(self) -> Names:
        """What was typed; only once the form is valid."""
        return Names(**self.cleaned_data)


def _names(typed: str) -> tuple[str, ...]:
    lines = [" ".join(line.split()) for line in typed.splitlines()]
    names = tuple(dict.fromkeys(line for line in lines if line))
    if len(names) > MOST_NAMES:
        raise ValidationError(
            _("These are %(n)s names; at most %(most)s are taken.")
            % {"n": len(names), "most": MOST_NAMES}
        )
    if too_long := next((name for name in names if len(name) > LONGEST), None):
        raise ValidationError(
            _("“%(start)s…” is longer than %(most)s characters: is each name on its own line?")
            % {"start": too_long[:30], "most": LONGEST}
        )
    return names


def initial_names(profile: Profile | None, organisation: str) -> dict[str, str]:
    """Return what the form shows at first."""
    if profile is None:
        return {"name": organisation}
    return {
        "name": profile.name,
        "town": profile.town,
        "language": profile.language,
        "places": "\n".join(profile.places),
        "clinicians": "\n".join(profile.clinicians),
        "rivals": "\n".join(profile.rivals),
    }
