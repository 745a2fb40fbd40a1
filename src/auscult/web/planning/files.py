"""The plan as files: JSON as a version holds it, its bets and its tasks as CSV."""

from __future__ import annotations

import orjson

from auscult.web.planning import csv_files
from auscult.web.planning.models import Cycle
from auscult.web.planning.snapshots import snapshot


def as_json(cycle: Cycle) -> bytes:
    """Return the plan of a cycle as JSON."""
    return orjson.dumps(snapshot(cycle), option=orjson.OPT_INDENT_2)


def bets_as_csv(cycle: Cycle) -> str:
    """Return the bets of a cycle as CSV, one a line, by number."""
    return csv_files.bets_as_csv(snapshot(cycle))


def tasks_as_csv(cycle: Cycle) -> str:
    """Return the tasks of a cycle as CSV, one a line, by bet and number."""
    return csv_files.tasks_as_csv(snapshot(cycle))
