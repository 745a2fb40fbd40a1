"""The parser of server-sent events, against a reading of whole streams that is another one."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.engine.connectors.mastodon.events import LARGEST, Event, Parser, TooLarge

DATA = Path(os.environ.get("AUSCULT_DATA", "../shared/data")) / "mastodon"
LINES = st.sampled_from(
    [
        *(b"", b"", b"event: update", b"event:delete", b"event", b"data: {}", b"data:x", b"data"),
        *(b"data:  two", b": thump", b":)", b"id: 4", b"retry: 1", b"\xef\xbb\xbfdata: bom"),
        *(b"data: \xff\xfe", b"data: :colon:", "data: ü".encode(), b"datax: no", b" data: no"),
    ]
)
ENDS = st.sampled_from([b"\n", b"\r\n", b"\r"])
STREAMS = st.lists(st.tuples(LINES, ENDS), max_size=30).map(
    lambda lines: b"".join(line + end for line, end in lines)
)


def whole(stream: bytes) -> list[Event]:
    """Read a whole stream as the standard says, by splitting it."""
    stream = stream.removeprefix(b"\xef\xbb\xbf")
    *lines, _unfinished = re.split(rb"\r\n|\r|\n", stream)
    found: list[Event] = []
    name, data = b"", list[bytes]()
    for line in lines:
        if line == b"":
            if data:
                found.append(Event(name.decode() or "message", b"\n".join(data)))
            name, data = b"", []
        field, _, value = line.partition(b":")
        value = value[1:] if value.startswith(b" ") else value
        if field == b"event":
            name = value
        if field == b"data":
            data.append(value)
    return found


@given(
    STREAMS,
    st.sampled_from([b"", b"data: cut", b"event: x"]),
    st.lists(st.integers(1, 40)),
    st.booleans(),
)
def test_how_a_stream_is_cut_changes_nothing(
    stream: bytes, rest: bytes, sizes: list[int], marked: bool
) -> None:
    stream = (b"\xef\xbb\xbf" if marked else b"") + stream + rest
    parser, found, start = Parser(), list[Event](), 0
    for size in sizes:
        found += parser.feed(stream[start : start + size])
        start += size
    found += parser.feed(stream[start:])
    assert found == whole(stream)


@given(STREAMS)
def test_single_bytes_are_read_like_all_at_once(stream: bytes) -> None:
    parser = Parser()
    found = [event for byte in stream for event in parser.feed(bytes([byte]))]
    assert found == list(Parser().feed(stream)) == whole(stream)


def test_several_lines_of_data_are_joined() -> None:
    parser = Parser()
    assert list(parser.feed(b":)\nevent: update\ndata: a\ndata:  b\n\n:thump\n")) == [
        Event("update", b"a\n b")
    ]
    assert parser.lines == 6


def test_an_event_without_an_end_is_refused() -> None:
    with pytest.raises(TooLarge):
        list(Parser().feed(b"data: " + b"x" * (LARGEST + 1)))
    lines = (b"data: " + b"x" * 100_000 + b"\n") * 20
    with pytest.raises(TooLarge):
        list(Parser().feed(lines))


def test_a_recorded_stream_of_a_real_server() -> None:
    if not DATA.exists():
        pytest.skip(f"there are no recorded answers in {DATA}: set AUSCULT_DATA")
    yaml = pytest.importorskip("yaml")
    tape = yaml.safe_load((DATA / "test_stream_user_direct.yaml").read_text(encoding="utf-8"))
    body = tape["interactions"][-1]["response"]["body"]["string"]
    body = body if isinstance(body, bytes) else body.encode()
    names = [event.name for event in Parser().feed(body)]
    assert names.count("update") == 2
    assert "status.update" in names
    assert names[-1] == "delete"
    assert [event.data for event in Parser().feed(body)][-1] == b"117024236332527350"
