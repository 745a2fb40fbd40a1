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


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file that ends in .tar.")],
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Back everything up into one file, while Auscult runs: database, samples, keys."""
    from auscult.terminal import archiving

    archiving.backup(file, archive=archive, as_json=json)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `auscult backup` wrote.")],
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Make an archive from a back-up, where there is none yet; all is checked first."""
    from auscult.terminal import archiving

    archiving.restore(file, archive=archive, as_json=json)


def export(
    place: Annotated[
        Path, typer.Argument(metavar="FOLDER|FILE", help="A new folder, or a file.tar.")
    ],
    passphrase: Annotated[
        str | None,
        typer.Option(
            "--secrets",
            help="Passwords and keys, too, encrypted: ENVIRONMENT_VARIABLE that has the "
            "passphrase, or - for a line of standard input.",
        ),
    ] = None,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Write everything of the organisation in open formats, to be imported elsewhere."""
    from auscult.terminal import archiving

    archiving.export(place, passphrase, archive=archive, as_json=json)


def import_(
    place: Annotated[
        Path, typer.Argument(metavar="FOLDER|FILE", help="What `auscult export` wrote.")
    ],
    passphrase: Annotated[
        str | None,
        typer.Option("--secrets", help="The passphrase, as `auscult export` takes it."),
    ] = None,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Take an exported organisation into an archive that has none yet."""
    from auscult.terminal import archiving

    archiving.import_(place, passphrase, archive=archive, as_json=json)


def add_verbs(app: typer.Typer) -> None:
    """Add what is said here to the whole command."""
    app.add_typer(audit_app, name="audit")
    for name, verb, examples in (
        ("backup", backup, ["auscult backup /mnt/backups/auscult-2026-11-20.tar"]),
        ("restore", restore, ["auscult restore auscult-2026-11-20.tar --archive /srv/auscult"]),
        ("export", export, ["auscult export house.tar", "auscult export house --secrets PHRASE"]),
        ("import", import_, ["auscult import house.tar --archive /srv/auscult"]),
    ):
        epilog = "\n\n".join(["[b]Examples[/b]", *examples])
        app.command(name, epilog=epilog)(verb)
