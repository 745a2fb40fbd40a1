"""Tables that are made together are those that are made one operation after the other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from django.db import models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    CreateModel,
    RemoveField,
    RunPython,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from auscult.web.accounts.migrating import Tables, together

HOUSE = CreateModel("House", [("id", models.AutoField(primary_key=True))])
ROOM = CreateModel(
    "Room",
    [
        ("id", models.AutoField(primary_key=True)),
        ("house", models.ForeignKey("things.House", models.CASCADE, related_name="rooms")),
    ],
)
ONCE = AddConstraint("room", models.UniqueConstraint(fields=["house"], name="things_room_once"))
NAME = AddField("house", "name", models.TextField())
NOTHING = RunPython(RunPython.noop)


def shape(operations: list[Operation]) -> list[object]:
    """Name the operations; a list for those that are made together."""
    return [
        [type(part).__name__ for part in one.operations]
        if isinstance(one, Tables)
        else type(one).__name__
        for one in operations
    ]


def test_a_run_ends_where_something_else_begins() -> None:
    assert shape(together([HOUSE, ROOM, ONCE, NAME])) == [
        ["CreateModel", "CreateModel", "AddConstraint", "AddField"]
    ]
    assert shape(together([NAME, HOUSE, NOTHING, ROOM, ONCE])) == [
        "AddField",
        "CreateModel",
        "RunPython",
        ["CreateModel", "AddConstraint"],
    ]
    # What is added to a table of an earlier run is added to what stands.
    assert shape(together([HOUSE, NOTHING, ROOM, NAME])) == [
        "CreateModel",
        "RunPython",
        "CreateModel",
        "AddField",
    ]
    removed = RemoveField("room", "house")
    assert shape(together([HOUSE, ROOM, removed])) == [["CreateModel"] * 2, "RemoveField"]


def test_django_sees_them_as_if_they_came_one_by_one() -> None:
    seen, step = ProjectState(), ProjectState()
    assert seen.apps
    (tables,) = together([HOUSE, ROOM, ONCE, NAME])
    tables.state_forwards("things", seen)
    for one in (HOUSE, ROOM, ONCE, NAME):
        one.state_forwards("things", step)
    assert seen == step
    house = seen.apps.get_model("things", "House")
    assert {one.name for one in house._meta.get_fields()} == {"id", "name", "rooms"}


def test_all_tables_are_made_together() -> None:
    loader = MigrationLoader(None)
    ours = [
        one for one in loader.disk_migrations.values() if type(one).__module__.startswith("auscult")
    ]
    alone = [
        f"{one}: {later.describe()}"
        for one in ours
        for first, later in zip(one.operations, one.operations[1:], strict=False)
        if isinstance(first, CreateModel | Tables)
        and isinstance(later, CreateModel | AddConstraint)
    ]
    assert ours
    assert not alone, "end the migration with `operations = together(operations)`"


STEPWISE = """
import sys
from pathlib import Path
from auscult.web.shell.start import start
start(Path(sys.argv[1]))
from auscult.web.accounts import migrating
if sys.argv[2] == "one by one":
    migrating.together = list
from django.core.management import call_command
from django.db import connection
call_command("migrate", verbosity=0)
with connection.cursor() as cursor:
    cursor.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name")
    print(*cursor.fetchall(), sep="\\n")
"""


@pytest.mark.slow
def test_an_archive_is_the_same_to_the_letter(tmp_path: Path) -> None:
    together, stepwise = (
        subprocess.run(
            [sys.executable, "-c", STEPWISE, tmp_path / way, way],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.splitlines()
        for way in ("together", "one by one")
    )
    assert len(together) > 400
    assert together == stepwise
