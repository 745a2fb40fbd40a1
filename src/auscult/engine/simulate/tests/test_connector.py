"""The town as a source keeps what every source keeps."""

from __future__ import annotations

from datetime import date

import pytest

from auscult.engine.connectors.conformance import Expected, check
from auscult.engine.kernel.errors import Correctable
from auscult.engine.simulate.connector import Lakeside, LakesideConfig

TOWN = {"days": 3, "posts": 9_000, "start": "2026-11-01"}


def test_it_is_a_connector_like_any_other() -> None:
    check(Lakeside(), TOWN, Expected(records=9_000, broken=0))


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(Correctable, match="start"):
        check(Lakeside(), {**TOWN, "start": "soon"})


def test_its_days_are_those_asked_for() -> None:
    config = LakesideConfig(days=3, posts=9_000, start=date(2026, 11, 1))

    reader = Lakeside().open(config, None, clock=None)  # type: ignore[arg-type]
    first = reader.next_batch()

    assert first is not None
    assert first.posts.column("created_at")[0].as_py().date() == date(2026, 11, 1)
