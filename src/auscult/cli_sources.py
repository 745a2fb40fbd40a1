"""`auscult sources`: connecting, watching over and leaving sources from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

sources_app = typer.Typer(no_args_is_help=True, help="Where posts come from.")

ArchiveOption = Annotated[
    Path | None,
    typer.Option(help="Folder of the archive; without it, the one that `auscult up` uses."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The source's name.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", help="FIELD=VALUE of the configuration; a value may be JSON."),
]
SecretOption = Annotated[
    list[str] | None,
    typer.Option(
        "--secret", help="FIELD=ENVIRONMENT_VARIABLE, or FIELD=- for a line of standard input."
    ),
]
DaysOption = Annotated[
    int | None, typer.Option(min=1, help="Forget its mentions so many days after collecting them.")
]
SampleOption = Annotated[
    float, typer.Option(min=0, max=1, help="Share of all its posts that the lake keeps.")
]


@sources_app.command(
    "list",
    epilog="""[b]Examples[/b]

auscult sources list

auscult sources list --json | jq '.[] | select(.health != "well")'""",
)
def list_(archive: ArchiveOption = None, json: JsonOption = False) -> None:
    """Show each source, how it is doing and what to do about it."""
    from auscult.terminal import sources

    sources.show_all(archive=archive, as_json=json)


@sources_app.command(
    epilog="""[b]Examples[/b]

auscult sources kinds

auscult sources kinds --json | jq '.[].fields'"""
)
def kinds(json: JsonOption = False) -> None:
    """Show the kinds of sources and the fields of their configurations."""
    from auscult.terminal import sources

    sources.show_kinds(as_json=json)


@sources_app.command(
    epilog="""[b]Examples[/b]

auscult sources probe https://hospital.example/news

auscult sources probe @clinic@mastodon.example --json"""
)
def probe(
    address: Annotated[str, typer.Argument(help="A web address, an account, an instance.")],
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Show which sources an address leads to, what they read, cost and ask."""
    from auscult.terminal import sources

    sources.show_probe(address, archive=archive, as_json=json)


@sources_app.command(
    epilog="""[b]Examples[/b]

auscult sources add https://hospital.example/news

auscult sources add --kind bluesky --name Bluesky

auscult sources add --kind youtube --name Videos --set 'searches=["clinic"]' --secret key=YT_KEY"""
)
def add(
    address: Annotated[
        str | None, typer.Argument(help="Take the surest source that this leads to.")
    ] = None,
    kind: Annotated[str | None, typer.Option(help="Its kind; see `auscult sources kinds`.")] = None,
    name: Annotated[str | None, typer.Option(help="How it is called from now on.")] = None,
    set_: SetOption = None,
    secret: SecretOption = None,
    ttl_days: DaysOption = None,
    sample: SampleOption = 0.0,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Connect a source; `auscult up` then reads it."""
    from auscult.terminal import sources

    asked = sources.Asked(address=address, kind=kind, name=name, given=set_ or [])
    sources.add(
        asked,
        secrets=secret or [],
        keep=(ttl_days, sample),
        archive=archive,
        as_json=json,
    )


@sources_app.command(
    epilog="""[b]Examples[/b]

auscult sources show Bluesky"""
)
def show(name: NameArgument, archive: ArchiveOption = None, json: JsonOption = False) -> None:
    """Show all that is known of one source."""
    from auscult.terminal import sources

    sources.show(name, archive=archive, as_json=json)


@sources_app.command(
    epilog="""[b]Examples[/b]

auscult sources pause Bluesky"""
)
def pause(name: NameArgument, archive: ArchiveOption = None, json: JsonOption = False) -> None:
    """Stop reading a source until it is resumed."""
    from auscult.terminal import sources

    sources.move(name, "pause", archive=archive, as_json=json)


@sources_app.command(
    epilog="""[b]Examples[/b]

auscult sources resume Bluesky"""
)
def resume(name: NameArgument, archive: ArchiveOption = None, json: JsonOption = False) -> None:
    """Go on reading a source that was paused or failed."""
    from auscult.terminal import sources

    sources.move(name, "resume", archive=archive, as_json=json)


@sources_app.command(
    epilog="""[b]Examples[/b]

auscult sources remove Bluesky

auscult sources remove 'Old exports' --with-posts"""
)
def remove(
    name: NameArgument,
    with_posts: Annotated[
        bool, typer.Option("--with-posts", help="Its mentions go as well, everywhere.")
    ] = False,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Remove a source; its mentions stay unless you say otherwise."""
    from auscult.terminal import sources

    sources.remove(name, with_posts=with_posts, archive=archive, as_json=json)


@sources_app.command(
    epilog="""[b]Examples[/b]

auscult sources coverage

auscult sources coverage --source Bluesky --since 2026-11-01 --json"""
)
def coverage(
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
    since: Annotated[str | None, typer.Option(help="From this day or moment, UTC.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this day or moment, UTC.")] = None,
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Show from when to when each source was read, and why not."""
    from auscult.terminal import sources

    sources.show_coverage(source, span=(since, until), archive=archive, as_json=json)


@sources_app.command(
    "import-opml",
    epilog="""[b]Examples[/b]

auscult sources import-opml feeds.opml --name 'News of the region'""",
)
def import_opml(
    file: Annotated[Path, typer.Argument(help="A list of feeds, as feed readers export it.")],
    name: Annotated[str, typer.Option(help="How the source is called.")] = "Feeds",
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Add the feeds of an OPML file as one source, or to the source of that name."""
    from auscult.terminal import feed_lists

    feed_lists.take_in(file, name=name, archive=archive, as_json=json)


@sources_app.command(
    "export-opml",
    epilog="""[b]Examples[/b]

auscult sources export-opml > feeds.opml""",
)
def export_opml(archive: ArchiveOption = None) -> None:
    """Write every feed that is read as an OPML file."""
    from auscult.terminal import feed_lists

    feed_lists.give_out(archive=archive)
