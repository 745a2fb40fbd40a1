"""What people type: watches and searches, read by the parser so that errors know their column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from auscult.engine.query.errors import QueryError
from auscult.engine.query.parse import Query, parse
from auscult.web.listening import queries
from auscult.web.listening.suggesting import LANGUAGES, House

AROUND = 60  # characters of a long query that are shown on each side of an error


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a query can't be read, with the place of it: `before`, `here`, `after` are the text."""

    message: str
    hint: str
    column: int
    before: str
    here: str
    after: str

    @classmethod
    def of(cls, error: QueryError, text: str) -> Problem:
        """Return `error` with the part of `text` around its column (from 1)."""
        place = min(max(error.column - 1, 0), len(text))
        begin = max(0, place - AROUND)
        return cls(
            message=error.message,
            hint=error.hint,
            column=error.column,
            before=("…" if begin else "") + text[begin:place],
            # Past the end there is nothing to mark, so a space stands for it.
            here=text[place : place + 1].strip() or "\N{OPEN BOX}",
            after=text[place + 1 : place + 1 + AROUND]
            + ("…" if len(text) > place + 1 + AROUND else ""),
        )


def read(text: str) -> Query | Problem:
    """Return what `text` means, or why it can't be read."""
    try:
        return parse(text, vocabulary=queries.vocabulary())
    except QueryError as error:
        return Problem.of(error, text)


def as_typed(text: str) -> str:
    """Return a text area's content with the line ends that its columns count: one each."""
    return text.replace("\r\n", "\n")


class WatchForm(forms.Form):
    """A watch's name and query. After `is_valid`, `query` is read, or `problem` says why not."""

    name = forms.CharField(max_length=200, label=_("Name"))
    query = forms.CharField(
        strip=False,
        label=_("Query"),
        widget=forms.Textarea(
            attrs={
                "rows": 6,
                "autocomplete": "off",
                "autocapitalize": "off",
                "spellcheck": "false",
                "hx-post": reverse_lazy("listening:explain"),
                "hx-trigger": "input changed delay:250ms",
                "hx-target": "#explanation",
                "hx-swap": "outerHTML",
                "hx-sync": "this:replace",
            }
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parsed: Query | None = None
        self.problem: Problem | None = None

    def clean_query(self) -> str:
        """Read the query."""
        text = as_typed(self.cleaned_data["query"])
        answer = read(text)
        if isinstance(answer, Problem):
            self.problem = answer
            raise ValidationError(answer.message, code="query")
        self.parsed = answer
        return text


class SearchForm(forms.Form):
    """A query and what narrows it down; nothing in it is a watch."""

    q = forms.CharField(required=False, strip=False)
    source = forms.ChoiceField(required=False, label=_("Source"))
    language = forms.CharField(
        required=False,
        max_length=35,
        label=_("Language"),
        widget=forms.TextInput(attrs={"placeholder": "en", "autocapitalize": "off"}),
    )
    since = forms.DateField(
        required=False, label=_("From"), widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        required=False, label=_("To"), widget=forms.DateInput(attrs={"type": "date"})
    )
    order = forms.ChoiceField(
        required=False,
        label=_("Order"),
        choices=[("newest", _("Newest first")), ("relevance", _("Best first"))],
    )
    copies = forms.ChoiceField(
        required=False,
        label=_("Copies"),
        choices=[("once", _("Show once")), ("each", _("Show each"))],
    )

    def __init__(self, *args: Any, sources: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        choices = [("", _("All")), *((str(number), name) for number, name in sources)]
        self.fields["source"] = forms.ChoiceField(
            required=False, label=_("Source"), choices=choices
        )

    @property
    def narrowing(self) -> list[forms.BoundField]:
        """Everything but the query itself."""
        return [field for field in self if field.name != "q"]

    @property
    def narrowed(self) -> bool:
        """Whether the reader set more than the query."""
        return any(
            self.data.get(field.name)
            for field in self.narrowing
            if field.name not in {"order", "copies"}
        )

    def clean(self) -> dict[str, Any]:
        """Hold the two days against each other."""
        values = super().clean() or self.cleaned_data
        since, until = values.get("since"), values.get("until")
        if since and until and until < since:
            self.add_error("until", _("This day lies before the first one."))
        return values

    def moments(self) -> tuple[datetime | None, datetime | None]:
        """Return from when to before when (UTC): the last day is included."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        return (
            datetime.combine(since, time(), UTC) if since else None,
            datetime.combine(until, time(), UTC) + timedelta(days=1) if until else None,
        )


class HouseForm(forms.Form):
    """A house's name and town, to suggest from."""

    organisation = forms.CharField(
        max_length=200, label=_("Name of the house"), help_text=_("As it stands on the door.")
    )
    town = forms.CharField(max_length=100, required=False, label=_("Town"))
    language = forms.ChoiceField(
        label=_("People there speak"),
        choices=list(
            zip(LANGUAGES, (_("English"), _("German"), _("French"), _("Spanish")), strict=True)
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    @property
    def house(self) -> House:
        """What was typed; only once the form is valid."""
        return House(**self.cleaned_data)


class PeerSearchForm(forms.Form):
    """What accounts are looked for by."""

    text = forms.CharField(
        max_length=200,
        label=_("Name, or a word that they say of themselves"),
        initial=_("hospital"),
        widget=forms.TextInput(attrs={"autocapitalize": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
