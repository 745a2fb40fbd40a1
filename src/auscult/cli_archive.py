"""`auscult audit`, `export`, `import`, `backup`, `restore`: the record, and taking data along."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

audit_app = typer.Typer(no_args_is_help=True, help="Who did what, and whether the record holds.")

ArchiveOption = Annotated[
    Path | None,
    typer.Option(help="Folder of the archive; without it, the one that `auscult up` uses."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@audit_app.command(
    "list",
    epilog="""[b]Examples[/b]

auscult audit list --since 2026-11-01 --action reveal-author

auscult audit list --limit 100000 --json > audit.jsonl""",
)
def list_(
    since: Annotated[str | None, typer.Option(help="From this day or moment, UTC.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this day or moment, UTC.")] = None,
    actor: Annotated[str, typer.Option(help="Who did it, the whole name.")] = "",
    action: Annotated[str, typer.Option(help="What was done, as `save-watch`.")] = "",
    target: Annotated[str, typer.Option(help="Part of what it was done to.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many entries.")] = 50,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Show the entries of the audit trail, newest first; with --json it is an export."""
    from auscult.terminal import auditing
    from auscult.terminal.searching import moment
    from auscult.web.shell.start import start

    start(archive)
    from auscult.web.accounts.audit import Asked

    asked = Asked(
        actor=actor,
        action=action,
        target=target,
        since=moment(since, "--since"),
        until=moment(until, "--until"),
    )
    auditing.show(asked, limit=limit, archive=archive, as_json=json)


@audit_app.command(
    epilog="""[b]Examples[/b]

auscult audit verify

auscult audit verify --head "$(cat /mnt/elsewhere/audit-head.txt)" """
)
def verify(
    head: Annotated[
        str | None, typer.Option(help="What `auscult audit head` printed at an earlier time.")
    ] = None,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Check the whole chain; exit code 2 where it breaks, with the first wrong entry."""
    from auscult.terminal import auditing

    auditing.verify(head, archive=archive, as_json=json)


@audit_app.command(
    epilog="""[b]Examples[/b]

auscult audit head >> /mnt/elsewhere/audit-heads.txt"""
)
def head(archive: ArchiveOption = None, json: JsonOption = False) -> None:
    """Print the end of the chain, to be noted outside of this machine."""
    from auscult.terminal import auditing

    auditing.head(archive=archive, as_json=json)
