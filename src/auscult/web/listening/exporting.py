"""Mentions as files that are taken along, always with what was covered and how they came about.

`docs/how-to/export-posts.md` says what stands in the files, and what is veiled in them.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from django.db import transaction
from django.utils.crypto import salted_hmac

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.posts import SCHEMA
from auscult.engine.query.parse import Query
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor, Organisation
from auscult.web.accounts.policies import Right, require
from auscult.web.listening import queries
from auscult.web.listening.reading import Filters, Mentioned
from auscult.web.sources.coverage import coverage
from auscult.web.sources.queries import every_source

PAGE = 500
# A spreadsheet takes a cell that begins so for a formula, and posts are written by anybody.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
NAMING = ("uri", "in_reply_to", "quote_of", "repost_of", "root")  # uris say who wrote a post
NOTES = (
    "What was deleted at its source since then is still in this export: write it anew.",
    "Where the coverage has a gap, no post doesn't mean that nothing was said.",
)

Row = dict[str, Any]
Writer = Callable[[Sequence[Row]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written.

    Attributes
    ----------
    complete : bool
        False where a limit left some posts out.
    files : tuple of Path
        Posts, coverage, and what they are about, in this order.
    """

    posts: int
    complete: bool
    files: tuple[Path, ...]


def export(  # noqa: PLR0913 - what is asked for, and how it is written
    actor: Actor,
    query: Query,
    place: Path,
    *,
    filters: Filters | None = None,
    order: Literal["newest", "relevance"] = "newest",
    limit: int | None = None,
    with_authors: bool = False,
) -> Exported:
    """Write the mentions that a query is true of, with their coverage.

    Parameters
    ----------
    place : pathlib.Path
        A file that ends in .csv, .jsonl or .parquet, or a folder, which gets `posts.jsonl`.
        What is there under these names is replaced, once all is written.
    limit : int or None
        At most so many posts; None: all.
    with_authors : bool
        Names, accounts and addresses as the networks have them, for an owner; else
        pseudonyms.

    Raises
    ------
    NotAllowed
        An onlooker exports nothing, and only an owner with authors.
    Correctable
        The place can't be written to.
    """
    require(actor, Right.EXPORT, "export posts")
    if with_authors:
        require(actor, Right.EXPORT_AUTHORS, "export authors' names")
    filters = filters or Filters()
    files = _files(place)
    told = _Told(actor, query, filters, order, limit)
    try:
        files[0].parent.mkdir(parents=True, exist_ok=True)
        _write(actor, told, files, with_authors=with_authors)
    except OSError as error:
        raise Correctable(
            f"'{place}' can't be written: {error.strerror or error}.",
            code="export-place",
            field="export",
            hint="Name a file or a folder in a place that is yours.",
        ) from error
    with transaction.atomic():
        details = {"query": query.text, "posts": told.posts, "authors": with_authors}
        record_audit(actor, action="export-posts", target=files[0].name[:200], details=details)
    return Exported(posts=told.posts, complete=told.complete, files=files)


def _write(
    actor: Actor, told: _Told, files: tuple[Path, Path, Path], *, with_authors: bool
) -> None:
    draft = files[0].with_name(f".{files[0].name}.part")
    try:
        if with_authors:
            draft.touch(mode=0o600)  # names are for whom they were written for
        with ExitStack() as opened:
            write = _WRITERS[files[0].suffix.lower()](draft, opened)
            for page in told.pages():
                write([_row(hit, actor, with_authors=with_authors) for hit in page])
        files[1].write_bytes(_json(_covered(actor, told.filters)))
        files[2].write_bytes(_json(_about(actor, told, with_authors=with_authors)))
        draft.replace(files[0])  # last: posts never stand there without their coverage
    finally:
        draft.unlink(missing_ok=True)


class _Told:
    """The mentions of a query, page by page, with how many there were."""

    def __init__(
        self,
        actor: Actor,
        query: Query,
        filters: Filters,
        order: Literal["newest", "relevance"],
        limit: int | None,
    ) -> None:
        self.query, self.filters, self.order, self.limit = query, filters, order, limit
        self.posts = 0
        self.complete = True
        self._actor = actor

    def pages(self) -> Iterator[tuple[Mentioned, ...]]:
        """Yield the hits of a page after the other."""
        after: int | None = None
        while self.limit is None or self.posts < self.limit:
            most = PAGE if self.limit is None else min(PAGE, self.limit - self.posts)
            page = queries.search(
                self._actor, self.query,
                filters=self.filters, order=self.order, limit=most, after=after,
            )  # fmt: skip
            self.posts += len(page.hits)
            yield page.hits
            after = page.after
            if after is None or self.order == "relevance":
                self.complete = after is None and page.total <= len(page.hits)
                return
        self.complete = False


def _files(place: Path) -> tuple[Path, Path, Path]:
    suffix = place.suffix.lower()
    if place.is_dir() or not suffix:
        return place / "posts.jsonl", place / "coverage.json", place / "about.json"
    if suffix not in _WRITERS:
        raise Correctable(
            f"'{place.name}' ends in {place.suffix}, which Auscult doesn't write.",
            code="export-form",
            field="export",
            hint=f"End it in {', '.join(_WRITERS)}, or name a folder.",
        )
    beside = [place.with_name(f"{place.stem}.{what}.json") for what in ("coverage", "about")]
    return place, beside[0], beside[1]


def _row(hit: Mentioned, actor: Actor, *, with_authors: bool) -> Row:
    """Return a mention as a row of the schema of posts."""
    row = {name: getattr(hit, name) for name in SCHEMA.names}
    row = {name: value if value not in ((), {}) else None for name, value in row.items()}
    return row if with_authors else veiled(row, actor.organisation_id)


def veiled(row: Mapping[str, Any], organisation_id: int) -> Row:
    """Return a post without what names its author, or those that it answers and mentions.

    Authors and posts get pseudonyms, the same ones in every export of this archive, so that
    threads and who often speaks can still be seen. The text stays as it was written.
    """
    bare = dict(row)
    own = bare["uri"] if bare["author"] else None  # a page that names nobody keeps its address
    for name in NAMING:
        if bare[name] is not None and (name != "uri" or own):
            keyed = salted_hmac(
                f"auscult.post.{organisation_id}", bare[name], algorithm="sha256"
            ).hexdigest()
            bare[name] = f"post-{keyed[:16]}"
    if bare["author"]:
        bare["author"] = queries.pseudonym(organisation_id, bare["author"])
    bare["author_name"] = bare["raw_hash"] = None
    if bare["mentions"]:
        bare["mentions"] = [queries.pseudonym(organisation_id, one) for one in bare["mentions"]]
    if bare["links"]:
        bare["links"] = [link for link in bare["links"] if link != own] or None
    if bare["media"]:
        bare["media"] = [{**one, "url": None} for one in bare["media"]]
    return bare


def _as_jsonl(path: Path, opened: ExitStack) -> Writer:
    file = opened.enter_context(path.open("wb"))

    def write(rows: Sequence[Row]) -> None:
        kept = ({name: value for name, value in row.items() if value is not None} for row in rows)
        file.writelines(_line(row) for row in kept)

    return write


def _as_csv(path: Path, opened: ExitStack) -> Writer:
    # The mark at the start tells spreadsheets that it is UTF-8.
    file = opened.enter_context(path.open("w", encoding="utf-8-sig", newline=""))
    table = csv.writer(file)
    table.writerow(SCHEMA.names)

    def write(rows: Sequence[Row]) -> None:
        table.writerows([_cell(value) for value in row.values()] for row in rows)

    return write


def _as_parquet(path: Path, opened: ExitStack) -> Writer:
    file = opened.enter_context(pq.ParquetWriter(path, SCHEMA, compression="zstd"))

    def write(rows: Sequence[Row]) -> None:
        file.write_table(pa.Table.from_pylist(rows, schema=SCHEMA))

    return write


_WRITERS: dict[str, Callable[[Path, ExitStack], Writer]] = {
    ".csv": _as_csv,
    ".jsonl": _as_jsonl,
    ".parquet": _as_parquet,
}


def _cell(value: Any) -> str:
    """Return a value as a cell: lists as JSON, nothing that a spreadsheet would execute."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    if isinstance(value, Mapping | Sequence):
        return orjson.dumps(value).decode()
    return _moment(value) if isinstance(value, datetime) else str(value)


def _line(row: Row) -> bytes:
    return orjson.dumps(row, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)


def _moment(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z)


def _covered(actor: Actor, filters: Filters) -> dict[str, Any]:
    """Return what was read of the time that was asked for."""
    stretches = coverage(actor, since=filters.since, until=filters.until, source_id=filters.source)
    return {
        "since": filters.since,
        "until": filters.until,
        "coverage": [one.as_data() for one in stretches],
    }


def _about(actor: Actor, told: _Told, *, with_authors: bool) -> dict[str, Any]:
    """Return how an export came about."""
    filters = told.filters
    sources: Iterable[Any] = every_source(actor).order_by("name")
    return {
        "organisation": Organisation.objects.get(pk=actor.organisation_id).name,
        "written_at": actor.clock.now(),
        "written_by": f"Auscult {version('auscult')}",
        "query": told.query.text,
        "filters": {
            "since": filters.since,
            "until": filters.until,
            "source": filters.source,
            "watch": filters.watch,
            "language": filters.language,
        },
        "order": told.order,
        "limit": told.limit,
        "posts": told.posts,
        "complete": told.complete,
        "authors": "as the networks have them" if with_authors else "pseudonyms",
        "sources": [
            {"name": one.name, "kind": one.connector, "days_kept": one.ttl_days} for one in sources
        ],
        "notes": list(NOTES),
    }
