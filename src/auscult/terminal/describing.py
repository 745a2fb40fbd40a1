"""What a query and a post are, and which watches an organisation could begin with."""

from __future__ import annotations

from dataclasses import asdict

from rich.table import Table

from auscult.engine.kernel import posts
from auscult.engine.query.explain import as_data
from auscult.engine.query.explain import explain as in_words
from auscult.engine.query.parse import parse
from auscult.engine.query.proposing import propose
from auscult.terminal.printing import people, plain, write_json


def explain(query: str, *, strict: bool, as_json: bool) -> None:
    """Print how `query` is read; raises QueryError where it can't be."""
    parsed = parse(query, strict=strict)
    if as_json:
        write_json(as_data(parsed))
        return
    people.print(in_words(parsed), markup=False)


def schema(*, as_json: bool) -> None:
    """Print the columns of a post: name, type, whether it must be there, what it holds."""
    rows = [
        {
            "name": column.name,
            "type": str(column.type),
            "required": not column.nullable,
            "about": column.metadata[b"about"].decode(),
        }
        for column in posts.SCHEMA
    ]
    if as_json:
        write_json(rows)
        return
    table = Table("name", "type", "about", box=None, pad_edge=False)
    for row in rows:
        mark = " (required)" if row["required"] else ""
        table.add_row(str(row["name"]), str(row["type"]), f"{row['about']}{mark}")
    people.print(table)


def suggest(organisation: str, *, town: str, language: str, as_json: bool) -> None:
    """Print watches for an organisation, from its name and its town alone."""
    proposals = propose(organisation, town, language=language)
    if as_json:
        write_json([asdict(one) for one in proposals])
        return
    for one in proposals:
        people.print(f"[bold]{plain(one.name)}[/]  {plain(one.why)}")
        people.print(f"    {plain(one.query)}")
    tags = sorted({tag for one in proposals for tag in one.hashtags})
    if tags:
        people.print("[bold]Hashtags[/]  " + plain(" ".join(f"#{tag}" for tag in tags)))
