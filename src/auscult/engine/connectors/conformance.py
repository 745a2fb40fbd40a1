"""What every connector must keep, as checks to be run over it.

A connector of your own passes when `check` returns. It is given the connector and a
configuration that needs nothing but what the test itself has set up (files, a server on
this machine), and reads that source many times.
"""

from __future__ import annotations

import json
import time
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
from auscult.engine.kernel.posts import SCHEMA

# Far above what a step takes, far below what waiting for another machine would.
LONGEST_STEP = 5.0
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What is known of a source that is read in a check; None: not known.

    Attributes
    ----------
    records, broken : int or None
        How many records it has, and how many of them can't be read.
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
    check_configuration(connector, values)
    batches = read_all(connector, config, None, clock=clock)
    for batch in batches:
        check_batch(batch)
    check_counts(batches, expected or Expected())
    check_capabilities(connector, batches)
    check_rereading(connector, config, batches, clock)
    if connector.capabilities.resume is Resume.EXACT:
        check_resuming(connector, config, batches, clock)
    check_closing(connector, config, clock)


def read_all(
    connector: Connector, config: Settings, snapshot: Snapshot | None, *, clock: Clock
) -> list[Batch]:
    """Read a source until it is finished, or has nothing now if it is live."""
    reader = connector.open(config, snapshot, clock=clock)
    batches = []
    try:
        while not reader.finished:
            batch = take(reader)
            if batch is None:
                break
            assert reader.snapshot() == batch.snapshot, "the reader stands elsewhere than its batch"
            batches.append(batch)
    finally:
        reader.close()
    return batches


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
    taken = posts.num_rows + len(batch.broken) + batch.repeated
    assert batch.records == taken, f"{batch.records} records were taken, {taken} accounted for"
    assert batch.replaced >= 0
    assert json.loads(json.dumps(batch.snapshot)) == batch.snapshot, "the snapshot isn't JSON"
    for broken in batch.broken:
        assert broken.location, "a broken record has no location"
        assert broken.reason, "a broken record has no reason"
        assert broken.line >= 0
        assert len(broken.excerpt) <= EXCERPT, "a broken record is shown too long"
    for covered in batch.coverage:
        assert covered.since <= covered.until, "coverage ends before it starts"
        assert covered.since.tzinfo is not None, "coverage has times without a zone"
        assert 0 < covered.sampled <= 1


def check_counts(batches: list[Batch], expected: Expected) -> None:
    """Hold a source to what is known of it: nothing is lost without being said."""
    records = sum(batch.records for batch in batches)
    broken = sum(len(batch.broken) for batch in batches)
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
    reader = connector.open(config, None, clock=clock)
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
