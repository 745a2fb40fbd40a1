"""The `auscult` command: each verb parses, calls, prints.

Exit codes: 0 done; 1 a defect of Auscult (with its traceback); 2 something the caller can
mend; 3 another machine failed; 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from auscult import cli_mcp
from auscult.cli_archive import add_verbs
from auscult.cli_plan import plan_app
from auscult.cli_sources import sources_app
from auscult.engine.kernel.errors import Correctable, Remote

app = typer.Typer(
    name="auscult",
    help="Listen first: what people say about your house, on your own machine.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
query_app = typer.Typer(no_args_is_help=True, help="Read queries and say what they mean.")
posts_app = typer.Typer(no_args_is_help=True, help="What a post is.")
secrets_app = typer.Typer(no_args_is_help=True, help="Keys for the credentials of sources.")
app.add_typer(query_app, name="query")
app.add_typer(posts_app, name="posts")
app.add_typer(secrets_app, name="secrets")
app.add_typer(sources_app, name="sources")
app.add_typer(plan_app, name="plan")
add_verbs(app)
cli_mcp.add_verb(app)

ArchiveOption = Annotated[
    Path | None,
    typer.Option(help="Folder of the archive; without it, the one that `auscult up` uses."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
FilesArgument = Annotated[
    list[Path],
    typer.Argument(help="Files, or folders of files: CSV, JSONL, Parquet, id|date|text."),
]
MapOption = Annotated[
    list[str] | None,
    typer.Option("--map", help="Correct the guessed columns: text=body,created_at=date."),
]
WatchesOption = Annotated[
    Path | None, typer.Option(help="A TOML file with a [watches] table of name = 'query'.")
]


@app.command(
    epilog="""[b]Examples[/b]

auscult listen posts.jsonl --watch flu='flu OR influenza OR "flu shot"'

auscult listen exports/ --watches watches.toml --archive /srv/auscult --json"""
)
def listen(
    files: FilesArgument,
    watch: Annotated[
        list[str] | None, typer.Option("--watch", help="NAME='QUERY'; may be given again.")
    ] = None,
    watches: WatchesOption = None,
    archive: ArchiveOption = None,
    column_map: MapOption = None,
    json: JsonOption = False,
) -> None:
    """Match the posts of files and keep those that matched."""
    from auscult.terminal import listening
    from auscult.terminal.watches import wanted_watches

    wanted = wanted_watches(watch or [], watches)
    listening.listen(files, wanted, archive=archive, column_map=column_map or [], as_json=json)


@app.command(
    epilog="""[b]Examples[/b]

auscult match --watches watches.toml posts.jsonl --json | jq .watch

zcat posts.jsonl.gz | auscult match --watches watches.toml -"""
)
def match(
    files: FilesArgument,
    watches: WatchesOption = None,
    watch: Annotated[
        list[str] | None, typer.Option("--watch", help="NAME='QUERY'; may be given again.")
    ] = None,
    column_map: MapOption = None,
    json: JsonOption = False,
) -> None:
    """Print each match of the posts of files; keep nothing."""
    from auscult.terminal import listening
    from auscult.terminal.watches import wanted_watches

    wanted = wanted_watches(watch or [], watches, needed=True)
    listening.match(files, wanted, column_map=column_map or [], as_json=json)


@app.command(
    epilog="""[b]Examples[/b]

auscult search '"waiting time*" NEAR/10 emergency' --since 2026-09-01

auscult search '#flu AND language:en' --limit 500 --json > flu.jsonl

auscult search 'flu' --since 2026-09-01 --export flu.parquet"""
)
def search(
    query: Annotated[str, typer.Argument(help="A query, in the whole query language.")],
    archive: ArchiveOption = None,
    since: Annotated[str | None, typer.Option(help="From this day or moment, UTC.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this day or moment, UTC.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="At most so many posts: 20, all for an export.")
    ] = None,
    relevance: Annotated[bool, typer.Option(help="Best first, not newest first.")] = False,
    export: Annotated[
        Path | None,
        typer.Option(help="Write FILE.csv, .jsonl or .parquet, or a folder, with its coverage."),
    ] = None,
    with_authors: Annotated[
        bool, typer.Option("--with-authors", help="Export names and accounts, not pseudonyms.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Find mentions in the archive, newest first."""
    from auscult.terminal import searching

    wanted = searching.Wanted(
        text=query,
        since=searching.moment(since, "--since"),
        until=searching.moment(until, "--until"),
        limit=limit,
        order="relevance" if relevance else "newest",
    )
    if export is not None:
        searching.export(wanted, export, archive=archive, with_authors=with_authors, as_json=json)
    else:
        searching.search(wanted, archive=archive, as_json=json)


@app.command(
    epilog="""[b]Examples[/b]

auscult forget at://did:plc:abc/app.bsky.feed.post/3k

auscult forget --author mastodon.example/@someone --reason 'asked by mail'"""
)
def forget(
    uris: Annotated[list[str] | None, typer.Argument(help="The posts' own identifiers.")] = None,
    author: Annotated[
        list[str] | None, typer.Option("--author", help="Everything of this author.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why; it is written to the audit trail.")] = "",
    archive: ArchiveOption = None,
    json: JsonOption = False,
) -> None:
    """Remove posts, or all of an author's, everywhere and for good."""
    from auscult.terminal import searching

    searching.forget(uris or [], authors=author or [], reason=reason, archive=archive, as_json=json)


@app.command(
    epilog="""[b]Examples[/b]

auscult suggest 'Lakeside General Hospital' --town Lakeside

auscult suggest 'Universitätsspital Zürich' --town Zürich --language de --json"""
)
def suggest(
    organisation: Annotated[str, typer.Argument(help="The name, as it stands on the door.")],
    town: Annotated[str, typer.Option(help="Where it is; common names need it.")] = "",
    language: Annotated[
        str, typer.Option(help="In which people speak of it: en, de, fr or es.")
    ] = "en",
    json: JsonOption = False,
) -> None:
    """Propose watches and hashtags for an organisation; nothing is asked of any network."""
    from auscult.terminal import describing

    describing.suggest(organisation, town=town, language=language, as_json=json)


@app.command(
    epilog="""[b]Examples[/b]

auscult simulate lakeside

auscult simulate big --posts 1000000 --seed 7"""
)
def simulate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="An empty or new folder.")],
    days: Annotated[int, typer.Option(min=1, help="How many days of posts.")] = 100,
    posts: Annotated[
        int | None, typer.Option(min=1, help="About how many posts; without it, a town's own.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same town.")] = 1,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="JSON lines, not Parquet.")] = False,
    json: JsonOption = False,
) -> None:
    """Write the posts of a simulated town, its planted truth and watches for it."""
    from auscult.terminal import simulating

    simulating.simulate(
        folder,
        days=days,
        posts=posts,
        seed=seed,
        form="jsonl" if jsonl else "parquet",
        as_json=json,
    )


@app.command(
    epilog="""[b]Examples[/b]

auscult up

auscult up --archive /srv/auscult --port 9000 --empty"""
)
def up(
    archive: ArchiveOption = None,
    host: Annotated[
        str | None, typer.Option(help="Address to serve at; the settings' one by default.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port; in use, the next free one.")
    ] = None,
    empty: Annotated[bool, typer.Option(help="Without the town of Lakeside.")] = False,
    browser: Annotated[bool, typer.Option(help="Open the browser, if there is one.")] = True,
) -> None:
    """Start everything: the pages, and the runner that reads and keeps."""
    from auscult.web.shell import supervisor

    supervisor.up(archive=archive, host=host, port=port, empty=empty, browser=browser)


@app.command(
    epilog="""[b]Examples[/b]

auscult doctor

auscult doctor --json | jq '.[] | select(.state != "well")'"""
)
def doctor(archive: ArchiveOption = None, json: JsonOption = False) -> None:
    """Look at everything that Auscult needs; say what is amiss and how to mend it."""
    from auscult.terminal import examining

    examining.examine(archive=archive, as_json=json)


@query_app.command(
    epilog="""[b]Examples[/b]

auscult query explain 'flu NEAR/5 (shot OR vaccin*) NOT bird'

auscult query explain 'lang:en flu shot' --json"""
)
def explain(
    query: Annotated[str, typer.Argument(help="The query, in quotes.")],
    strict: Annotated[bool, typer.Option(help="Refuse what is only warned of.")] = False,
    json: JsonOption = False,
) -> None:
    """Show how a query is read: its tree in plain words, and warnings."""
    from auscult.terminal import describing

    describing.explain(query, strict=strict, as_json=json)


@posts_app.command(
    epilog="""[b]Examples[/b]

auscult posts schema

auscult posts schema --json"""
)
def schema(json: JsonOption = False) -> None:
    """Print the columns of a post, with a line each."""
    from auscult.terminal import describing

    describing.schema(as_json=json)


@secrets_app.command(
    epilog="""[b]Examples[/b]

auscult secrets rotate

auscult secrets rotate --archive /srv/auscult --json"""
)
def rotate(archive: ArchiveOption = None, json: JsonOption = False) -> None:
    """Encrypt the passwords and tokens of all sources under a new key."""
    from auscult.terminal import secrets

    secrets.rotate(archive=archive, as_json=json)


@secrets_app.command(
    epilog="""[b]Examples[/b]

auscult secrets key > /run/secrets/auscult-sources"""
)
def key(json: JsonOption = False) -> None:
    """Print a new key, for AUSCULT_SECRETS_KEY or a file that it is read from."""
    from auscult.terminal import secrets

    secrets.key(as_json=json)


def main() -> None:
    """Run the command line; turn the families of errors into exit codes."""
    from auscult.terminal.printing import report

    try:
        app()
    except Correctable as error:
        report(error, as_json="--json" in sys.argv)
        sys.exit(2)
    except Remote as error:
        report(error, as_json="--json" in sys.argv)
        sys.exit(3)
    except BrokenPipeError:
        # The reader of our pipe has seen enough; a second flush at exit would fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
