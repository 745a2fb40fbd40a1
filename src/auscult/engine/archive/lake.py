"""The lake: samples of everything that the sources send, kept for norms and backfill."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from auscult.engine.archive import compact, forget, write
from auscult.engine.archive.errors import LakeError
from auscult.engine.archive.layout import SEGMENT_ROWS, Folder
from auscult.engine.archive.scan import EVER, NEVER, Scan, Wanted
from auscult.engine.archive.segments import Store, Terms
from auscult.engine.kernel.posts import SCHEMA
from auscult.engine.query.nominate import Need


class Lake:
    """Posts in Parquet segments below one folder.

    Any number of processes may use the same folder. Writers (`write`, `forget`, `expire`,
    `compact`) take turns by a file lock; readers (`scan`, `counts`) need none and see the
    lake as of a moment during the call. What a call has acknowledged survives a crash.

    Parameters
    ----------
    folder : pathlib.Path
        Made by the first write.
    terms : callable, optional
        Given posts, returns a post's index terms, separated by spaces, one string a post
        (`matching.index_terms`). Needed by writers that want scans to skip row groups by
        what a query needs.

    Examples
    --------
    >>> import tempfile
    >>> from datetime import datetime, timezone
    >>> posts = pa.table({
    ...     "uri": ["a", "b"],
    ...     "created_at": pa.array([datetime(2026, 3, 1, 9, tzinfo=timezone.utc)] * 2),
    ...     "text": ["long wait", "kind nurse"],
    ... })
    >>> lake = Lake(Path(tempfile.mkdtemp()))
    >>> lake.write(posts, source="files", key="1")
    2
    >>> lake.forget(["a"])
    1
    >>> [table["uri"].to_pylist() for table in lake.scan(columns=["uri"])]
    [['b']]
    """

    def __init__(self, folder: Path, *, terms: Terms | None = None) -> None:
        self._store = Store(Folder(Path(folder)), terms)

    def write(self, posts: pa.Table, *, source: str, key: str) -> int:
        """Take in a batch, whole and durably, or not at all.

        Parameters
        ----------
        posts : pyarrow.Table
            Of `kernel.posts.SCHEMA`; columns that may be null may be absent.
        source : str
            The source's own name: what `expire` and `scan` know it by.
        key : str
            Names the batch within its source, determined by the source's snapshot. Writing
            the same key again replaces the earlier delivery; the newest 256 keys of a
            source are known even after compaction.

        Returns
        -------
        int
            Posts kept: those that were forgotten before stay away.

        Raises
        ------
        LakeError
            The posts don't fit the schema, or `key` or `source` is empty.
        """
        if not key or not source:
            raise LakeError(
                f"A batch has a source and a key, not {source!r} and {key!r}.",
                code="lake-batch",
                field="source" if not source else "key",
                hint="Make the key from the source's snapshot.",
            )
        kept = write.write(self._store, posts, source=source, key=key)
        if compact.crowded(self._store.folder.read(), source):
            compact.compact_source(self._store, source)
        return kept

    def scan(  # noqa: PLR0913 - each narrows the scan by itself
        self,
        *,
        sources: Sequence[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        languages: Sequence[str] | None = None,
        columns: Sequence[str] | None = None,
        need: Need | None = None,
        after: str = "",
        rows: int = 131_072,
    ) -> Scan:
        """Return an iterator of tables, newest first within each source.

        Parameters
        ----------
        sources : sequence of str, optional
            Only these; all by default.
        since, until : datetime, optional
            From `since` to before `until`, by `created_at`; with a time zone.
        languages : sequence of str, optional
            Only posts in these: `en` also takes `en-GB`.
        columns : sequence of str, optional
            What to read; fewer are faster.
        need : Need, optional
            Row groups in which no post can meet it are skipped (`query/nominate.py`). The
            tables still hold posts that don't: the matcher decides.
        after : str
            The `position` of an earlier scan with the same arguments: continue behind it.
        rows : int
            At most so many rows a table.

        Returns
        -------
        Scan
            Yields `pyarrow.Table`; has `position` and `share_done`. No order within a table.
        """
        wanted = Wanted(
            sources=None if sources is None else tuple(sources),
            since=EVER if since is None else _moment(since, "since"),
            until=NEVER if until is None else _moment(until, "until"),
            languages=None if languages is None else tuple(languages),
            columns=None if columns is None else _known(columns),
            need=need,
            rows=rows,
        )
        return Scan(self._store, wanted, after)

    def counts(
        self,
        by: Sequence[str],
        *,
        sources: Sequence[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> pa.Table:
        """Count posts by hour, day, source, community, author, language, country or hashtag.

        Returns
        -------
        pyarrow.Table
            The keys, named as in `by`, and `posts`; ordered by the keys, or, with `limit`,
            only the rows with most posts, by number.
        """
        # DuckDB takes 16 MB, which a process that only listens shall not have to have.
        from auscult.engine.archive import counts  # noqa: PLC0415

        wanted = Wanted(
            sources=None if sources is None else tuple(sources),
            since=EVER if since is None else _moment(since, "since"),
            until=NEVER if until is None else _moment(until, "until"),
        )
        return counts.counts(self._store, by, wanted, limit)

    def forget(
        self, uris: Sequence[str], authors: Sequence[str] = (), *, erase: bool = True
    ) -> int:
        """Forget posts by uri and everything of authors; returns how many posts are gone.

        When it returns, no read gives them, and they stay away if they are delivered again.
        Where few posts have to be written anew for it, they are also gone from the disk;
        else, or without `erase`, `compact` erases them. A stream that takes posts back all
        the time is followed with `hide`.
        """
        return forget.forget(self._store, uris, authors, erase=erase)

    def hide(self, uris: Sequence[str], authors: Sequence[str] = ()) -> None:
        """Forget posts and authors for whoever reads and writes; `erase` does the rest.

        It looks at no segment, so that it costs the same however large the lake is.
        """
        forget.hide(self._store, uris, authors)

    def erase(self, at_most: int = SEGMENT_ROWS) -> bool:
        """Take what was hidden from the disk, writing at most so many posts anew.

        Segments with few posts come first. To be called some times a minute where posts are
        taken back all the time; `compact` takes on what is left.

        Returns
        -------
        bool
            Whether nothing is left.
        """
        return forget.erase(self._store, at_most)

    def expire(self, source: str, before: datetime) -> int:
        """Drop the posts of a source that are older than `before`; returns how many."""
        return forget.expire(self._store, source, _moment(before, "before"))

    def compact(self) -> compact.Report:
        """Merge small segments and erase what was forgotten; to be run at least daily."""
        return compact.compact(self._store)

    @property
    def rows(self) -> int:
        """Posts in the lake, by the newest manifest."""
        return sum(s.rows - s.dead_rows for s in self._store.folder.read().segments)

    @property
    def size(self) -> int:
        """Bytes on disk, everything included."""
        return sum(path.stat().st_size for path in self._store.folder.path.rglob("*.*"))

    @property
    def sources(self) -> list[str]:
        """Names of the sources that have posts in the lake."""
        return sorted({segment.source for segment in self._store.folder.read().segments})


def _known(columns: Sequence[str]) -> tuple[str, ...]:
    if unknown := set(columns) - set(SCHEMA.names):
        raise LakeError(
            f"Posts have no column {', '.join(sorted(unknown))}.",
            code="scan-columns",
            field="columns",
            hint=f"Valid are {', '.join(SCHEMA.names)}.",
        )
    return tuple(columns)


def _moment(value: datetime, field: str) -> int:
    if value.tzinfo is None:
        raise LakeError(
            f"{value} has no time zone.",
            code="naive-time",
            field=field,
            hint="Use a datetime with tzinfo, such as datetime.UTC.",
        )
    return int(pa.scalar(value, pa.timestamp("us", tz="UTC")).cast(pa.int64()).as_py())
