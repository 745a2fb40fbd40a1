"""A row of each kind of the room Returns: see `rows.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from auscult.web.accounts.models import Actor
from auscult.web.returns.survey_actions import SurveyWish, save_survey, set_answers
from auscult.web.returns.survey_reading import AnswerRow


def _survey(owner: Actor) -> dict[str, Any]:
    today = owner.clock.now().date()
    wish = SurveyWish(title="At the desk", question="How?", first_day=today, last_day=today)
    survey = save_survey(owner, wish=wish)
    set_answers(owner, survey=survey, rows=[AnswerRow(said=("a friend",), count=3)])
    return {"number": survey.pk}


ROWS_OF_RETURNS: dict[str, Callable[[Actor], dict[str, Any]]] = {
    "survey": _survey,
}
