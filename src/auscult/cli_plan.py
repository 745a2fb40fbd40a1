"""`auscult plan`: what mail servers and people do with the plan from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

plan_app = typer.Typer(no_args_is_help=True, help="The plan of a hundred days.")


@plan_app.callback()
def _plan() -> None:
    """Keep `reply` a verb of its own, also while it is the only one."""


@plan_app.command(
    epilog="""[b]Examples[/b]

auscult plan reply < mail.eml

auscult plan reply --archive /srv/auscult --json < mail.eml"""
)
def reply(
    archive: Annotated[
        Path | None,
        typer.Option(help="Folder of the archive; without it, the one that `auscult up` uses."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Read a mail in which somebody checks in, from standard input."""
    from auscult.terminal import replying

    replying.read(archive=archive, as_json=json)
