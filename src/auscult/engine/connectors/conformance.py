"""What every connector must keep, as checks to be run over it.

A connector of your own passes when `check` returns. It is given the connector and a
configuration that needs nothing but what the test itself has set up (files, a server on
this machine), and reads that source many times.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from auscult.engine.connectors.base import (
    EXCERPT,
    Batch,
    Connector,
    Reader,
    Resume,
    Settings,
    Snapshot,
    configure,
    find,
)
from auscult.engine.kernel.clock import Clock, FixedClock
from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.http import Network, Reach
from auscult.engine.kernel.posts import SCHEMA

# Far above what a step takes, far below what waiting for another machine would.
LONGEST_STEP = 5.0
LONGEST_WAIT = 20.0  # seconds in which a live source must have given what it has
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
# The servers of tests are on this machine.
HERE = Network(Reach(("127.0.0.1",)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What is known of a source that is read in a check; None: not known.

    Attributes
    ----------
    records, broken : int or None
        How many records it has, and how many of them can't be read. A live source is read
        until it has given so many, so that they must be known.
    """

    records: int | None = None
    broken: int | None = None


def check(connector: Connector, values: dict[str, Any], expected: Expected | None = None) -> None:
    """Run every check over one source.

    Parameters
    ----------
    connector : Connector
        The connector.
    values : dict
        Its configuration, as a person would give it.
    expected : Expected or None
        What the source is known to hold.

    Raises
    ------
    AssertionError
        A check failed; the message says which promise was broken.
    """
    clock = FixedClock(NOON)
    config = configure(connector.Config, values)
    known = expected or Expected()
    check_configuration(connector, values)
    check_words(connector, config)
    batches = read_all(connector, config, None, clock=clock, until=_complete(connector, known))
    for batch in batches:
        check_batch(batch)
    check_snapshots(batches)
    check_counts(connector, batches, known)
    check_capabilities(connector, batches)
    if connector.capabilities.live:
        check_replaying(connector, config, batches, clock)
    else:
        check_rereading(connector, config, batches, clock)
    if connector.capabilities.resume is Resume.EXACT:
        check_resuming(connector, config, batches, clock)
    check_closing(connector, config, clock)


Until = Callable[[list[Batch]], bool]


def read_all(
    connector: Connector,
    config: Settings,
    snapshot: Snapshot | None,
    *,
    clock: Clock,
    until: Until | None = None,
) -> list[Batch]:
    """Read a source until it is finished, or has given what is waited for.

    Parameters
    ----------
    until : callable, optional
        Whether these batches are all; without it, a source that has nothing now has given all.
    """
    reader = connector.open(config, snapshot, clock=clock, network=HERE)
    batches: list[Batch] = []
    deadline = time.monotonic() + LONGEST_WAIT
    try:
        while not (reader.finished or (until is not None and until(batches))):
            batch = take(reader)
            if batch is not None:
                assert reader.snapshot() == batch.snapshot, "the reader isn't where its batch is"
                batches.append(batch)
            elif until is None or time.monotonic() > deadline:
                break
            else:
                time.sleep(0.005)
    finally:
        reader.close()
    return batches


def _complete(connector: Connector, expected: Expected) -> Until | None:
    if not connector.capabilities.live:
        return None
    assert expected.records is not None, "a live source goes on: say how many records to wait for"
    wanted = expected.records
    return lambda batches: sum(batch.records for batch in batches) >= wanted


def take(reader: Reader) -> Batch | None:
    """Take one step, which must not wait."""
    begun = time.monotonic()
    batch = reader.next_batch()
    took = time.monotonic() - begun
    assert took < LONGEST_STEP, f"next_batch blocked for {took:.1f} s"
    return batch


def check_configuration(connector: Connector, values: dict[str, Any]) -> None:
    """Hold a connector to its name, and to refusing what it doesn't know."""
    assert find(connector.name).name == connector.name, "the entry point has another name"
    assert connector.title, "a person must be able to read what it is"
    error = _refusal(connector, values | {"no_such_field": 1})
    assert error is not None, "an unknown field of the configuration was accepted"
    assert error.field == "no_such_field", f"the message names {error.field!r} instead"
    known = next(iter(connector.Config.model_fields))
    assert known in error.hint, "the message doesn't say which fields there are"


def check_words(connector: Connector, config: Settings) -> None:
    """Hold a connector to saying what it reads, and to recognising only what is its own."""
    about = connector.about(config)
    assert about.reads, "a person must be told what is read"
    assert about.how_often, "a person must be told how often it is read"
    assert about.costs, "a person must be told what it costs"
    assert connector.probe("no address at all", network=HERE) == (), "nonsense was recognised"


def check_batch(batch: Batch) -> None:
    """Hold one batch to the contract."""
    posts = batch.posts
    assert isinstance(posts, pa.Table), f"posts are a {type(posts).__name__}"
    assert posts.schema.equals(SCHEMA), "posts don't have the schema of posts"
    posts.validate(full=True)
    for field in SCHEMA:
        nulls = posts.column(field.name).null_count
        assert field.nullable or not nulls, f"{nulls} posts have no {field.name}"
    uris = posts.column("uri")
    assert len(uris.unique()) == len(uris), "a uri stands more than once in a batch"
    taken = posts.num_rows + len(batch.broken) + batch.broken_more + batch.repeated
    assert batch.records == taken, f"{batch.records} records were taken, {taken} accounted for"
    assert batch.replaced >= 0
    assert json.loads(json.dumps(batch.snapshot)) == batch.snapshot, "the snapshot isn't JSON"
    assert set(batch.aliases) <= set(uris.to_pylist()), "an alias belongs to no post of its batch"
    for broken in batch.broken:
        assert broken.location, "a broken record has no location"
        assert broken.reason, "a broken record has no reason"
        assert broken.line >= 0
        assert len(broken.excerpt) <= EXCERPT, "a broken record is shown too long"
    for covered in batch.coverage:
        assert covered.since <= covered.until, "coverage ends before it starts"
        assert covered.since.tzinfo is not None, "coverage has times without a zone"
        assert 0 < covered.sampled <= 1


def check_snapshots(batches: list[Batch]) -> None:
    """Hold batches to snapshots of their own: the archive names a batch by where it begins."""
    begins = [json.dumps(batch.snapshot, sort_keys=True) for batch in batches]
    assert len(set(begins)) == len(begins), "two batches begin at the same snapshot"


def check_counts(connector: Connector, batches: list[Batch], expected: Expected) -> None:
    """Hold a source to what is known of it: nothing is lost without being said."""
    records = sum(batch.records for batch in batches)
    broken = sum(len(batch.broken) + batch.broken_more for batch in batches)
    if connector.capabilities.live:  # which may say things twice
        assert records >= (expected.records or 0), f"{records} records, not {expected.records}"
    else:
        assert expected.records in {None, records}, f"{records} records, not {expected.records}"
    assert expected.broken in {None, broken}, f"{broken} broken records, not {expected.broken}"


def check_capabilities(connector: Connector, batches: list[Batch]) -> None:
    """Hold a connector to its capabilities: it does nothing that it says it can't."""
    can = connector.capabilities
    deleted = [deletion for batch in batches for deletion in batch.deleted]
    assert can.deletions or not any(d.uri for d in deleted), "posts were deleted"
    assert can.account_deletions or not any(d.author for d in deleted), "authors were deleted"
    if not can.engagement:
        counts = [batch.posts.column("engagement") for batch in batches]
        assert all(c.null_count == len(c) for c in counts), "engagement was given"
    if can.resume is not Resume.REPLAY:
        assert can.replay_window is None, "a replay window without a replay"
    assert can.network or not can.needs_login, "a login without a network"


def check_rereading(
    connector: Connector, config: Settings, batches: list[Batch], clock: Clock
) -> None:
    """Hold uris to being stable: a second reading gives the same posts."""
    again = read_all(connector, config, None, clock=clock)
    assert _posts(again).equals(_posts(batches)), "a second reading gives other posts"


def check_replaying(
    connector: Connector, config: Settings, batches: list[Batch], clock: Clock
) -> None:
    """Hold a live source to its snapshots: from each of them it comes to the same end."""
    whole = standing(batches)
    replayed = connector.capabilities.resume is Resume.REPLAY
    for cut in range(len(batches) if replayed else 1):
        stored = json.loads(json.dumps(batches[cut - 1].snapshot)) if cut else None
        before = batches[:cut]

        def ended(rest: list[Batch], before: list[Batch] = before) -> bool:
            return standing([*before, *rest]) == whole

        rest = read_all(connector, config, stored, clock=clock, until=ended)
        again = standing([*before, *rest])
        assert again == whole, f"cut after {cut} batches, it ends otherwise: {again ^ whole}"


def standing(batches: list[Batch]) -> set[tuple[str, str]]:
    """Return uri and text of the posts that stand after these batches."""
    posts: dict[str, tuple[str, str]] = {}  # uri to author and text
    named: dict[str, str] = {}  # alias to uri
    for batch in batches:
        named.update({alias: uri for uri, alias in batch.aliases.items()})
        table = batch.posts
        columns = [table.column(name).to_pylist() for name in ("uri", "author", "text")]
        came = {uri: (author, text) for uri, author, text in zip(*columns, strict=True)}
        posts = {u: p for u, p in posts.items() if p[0] not in batch.renewed} | came
        uris = {one.uri or named.get(one.alias or "") for one in batch.deleted}
        authors = {one.author for one in batch.deleted if one.author}
        posts = {u: p for u, p in posts.items() if u not in uris and p[0] not in authors}
    return {(uri, text) for uri, (_, text) in posts.items()}


def check_resuming(
    connector: Connector, config: Settings, batches: list[Batch], clock: Clock
) -> None:
    """Hold a snapshot to its promise, at every cut: nothing is lost and nothing comes twice."""
    whole = _posts(batches)
    for cut in range(len(batches) + 1):
        stored = json.loads(json.dumps(batches[cut - 1].snapshot)) if cut else None
        rest = read_all(connector, config, stored, clock=clock)
        together = [*batches[:cut], *rest]
        assert _posts(together).equals(whole), f"cut after {cut} batches, other posts come"
        assert _asides(together) == _asides(batches), f"cut after {cut} batches, asides differ"
        if rest:
            assert rest[-1].snapshot == batches[-1].snapshot, "the ends differ"


def check_closing(connector: Connector, config: Settings, clock: Clock) -> None:
    """Hold `close` to being final and harmless."""
    reader = connector.open(config, None, clock=clock, network=HERE)
    take(reader)
    before = reader.snapshot()
    reader.close()
    reader.close()
    assert reader.snapshot() == before, "closing moved the reader"
    if not connector.capabilities.live:
        progress = reader.progress
        assert progress.total is not None, "a source with an end doesn't know its size"
        assert 0 <= progress.done <= progress.total, "more was read than there is"


def _refusal(connector: Connector, values: dict[str, Any]) -> Correctable | None:
    try:
        configure(connector.Config, values)
    except Correctable as error:
        return error
    return None


def _posts(batches: list[Batch]) -> pa.Table:
    tables = [batch.posts for batch in batches] or [SCHEMA.empty_table()]
    return pa.concat_tables(tables).combine_chunks()


def _asides(batches: list[Batch]) -> tuple[Any, ...]:
    return (
        [broken for batch in batches for broken in batch.broken],
        [deletion for batch in batches for deletion in batch.deleted],
        [covered for batch in batches for covered in batch.coverage],
        sum(batch.repeated for batch in batches),
        sum(batch.replaced for batch in batches),
    )
