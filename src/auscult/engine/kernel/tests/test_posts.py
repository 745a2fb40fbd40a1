"""A post goes to JSON lines and back unchanged, and a table that doesn't fit is named."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.kernel import posts
from auscult.engine.kernel.clock import FixedClock
from auscult.engine.kernel.errors import Correctable

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
WHOLE = st.integers(min_value=-(2**63), max_value=2**63 - 1)
MOMENT = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def _values(kind: pa.DataType) -> st.SearchStrategy[Any]:
    if pa.types.is_list(kind):
        return st.lists(_values(kind.value_type), max_size=3)
    if pa.types.is_struct(kind):
        return st.fixed_dictionaries({f.name: st.none() | _values(f.type) for f in kind})
    if pa.types.is_timestamp(kind):
        return MOMENT
    simple = {pa.string(): TEXT, pa.int64(): WHOLE, pa.bool_(): st.booleans()}
    return simple.get(kind, st.floats(allow_nan=False, allow_infinity=False))


POST = st.fixed_dictionaries(
    {
        f.name: _values(f.type) if not f.nullable else st.none() | _values(f.type)
        for f in posts.SCHEMA
    }
)
NULLABLE = pa.schema([f.with_nullable(nullable=True) for f in posts.SCHEMA])


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    return posts.conform(pa.Table.from_pylist(rows, schema=NULLABLE))


@settings(max_examples=200, deadline=None)
@given(st.lists(POST, max_size=4))
def test_json_lines_give_back_what_they_were_given(rows: list[dict[str, Any]]) -> None:
    table = _table(rows)
    lines = list(posts.to_jsonl(table))
    assert len(lines) == len(rows)
    assert all(line.count(b"\n") == 1 for line in lines)
    assert posts.from_jsonl(lines).to_pylist() == table.to_pylist()


def test_times_are_written_as_iso_8601_with_z() -> None:
    row = {"uri": "u", "text": "t", "created_at": datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)}
    out = io.BytesIO()
    posts.write_jsonl(_table([row]), out)
    assert out.getvalue() == (
        b'{"uri":"u","created_at":"2026-01-02T03:04:05.000006Z","text":"t"}\n'
    )


def test_conform_fills_orders_and_casts() -> None:
    table = pa.table(
        {
            "text": pa.array(["a", "b"], pa.large_string()),
            "uri": ["1", "2"],
            "other": [1, 2],
            "created_at": pa.array([0, 1], pa.timestamp("s", tz="Europe/Berlin")),
            "author_followers": pa.array([1, None], pa.int32()),
            "engagement": [{"views": 3}, None],
        }
    )
    got = posts.conform(table)
    assert got.schema.equals(posts.SCHEMA)
    assert got.column("author_followers").to_pylist() == [1, None]
    assert got.column("engagement").to_pylist()[0]["views"] == 3
    assert got.column("engagement").to_pylist()[1] is None
    assert posts.conform(got.to_batches()[0]).equals(got)
    assert posts.conform(posts.empty()).num_rows == 0


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"uri": ["u"], "text": ["t"]}, "'created_at' is not that of a post: it is missing"),
        ({"uri": ["u", None]}, "'uri' is not that of a post: row 1 has no value"),
        ({"uri": ["u"], "rating": ["good"]}, "'rating' is not that of a post: string can't be"),
    ],
)
def test_what_does_not_fit_is_named(columns: dict[str, Any], message: str) -> None:
    rows = len(columns["uri"])
    base = {"text": ["t"] * rows, "created_at": pa.array([0] * rows, posts.MOMENT)}
    if "missing" in message:
        base.pop("created_at")
    with pytest.raises(Correctable, match=message) as caught:
        posts.conform(pa.table(base | columns))
    assert "auscult posts schema" in str(caught.value)


@pytest.mark.parametrize("line", [b"", b"[]", b"{", b'{"created_at": "yesterday"}', b"null"])
def test_a_line_that_is_no_post_is_named(line: bytes) -> None:
    good = b'{"uri":"u","text":"t","created_at":"2026-01-01T00:00:00Z"}'
    with pytest.raises(Correctable, match="Line 2 is not a post"):
        posts.from_jsonl([good, line])


def test_every_column_says_what_it_is() -> None:
    described = posts.describe()
    assert [name for name, _, _ in described] == posts.SCHEMA.names
    assert all(about for _, _, about in described)


def test_a_fixed_clock_moves_only_when_it_is_moved() -> None:
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    assert clock.now() == clock.now()
    clock.advance(timedelta(minutes=1))
    assert clock.now() == datetime(2026, 1, 1, 0, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="aware"):
        FixedClock(datetime(2026, 1, 1))  # noqa: DTZ001
