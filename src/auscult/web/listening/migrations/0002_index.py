"""The full-text index: an FTS5 table beside the mentions, or a tsvector in them."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# Terms come folded and separated by one space; the tokenizer must cut nowhere else, so
# every printable ASCII character that isn't a letter or digit belongs to a token. Beyond
# ASCII this tokenizer takes every character as part of a token.
INSIDE = "".join(chr(code) for code in range(33, 127) if not chr(code).isalnum())
QUOTED = INSIDE.replace("'", "''").replace('"', '""')

SQLITE = (
    f"""CREATE VIRTUAL TABLE listening_index USING fts5(
        terms, detail=none, columnsize=0, tokenize="ascii tokenchars '{QUOTED}'"
    )""",
    # Words of what is deleted leave the index at once.
    "INSERT INTO listening_index(listening_index, rank) VALUES('secure-delete', 1)",
    # One segment a batch, and small pages: taking words out rewrites pages.
    "INSERT INTO listening_index(listening_index, rank) VALUES('hashsize', 16777216)",
    "INSERT INTO listening_index(listening_index, rank) VALUES('pgsz', 1000)",
    "CREATE VIRTUAL TABLE listening_vocabulary USING fts5vocab('listening_index', 'row')",
)
POSTGRESQL = (
    "ALTER TABLE listening_mention ADD COLUMN terms tsvector",
    "CREATE INDEX listening_mention_terms ON listening_mention USING gin (terms)",
)


def create(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        # No parameters: a % in the tokenizer's characters stays one.
        schema_editor.execute(statement, params=None)


def drop(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TABLE listening_vocabulary")
        schema_editor.execute("DROP TABLE listening_index")
    else:
        schema_editor.execute("ALTER TABLE listening_mention DROP COLUMN terms")


class Migration(migrations.Migration):
    dependencies = [("listening", "0001_initial")]

    operations = [migrations.RunPython(create, drop)]
