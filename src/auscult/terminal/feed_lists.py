"""`auscult sources import-opml` and `export-opml`: lists of feeds in and out."""

from __future__ import annotations

import sys
from pathlib import Path

from auscult.engine.connectors.feeds import opml
from auscult.engine.kernel.errors import Correctable
from auscult.terminal.archives import owner_of
from auscult.terminal.printing import aside, people, plain, write_json


def take_in(file: Path, *, name: str, archive: Path | None, as_json: bool) -> None:
    """Add the feeds of a list to the source of a name, made where it isn't there."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise Correctable(
            f"{file} can't be read: {error.strerror}.",
            code="file-unreadable",
            field="FILE",
            hint="Name a file that a feed reader exported as OPML.",
        ) from error
    outlines = opml.parse(data)
    actor = owner_of(archive)
    from auscult.web.sources.feed_lists import add_feeds

    added = add_feeds(actor, name=name, outlines=outlines)
    if as_json:
        write_json(
            {"name": name, "feeds": added.total, "new": added.new, "left_out": outlines.left_out}
        )
        return
    people.print(f"[bold]{plain(name)}[/] reads {added.total:,} feeds, {added.new:,} of them new.")
    for one in outlines.left_out:
        aside.print(f"Left out: {plain(one)}")


def give_out(*, archive: Path | None) -> None:
    """Write every feed that is read to standard output."""
    actor = owner_of(archive)
    from auscult.web.sources.feed_lists import outlines_of

    sys.stdout.buffer.write(opml.write(outlines_of(actor)))
