"""The plan as files: JSON as a version holds it, the tasks as CSV."""

from __future__ import annotations

import csv
import io

import orjson

from auscult.web.accounts.models import Actor
from auscult.web.listening.exporting import FORMULA
from auscult.web.planning import queries
from auscult.web.planning.models import Cycle, Task
from auscult.web.planning.snapshots import snapshot, task_name

COLUMNS = (
    "task", "bet", "title", "kind", "state", "first_day", "last_day", "people", "skill",
    "minutes", "depends_on",
)  # fmt: skip


def as_json(cycle: Cycle) -> bytes:
    """Return the plan of a cycle as JSON."""
    return orjson.dumps(snapshot(cycle), option=orjson.OPT_INDENT_2)


def as_csv(actor: Actor, cycle: Cycle) -> str:
    """Return the tasks of a cycle as CSV, one a line, by bet and number."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    rows = queries.tasks(actor).filter(bet__cycle=cycle).prefetch_related("depends_on__bet")
    for one in rows.order_by("bet__number", "number"):
        writer.writerow([_plain(cell) for cell in _cells(one)])
    return written.getvalue()


def _cells(task: Task) -> list[str]:
    return [
        task_name(task),
        task.bet.title,
        task.title,
        task.kind,
        task.state,
        task.first_day.isoformat(),
        task.last_day.isoformat(),
        ", ".join(sorted(str(person) for person in task.people.all())),
        task.skill,
        str(task.minutes),
        ", ".join(sorted(task_name(one) for one in task.depends_on.all())),
    ]


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
