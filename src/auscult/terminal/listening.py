"""`auscult listen` and `auscult match`: files through the watches, kept or only printed."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from auscult.engine.connectors import base
from auscult.engine.connectors.base import Batch, Broken, Reader
from auscult.engine.connectors.files.config import parse_columns
from auscult.engine.kernel import posts
from auscult.engine.kernel.clock import SystemClock
from auscult.engine.kernel.http import Network
from auscult.engine.query.parse import Query
from auscult.terminal.archives import owner_of
from auscult.terminal.printing import (
    aside,
    people,
    plain,
    sparkline,
    write_json,
    write_json_lines,
)

if TYPE_CHECKING:
    from auscult.engine.matching import WatchSet
    from auscult.web.accounts.models import Actor
    from auscult.web.listening.models import Watch
    from auscult.web.sources.models import Source

FILES = "files"
STANDARD_INPUT = Path("-")
LINES_AT_ONCE = 5_000
BROKEN_SHOWN = 5


def match(
    paths: Sequence[Path], wanted: Mapping[str, Query], *, column_map: Sequence[str], as_json: bool
) -> None:
    """Print each match of the posts of `paths`; keep nothing."""
    from auscult.engine.matching import WatchSet

    watch_set = WatchSet({name: query.tree for name, query in wanted.items()})
    for table in _tables(paths, column_map):
        _print_matches(watch_set, table, as_json=as_json)


def _tables(paths: Sequence[Path], column_map: Sequence[str]) -> Iterator[pa.Table]:
    for path in paths:
        if path == STANDARD_INPUT:
            while lines := list(islice(sys.stdin.buffer, LINES_AT_ONCE)):
                yield posts.from_jsonl(lines)
            continue
        with closing(_open(path, column_map)) as reader:
            for batch in _batches(reader):
                _show_broken(batch.broken)
                yield batch.posts


def _config(path: Path, column_map: Sequence[str]) -> dict[str, Any]:
    config: dict[str, Any] = {"paths": [str(path.resolve())]}
    if column_map:
        config["columns"] = parse_columns(list(column_map))
    return config


def _open(path: Path, column_map: Sequence[str]) -> Reader:
    connector = base.find(FILES)
    config = base.configure(connector.Config, _config(path, column_map))
    return connector.open(config, None, clock=SystemClock(), network=Network())


def _batches(reader: Reader) -> Iterator[Batch]:
    while not reader.finished:
        batch = reader.next_batch()
        if batch is None:
            return
        yield batch


def _print_matches(watch_set: WatchSet, table: pa.Table, *, as_json: bool) -> None:
    matches = watch_set.match(table)
    if not matches.num_rows:
        return
    rows = matches.column("post")
    uris = table.column("uri").take(rows).to_pylist()
    watches = matches.column("watch").to_pylist()
    spans = matches.column("spans").to_pylist()
    if as_json:
        write_json_lines(
            [
                {"watch": watch, "uri": uri, "spans": where}
                for watch, uri, where in zip(watches, uris, spans, strict=True)
            ]
        )
        return
    texts = table.column("text").take(rows).to_pylist()
    for watch, uri, text in zip(watches, uris, texts, strict=True):
        people.print(f"[bold]{plain(watch)}[/]  [dim]{plain(uri)}[/]  ", end="")
        people.print(" ".join(text.split()), markup=False)


def listen(
    paths: Sequence[Path],
    wanted: Mapping[str, Query],
    *,
    archive: Path | None,
    column_map: Sequence[str],
    as_json: bool,
) -> None:
    """Match the posts of `paths`, keep those that matched, and print what each watch found."""
    actor = owner_of(archive)
    from auscult.web.listening import actions, queries

    if not wanted:
        wanted = {watch.name: _query(watch) for watch in queries.watches(actor)}
        _refuse_nothing(wanted)
    watches, sources = actions.listen_to(
        actor,
        queries_by_name={name: query.text for name, query in wanted.items()},
        connector=FILES,
        configs_by_name={str(path.resolve()): _config(path, column_map) for path in paths},
    )
    for source in sources:
        _read(actor, source, quiet=as_json)
    _finish(actor, watches, sources, as_json=as_json)


def _query(watch: Watch) -> Query:
    from auscult.engine.query.parse import parse

    return parse(watch.query)


def _refuse_nothing(wanted: Mapping[str, Query]) -> None:
    from auscult.terminal.watches import WatchesUnreadable

    if not wanted:
        raise WatchesUnreadable(
            "No watch was given, and the archive has none.",
            "--watch",
            "Say what to listen for: --watch flu='flu OR influenza'.",
        )


def _read(actor: Actor, source: Source, *, quiet: bool) -> None:
    """Read a source from where it stands to its end, with a progress bar."""
    from auscult.web.listening.following import read_on
    from auscult.web.listening.standing import StandingWatches
    from auscult.web.sources.actions import release_source
    from auscult.web.sources.network import network
    from auscult.web.sources.opening import open_source

    watch_set = StandingWatches(actor)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn(
            "{task.percentage:>3.0f} %  {task.fields[kept]:,} kept of {task.fields[seen]:,}"
        ),
        TimeRemainingColumn(),
        console=aside,
        disable=quiet or not aside.is_terminal,
        transient=True,
    )
    reader = open_source(source, clock=actor.clock, network=network())
    with bar, closing(reader):
        task = bar.add_task(Path(source.name).name, total=None, kept=0, seen=0)
        seen = kept = 0
        for batch, recorded in read_on(actor, source, reader, watch_set=watch_set):
            seen, kept = seen + recorded.received, kept + recorded.kept + recorded.changed
            done = reader.progress
            bar.update(task, completed=done.done, total=done.total, kept=kept, seen=seen)
            _show_broken(batch.broken)
        release_source(
            actor, source=source, next_attempt=actor.clock.now(), finished=reader.finished
        )


def _show_broken(broken: Sequence[Broken]) -> None:
    for one in broken[:BROKEN_SHOWN]:
        where = f"{Path(one.location).name}:{one.line}" if one.line else one.location
        aside.print(f"[yellow]Kept aside[/] {plain(where)}: {plain(one.reason)}")
    if len(broken) > BROKEN_SHOWN:
        aside.print(f"[yellow]Kept aside[/] and {len(broken) - BROKEN_SHOWN:,} more lines")


def _finish(
    actor: Actor, watches: Sequence[Watch], sources: Sequence[Source], *, as_json: bool
) -> None:
    """Print what each watch found in these sources, and what was read."""
    from auscult.web.listening import queries

    for source in sources:
        source.refresh_from_db()
    posts_read = sum(source.received for source in sources)
    found = queries.summaries(actor, watches=watches, sources=sources)
    if as_json:
        write_json(_as_data(found, sources, posts_read))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("watch", "matches", "share", "first", "last"):
        table.add_column(title, justify="right" if title in {"matches", "share"} else "left")
    table.add_column("over time", no_wrap=True)
    for one in sorted(found, key=lambda summary: -summary.total):
        share = f"{one.total / posts_read:.2%}" if posts_read else ""
        first = f"{one.first:%Y-%m-%d}" if one.first else ""
        last = f"{one.last:%Y-%m-%d}" if one.last else ""
        line = sparkline(one.counts)
        table.add_row(plain(one.name), f"{one.total:,}", share, first, last, line)
    people.print(table)
    people.print(_totals(sources, posts_read))


def _totals(sources: Sequence[Source], posts_read: int) -> str:
    broken = sum(source.broken for source in sources)
    replaced = sum(source.replaced for source in sources)
    parts = [f"{posts_read:,} posts read"]
    parts += [f"{broken:,} broken lines kept aside"] if broken else []
    parts += [f"{replaced:,} invalid characters replaced"] if replaced else []
    return ", ".join(parts) + "."


def _as_data(found: Sequence[Any], sources: Sequence[Source], posts_read: int) -> dict[str, Any]:
    return {
        "posts": posts_read,
        "broken": sum(source.broken for source in sources),
        "replaced": sum(source.replaced for source in sources),
        "sources": [source.name for source in sources],
        "watches": [
            {
                "watch": one.name,
                "matches": one.total,
                "share": one.total / posts_read if posts_read else None,
                "first": one.first,
                "last": one.last,
                "counts": one.counts,
            }
            for one in found
        ],
    }
