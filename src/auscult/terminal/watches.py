"""Watches as the command line takes them: `NAME='QUERY'`, and TOML files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from auscult.engine.kernel.errors import Correctable
from auscult.engine.query.parse import Query, QueryError, parse
from auscult.terminal.printing import aside


class WatchesUnreadable(Correctable):
    """Watches that can't be taken from the command line or a file."""

    def __init__(self, message: str, field: str, hint: str) -> None:
        super().__init__(message, code="watches-unreadable", field=field, hint=hint)


def wanted_watches(
    given: Sequence[str], file: Path | None, *, needed: bool = False
) -> dict[str, Query]:
    """Return the watches of `--watch` and `--watches`, by name, read as queries.

    Raises
    ------
    WatchesUnreadable
        A name stands twice, the file isn't as it should be, or nothing was given though it
        is `needed`.
    QueryError
        A query can't be read; its message names the watch.
    """
    written: dict[str, str] = {}
    for one in given:
        name, sign, query = one.partition("=")
        if not sign or not name.strip() or not query.strip():
            raise WatchesUnreadable(
                f"--watch {one!r} doesn't say which watch it is.",
                "--watch",
                "Write its name, =, its query in quotes: --watch flu='flu OR influenza'.",
            )
        _add(written, name.strip(), query, "--watch")
    if file is not None:
        for name, query in _table(file).items():
            _add(written, name, query, "--watches")
    if needed and not written:
        raise WatchesUnreadable(
            "No watch was given.",
            "--watch",
            "Say what to look for: --watch flu='flu OR influenza', or --watches FILE.toml.",
        )
    return {name: _read(name, query) for name, query in written.items()}


def _add(written: dict[str, str], name: str, query: str, field: str) -> None:
    if name in written:
        raise WatchesUnreadable(
            f"The watch {name!r} is given twice.", field, "Give each watch a name of its own."
        )
    written[name] = query


def _table(file: Path) -> Mapping[str, str]:
    """Return the `[watches]` table of a TOML file."""
    hint = "The file holds a [watches] table with lines like flu = 'flu OR influenza'."
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WatchesUnreadable(f"{file} can't be read: {error}.", "--watches", hint) from error
    table = content.get("watches")
    if not isinstance(table, dict) or not table:
        raise WatchesUnreadable(f"{file} has no [watches] table.", "--watches", hint)
    for name, query in table.items():
        if not isinstance(query, str):
            raise WatchesUnreadable(
                f"{file}: the watch {name!r} is {query!r}, not a query.", "--watches", hint
            )
    return table


def _read(name: str, text: str) -> Query:
    try:
        query = parse(text)
    except QueryError as error:
        error.message = f"Watch {name!r}: {error.message}"
        raise
    for warning in query.warnings:
        aside.print(f"[yellow]Watch {name!r}, column {warning.column}:[/] ", end="", soft_wrap=True)
        aside.print(f"{warning.message} {warning.hint}".rstrip(), markup=False, soft_wrap=True)
    return query
