"""Marks: which parts of time have mentions that the figures by day don't count yet.

Triggers of the database write them, in the transaction of whatever changes a match or a
mention: recording, backfill, deletion at the source, forgetting, expiry, a removed watch.
So nothing that is written there has to know of figures, and nothing can forget to tell.
They are made after each `migrate`: on SQLite, Django changes a table by making it anew, which
drops its triggers.

A part is 4,096 seconds: a mention's key carries its second times 2^20, so a shift finds it.
"""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

PART = 32  # bits of a mention's key below its part
PART_US = 4_096 * 1_000_000  # microseconds in a part

# What of a mention the figures count, beside its time.
COUNTED = ("author", "language", "community", "hashtags", "links")


def _known(row: str) -> str:
    return (
        "SELECT 1 FROM dashboards_changed c "
        f"WHERE c.watch_id = {row}.watch_id AND c.part = {row}.mention_id >> {PART}"
    )


def _match_trigger(name: str, event: str, row: str) -> str:
    return (
        f"CREATE TRIGGER IF NOT EXISTS {name} AFTER {event} ON listening_match BEGIN "
        "INSERT INTO dashboards_changed (watch_id, part) "
        f"SELECT {row}.watch_id, {row}.mention_id >> {PART} "
        f"WHERE NOT EXISTS ({_known(row)}); END"
    )


def _differs(distinct: str) -> str:
    return " OR ".join(f"OLD.{name} {distinct} NEW.{name}" for name in COUNTED)


_MENTION_TRIGGER = (
    "CREATE TRIGGER IF NOT EXISTS dashboards_mention_changed "
    f"AFTER UPDATE OF {', '.join(COUNTED)} ON listening_mention WHEN {_differs('IS NOT')} BEGIN "
    "INSERT INTO dashboards_changed (watch_id, part) "
    f"SELECT a.watch_id, a.mention_id >> {PART} FROM listening_match a "
    f"WHERE a.mention_id = NEW.id AND NOT EXISTS ({_known('a')}); END"
)
SQLITE = (
    _match_trigger("dashboards_match_come", "INSERT", "NEW"),
    _match_trigger("dashboards_match_gone", "DELETE", "OLD"),
    _MENTION_TRIGGER,
)

POSTGRESQL = tuple(
    statement.strip()
    for statement in f"""
CREATE OR REPLACE FUNCTION dashboards_mark_match() RETURNS trigger AS $$
DECLARE found record;
BEGIN
    IF TG_OP = 'DELETE' THEN found := OLD; ELSE found := NEW; END IF;
    INSERT INTO dashboards_changed (watch_id, part)
        VALUES (found.watch_id, found.mention_id >> {PART}) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$ LANGUAGE plpgsql
---
CREATE OR REPLACE FUNCTION dashboards_mark_mention() RETURNS trigger AS $$
BEGIN
    INSERT INTO dashboards_changed (watch_id, part)
        SELECT watch_id, mention_id >> {PART} FROM listening_match
        WHERE mention_id = NEW.id ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$ LANGUAGE plpgsql
---
CREATE OR REPLACE TRIGGER dashboards_match AFTER INSERT OR DELETE ON listening_match
    FOR EACH ROW EXECUTE FUNCTION dashboards_mark_match()
---
CREATE OR REPLACE TRIGGER dashboards_mention_changed
    AFTER UPDATE OF {", ".join(COUNTED)} ON listening_mention
    FOR EACH ROW WHEN ({_differs("IS DISTINCT FROM")})
    EXECUTE FUNCTION dashboards_mark_mention()
""".split("---")
)


TRIGGERS = {
    "sqlite": (
        ("dashboards_match_come", "listening_match"),
        ("dashboards_match_gone", "listening_match"),
        ("dashboards_mention_changed", "listening_mention"),
    ),
    "postgresql": (
        ("dashboards_match", "listening_match"),
        ("dashboards_mention_changed", "listening_mention"),
    ),
}
FUNCTIONS = ("dashboards_mark_match", "dashboards_mark_mention")


def make_triggers(using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:
    """Make the triggers that are missing; called after each `migrate` that has our tables."""
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if not {"dashboards_changed", "listening_match", "listening_mention"} <= tables:
            return
        for statement in statements(connection):
            cursor.execute(statement)


def drop_triggers(_apps: Any, schema_editor: Any) -> None:
    """Take the triggers away, before the table that they write to goes: an older release works on.

    Called on the way back from the first migration.
    """
    on_postgres = schema_editor.connection.vendor == "postgresql"
    for name, table in TRIGGERS["postgresql" if on_postgres else "sqlite"]:
        place = f" ON {table}" if on_postgres else ""
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}{place}", params=None)
    for name in FUNCTIONS if on_postgres else ():
        schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}()", params=None)


def statements(connection: BaseDatabaseWrapper) -> tuple[str, ...]:
    """Return what makes the triggers in a database."""
    return SQLITE if connection.vendor == "sqlite" else POSTGRESQL
