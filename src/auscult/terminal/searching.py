"""`auscult search` and `auscult forget`: finding mentions, and removing them for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from rich.text import Text

from auscult.engine.kernel.errors import Correctable
from auscult.engine.query.parse import parse
from auscult.terminal.archives import owner_of
from auscult.terminal.printing import aside, people, plain, write_json, write_json_lines

if TYPE_CHECKING:
    from auscult.web.listening.reading import Mentioned

PAGE = 500
SHOWN = 20  # where nobody says how many


def moment(given: str | None, field: str) -> datetime | None:
    """Read a day or a moment; without a zone it is UTC.

    Raises
    ------
    Correctable
        It is neither.
    """
    if given is None:
        return None
    try:
        read = datetime.fromisoformat(given)
    except ValueError as error:
        raise Correctable(
            f"{field} {given!r} is no day and no moment.",
            code="not-a-moment",
            field=field,
            hint="Write 2026-09-01 or 2026-09-01T14:30Z.",
        ) from error
    return read if read.tzinfo else read.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is searched for; `limit` is None where nobody said how many."""

    text: str
    since: datetime | None
    until: datetime | None
    limit: int | None
    order: Literal["newest", "relevance"]


def search(wanted: Wanted, *, archive: Path | None, as_json: bool) -> None:
    """Print the mentions that a query is true of."""
    actor = owner_of(archive)
    from auscult.web.listening import queries
    from auscult.web.listening.reading import Filters

    query = parse(wanted.text, vocabulary=queries.vocabulary())
    filters = Filters(since=wanted.since, until=wanted.until)
    limit = SHOWN if wanted.limit is None else wanted.limit
    left, after = limit, None
    while left > 0:
        page = queries.search(
            actor, query, filters=filters, order=wanted.order, limit=min(PAGE, left), after=after
        )
        _print_hits(page.hits, as_json=as_json)
        left, after = left - len(page.hits), page.after
        if after is None or wanted.order == "relevance":
            break
    if left == limit and not as_json:
        aside.print("No mention in the archive matches.")


def export(
    wanted: Wanted, place: Path, *, archive: Path | None, with_authors: bool, as_json: bool
) -> None:
    """Write the mentions that a query is true of to files, and say which."""
    actor = owner_of(archive)
    from auscult.web.listening import exporting, queries
    from auscult.web.listening.reading import Filters

    query = parse(wanted.text, vocabulary=queries.vocabulary())
    done = exporting.export(
        actor,
        query,
        place,
        filters=Filters(since=wanted.since, until=wanted.until),
        order=wanted.order,
        limit=wanted.limit,
        with_authors=with_authors,
    )
    if as_json:
        files = [str(file) for file in done.files]
        write_json({"posts": done.posts, "complete": done.complete, "files": files})
        return
    more = "" if done.complete else " There are more of them."
    people.print(f"{done.posts:,} posts exported.{more}")
    for file in done.files:
        people.print(plain(str(file)))


def _print_hits(hits: Sequence[Mentioned], *, as_json: bool) -> None:
    if as_json:
        write_json_lines([_as_data(hit) for hit in hits])
        return
    for hit in hits:
        head = (
            f"[dim]{hit.created_at:%Y-%m-%d %H:%M}[/]  {plain(hit.community or hit.source or '')}"
        )
        people.print(f"{head}  [dim]{plain(hit.uri)}[/]")
        if hit.title:
            people.print(_marked(hit.title, hit, "title"))
        people.print(_marked(hit.text, hit, "text"))


def _marked(text: str, hit: Mentioned, field: str) -> Text:
    """Return the text with what was hit in bold."""
    marked = Text(text)
    for where, start, end in hit.spans:
        if where == field:
            marked.stylize("bold reverse", start, end)
    return marked


def _as_data(hit: Mentioned) -> dict[str, Any]:
    """Return a hit as the exchange format has it, with `spans`."""
    from auscult.engine.kernel.posts import SCHEMA

    data = {name: getattr(hit, name) for name in SCHEMA.names}
    kept = {name: value for name, value in data.items() if value not in (None, (), {})}
    for name in ("created_at", "collected_at"):
        if name in kept:
            kept[name] = kept[name].isoformat().replace("+00:00", "Z")
    spans = [{"field": field, "start": start, "end": end} for field, start, end in hit.spans]
    return {**kept, "spans": spans}


def forget(
    uris: Sequence[str],
    *,
    authors: Sequence[str],
    reason: str,
    archive: Path | None,
    as_json: bool,
) -> None:
    """Remove posts, or all of an author's, everywhere, and say what was removed."""
    if not uris and not authors:
        raise Correctable(
            "Nothing was named to forget.",
            code="nothing-named",
            field="URI",
            hint="Name posts by their uri, or an author with --author.",
        )
    actor = owner_of(archive)
    from auscult.web.listening import actions

    done = actions.forget(actor, uris=uris, authors=authors, reason=reason or "command line")
    traceless = done.traceless
    if not traceless:
        with aside.status("Overwriting unused parts of a large database"):
            traceless = actions.finish_forgetting(actor)
    if as_json:
        write_json({"mentions": done.mentions, "lake": done.lake, "traceless": traceless})
        return
    people.print(
        f"Forgotten: {done.mentions:,} mentions, {done.lake:,} posts of the lake. "
        "They stay away when a source delivers them again."
    )
    if not traceless:
        aside.print(
            "Another process still reads old pages of the database: they are overwritten "
            "when that ends, or by the same command once more."
        )
