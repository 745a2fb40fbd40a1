"""Each template opens a valid cycle, in both languages, and they say the same."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import translation

from auscult.web.accounts.models import Actor
from auscult.web.planning import ready_made
from auscult.web.planning.actions import start_cycle
from auscult.web.planning.errors import TemplateBroken
from auscult.web.planning.models import Task
from auscult.web.planning.opening import open_cycle

FIRST = date(2026, 11, 20)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ready_made.NAMES)
@pytest.mark.parametrize("language", ready_made.LANGUAGES)
def test_a_template_opens_a_cycle_that_can_run(owner: Actor, name: str, language: str) -> None:
    with translation.override(language):
        template = ready_made.read(name, language)
        cycle = open_cycle(owner, title=template["title"], first_day=FIRST, template=name)
        start_cycle(owner, cycle=cycle)
    assert cycle.bets.count() == len(template["bets"]) >= 2
    assert cycle.assumptions.exists()
    for task in Task.objects.filter(bet__cycle=cycle):
        assert cycle.first_day <= task.first_day <= task.last_day <= cycle.last_day
        for before in task.depends_on.all():
            assert before.first_day <= task.first_day
    assert Task.objects.filter(bet__cycle=cycle, depends_on__isnull=False).exists()


@pytest.mark.parametrize("name", ready_made.NAMES)
def test_both_languages_are_the_same_plan(name: str) -> None:
    assert shape(ready_made.read(name, "en")) == shape(ready_made.read(name, "de"))


def shape(value: Any) -> Any:
    """A template without its words."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    if isinstance(value, list):
        return [shape(one) for one in value]
    return "words" if isinstance(value, str) else value


@pytest.mark.parametrize("given", ["../secrets", "", "flu"])
def test_no_other_file_is_read(given: str) -> None:
    with pytest.raises(TemplateBroken, match="can't be used: community"):
        ready_made.read(given, "en")
