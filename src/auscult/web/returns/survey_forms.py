"""What people type about surveys."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor
from auscult.web.returns import queries
from auscult.web.returns.errors import ReturnsRefused
from auscult.web.returns.forms import ReturnsForm, day_field
from auscult.web.returns.outcome_models import OutcomeKind
from auscult.web.returns.survey_actions import SurveyWish
from auscult.web.returns.survey_models import Survey
from auscult.web.returns.survey_reading import AnswerRow, pairs, typed

MOST_BYTES = 2 << 20
LINES = forms.Textarea(attrs={"rows": 5})


class SurveyForm(ReturnsForm):
    """A question that was put to people who came."""

    title = forms.CharField(label=_("Title"), max_length=200)
    question = forms.CharField(
        label=_("The question, word for word"), max_length=300, initial=_("How did you hear of us?")
    )
    kind = forms.ModelChoiceField(
        label=_("Asked of those with"),
        queryset=OutcomeKind.objects.none(),
        required=False,
        empty_label=_("any outcome: all who came"),
    )
    first_day = day_field(_("From"))
    last_day = day_field(_("Until"))
    asked = forms.IntegerField(
        label=_("How many were asked"),
        required=False,
        min_value=1,
        help_text=_(
            "With those who didn't answer: then the page says what their silence could hide."
            " Empty: it isn't known."
        ),
    )
    population = forms.CharField(
        label=_("How many people each group has in truth"),
        required=False,
        widget=LINES,
        max_length=20_000,
        help_text=_(
            "A line each: “under 50 = 400”. Answers are weighted so that groups count as they are,"
            " not as they answered. Empty: each answer counts alike."
        ),
    )
    channels = forms.CharField(
        label=_("Which channel an answer stands for"),
        required=False,
        widget=LINES,
        max_length=20_000,
        help_text=_("A line each: “the film = youtube”. Other answers stand for themselves."),
    )

    def __init__(
        self, actor: Actor, data: QueryDict | None = None, *, survey: Survey | None = None
    ) -> None:
        super().__init__(data, initial=_initial(survey) if survey else None)
        self.offer("kind", queries.kinds(actor))

    def clean(self) -> dict[str, Any]:
        """Read the lines of groups and channels."""
        values = super().clean() or self.cleaned_data
        for name in ("population", "channels"):
            try:
                values[name] = pairs(values.get(name, ""), name)
            except ReturnsRefused as error:
                self.add_error(name, str(error))
        if isinstance(values.get("population"), dict):
            try:
                values["population"] = {
                    name: float(size) for name, size in values["population"].items()
                }
            except ValueError:
                self.add_error("population", _("Write a number of people after each “=”."))
        return values

    def wish(self) -> SurveyWish:
        """Return what was typed; call it after `is_valid`."""
        return SurveyWish(**self.cleaned_data)


def _initial(survey: Survey) -> dict[str, Any]:
    names = ("title", "question", "kind", "first_day", "last_day", "asked")
    return {
        **{name: getattr(survey, name) for name in names},
        "population": "\n".join(f"{name} = {size:g}" for name, size in survey.population.items()),
        "channels": "\n".join(f"{name} = {one}" for name, one in survey.channels.items()),
    }


class AnswersForm(ReturnsForm):
    """What people answered, typed or as a file."""

    answers = forms.CharField(
        label=_("Answers, a line each"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 12}),
        max_length=500_000,
        help_text=_(
            "“the film = 12”; of a group “under 50 | the film = 12”; with several answers “the"
            " film + a friend = 3”; of those who named nothing “ = 4”."
        ),
    )
    file = forms.FileField(
        label=_("Or a table as CSV"),
        required=False,
        help_text=_(
            "With the column “answer”, perhaps “group” and “count”: a line for each person, or for"
            " so many. It takes the place of what is typed."
        ),
    )

    def clean_file(self) -> Any:
        """Refuse what is too large before it is read."""
        file = self.cleaned_data["file"]
        if file and file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 2 MB."))
        return file

    def clean(self) -> dict[str, Any]:
        """Read what was typed, where no file takes its place."""
        values = super().clean() or self.cleaned_data
        values["rows"] = []
        if not self.errors and not values.get("file"):
            try:
                values["rows"] = typed(values.get("answers", ""))
            except ReturnsRefused as error:
                self.take(error)
        return values

    def rows(self) -> list[AnswerRow]:
        """Return what was typed; call it after `is_valid`."""
        found: list[AnswerRow] = self.cleaned_data["rows"]
        return found
