"""Printing: one console for people, one way to write JSON, errors in one shape."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import orjson
from rich.console import Console

from auscult.engine.kernel.errors import Correctable, Remote

# A pipe has no width: a table that is read by a program must not wrap.
PIPE_WIDTH = 1_000

people = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else PIPE_WIDTH)
aside = Console(stderr=True, highlight=False, soft_wrap=True)

BARS = "▁▂▃▄▅▆▇█"


def write_json(value: object) -> None:
    """Write one JSON value and a line end to standard output, whatever bytes it holds."""
    sys.stdout.buffer.write(orjson.dumps(value, default=str) + b"\n")


def write_json_lines(rows: Sequence[Mapping[str, object]]) -> None:
    """Write one JSON object a line, in one call."""
    sys.stdout.buffer.write(b"".join(orjson.dumps(row, default=str) + b"\n" for row in rows))


def report(error: Correctable | Remote, *, as_json: bool) -> None:
    """Say what went wrong, on standard error, for a person or as JSON."""
    if as_json:
        kind = "correctable" if isinstance(error, Correctable) else "remote"
        # Typer leaves a mark of its own on exceptions that pass through it.
        said = {name: value for name, value in vars(error).items() if not name.startswith("_")}
        answer = {"error": kind, **said}
        sys.stderr.write(orjson.dumps(answer, default=str).decode() + "\n")
        return
    aside.print(f"[bold red]Error:[/] {plain(error.message)}")
    if isinstance(error, Correctable) and error.hint:
        aside.print(f"[bold]Next:[/] {plain(error.hint)}")


def plain(text: str) -> str:
    """Rich reads square brackets as markup; a query may hold them."""
    return text.replace("[", r"\[")


def sparkline(values: Sequence[int]) -> str:
    """Draw `values` (counts, oldest first) as one character each; zero stands lowest.

    >>> sparkline([0, 1, 4, 8])
    '▁▁▄█'
    """
    top = max(values, default=0)
    if top == 0:
        return BARS[0] * len(values)
    return "".join(BARS[value * (len(BARS) - 1) // top] for value in values)
