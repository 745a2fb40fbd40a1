"""The days of a study: a row of a week or a month is of all its days, as its costs are."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from auscult.web.returns import evidence
from auscult.web.returns.study_models import Method, Study, StudyState

MONDAY = date(2026, 9, 7)
RANGE = {"low90": 1.0, "central": 2.0, "high90": 3.0}


def a_study(method: Method, **answer: Any) -> Study:
    return Study(
        pk=7, title="Flu", method=method, state=StudyState.DONE, seed=1, question={}, answer=answer
    )


@pytest.mark.parametrize(
    ("times", "last"),
    [
        ([MONDAY + timedelta(days=at) for at in range(4)], date(2026, 9, 10)),
        ([MONDAY + timedelta(weeks=at) for at in range(4)], date(2026, 10, 4)),
        ([date(2027, 12, 1), date(2028, 1, 1), date(2028, 2, 1)], date(2028, 2, 29)),
        ([date(2026, 6, 28), date(2026, 9, 28)], date(2026, 12, 27)),
    ],
)
def test_the_last_row_of_a_study_has_all_its_days(times: list[date], last: date) -> None:
    study = a_study(
        Method.INTERRUPTED,
        verdict="effect",
        effect={"total": 2.0, "total_low": 1.0, "total_high": 3.0},
        question={"level": 0.1},
        course={"times": [one.isoformat() for one in times], "start": 1},
    )
    (told,) = evidence.told(study)
    assert (told.first, told.last) == (times[1], last)


def test_the_last_row_of_a_mix_has_all_its_days() -> None:
    study = a_study(
        Method.MIX,
        first="2026-09-07",
        last="2026-09-28",
        step=7,
        contributions=[{"channel": "films", "code": "effect", "total": RANGE}],
    )
    (told,) = evidence.told(study)
    assert (told.first, told.last) == (MONDAY, date(2026, 10, 4))
