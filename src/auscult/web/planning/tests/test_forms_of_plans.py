"""What a form says where an action refuses: in the words of the page."""

from __future__ import annotations

from types import MappingProxyType

from django import forms
from django.http import QueryDict

from auscult.web.planning.errors import PlanRefused
from auscult.web.planning.forms import PlanForm


class Days(PlanForm):
    """A form with a field that an action looks at, and one that it calls otherwise."""

    named = MappingProxyType({"effects": "What it should bring"})
    last_day = forms.DateField(label="Last day")


def said(refused: PlanRefused) -> dict[str, list[str]]:
    form = Days(QueryDict("last_day=2026-12-01"))
    assert form.is_valid()
    form.take(refused)
    return {name: [str(one) for one in texts] for name, texts in form.errors.items()}


def test_a_field_is_named_as_the_page_names_it() -> None:
    [text] = said(PlanRefused("last_day", "2026-12-01", "the first day or later"))["last_day"]
    assert text.startswith("Last day is '2026-12-01', but must be the first day or later.")


def test_what_is_no_field_is_named_as_well() -> None:
    [text] = said(PlanRefused("effects", "5, 2, 3", "in the order low, likely, high"))["__all__"]
    assert text.startswith("What it should bring is '5, 2, 3', but must be in the order low")


def test_what_has_no_other_name_keeps_its_own() -> None:
    [text] = said(PlanRefused("cycle", "Winter", "one that is running"))["__all__"]
    assert text.startswith("cycle is 'Winter', but must be one that is running.")
