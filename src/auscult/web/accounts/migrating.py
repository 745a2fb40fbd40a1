"""Making many tables at once, for the migrations of all applications.

Before each operation of a migration Django builds its picture of all tables that have to do
with it anew, and here everything has to do with the organisation: an empty archive of 120 tables
took twelve seconds. What only adds tables needs that picture once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

Addition = AddConstraint | AddField | AddIndex


class Tables(Operation):
    """New tables, with the fields, constraints and indexes that are added to them afterwards."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self.operations = list(operations)
        self.tables = [one for one in self.operations if isinstance(one, CreateModel)]

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return how it is made, as each operation does."""
        return (type(self).__name__, [], {"operations": self.operations})

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Add the tables to what Django knows, and let it look at that once."""
        seen = state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)
        if seen is not None:
            state.apps = seen
            state.reload_models([(app_label, one.name_lower) for one in self.tables], delay=False)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Make the tables as they are in the end."""
        for one in self.tables:
            one.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Remove them, the last one first."""
        for one in reversed(self.tables):
            one.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """Name the tables."""
        return f"Create tables {', '.join(one.name for one in self.tables)}"


def together(operations: Iterable[Operation]) -> list[Operation]:
    """Return the operations of a migration with each run of new tables as one.

    A run ends with the first operation that does anything else than to add a table, or to add
    something to a table of the same run.
    """
    done: list[Operation] = []
    run: list[Operation] = []
    for operation in operations:
        if not _belongs(operation, run):
            done.extend(_closed(run))
            run = []
        (run if isinstance(operation, CreateModel) or run else done).append(operation)
    return [*done, *_closed(run)]


def _belongs(operation: Operation, run: list[Operation]) -> bool:
    """Whether it adds a table, or something to a table of the run."""
    if isinstance(operation, CreateModel):
        return True
    made = {one.name_lower for one in run if isinstance(one, CreateModel)}
    return isinstance(operation, Addition) and operation.model_name_lower in made


def _closed(run: list[Operation]) -> list[Operation]:
    return [Tables(run)] if len(run) > 1 else run
