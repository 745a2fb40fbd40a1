"""Archives and trees: held against the library's reader and the network's own vectors."""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import os
from pathlib import Path
from typing import Any

import libipld
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.connectors.bluesky_repositories.archive import (
    Archive,
    Unreadable,
    decode,
    decode_block,
    entries,
    read_archive,
)
from servers.repository_tree import RAW, archive, cid_of, put, tree, whole

ROOT = Path(__file__).parents[6]
VECTORS = Path(os.environ.get("AUSCULT_DATA", ROOT / "../shared/data")) / "bluesky" / "interop"
needs_vectors = pytest.mark.skipif(
    not VECTORS.exists(), reason=f"the AT Protocol's vectors aren't in {VECTORS}; set AUSCULT_DATA"
)


def vectors(name: str) -> list[Any]:
    path = VECTORS / name
    return json.loads(path.read_text()) if path.exists() else []


def as_json(value: Any) -> Any:
    """Write a decoded value as the protocol writes it in JSON."""
    if isinstance(value, bytes):
        is_link = value[:1] == b"\x01" and len(value) == 36
        text = base64.b64encode(value).decode().rstrip("=")
        return {"$link": libipld.encode_cid(value)} if is_link else {"$bytes": text}
    if isinstance(value, dict):
        return {key: as_json(inner) for key, inner in value.items()}
    return [as_json(inner) for inner in value] if isinstance(value, list) else value


@needs_vectors
@pytest.mark.parametrize("vector", vectors("data-model-fixtures.json"))
def test_blocks_are_read_as_the_data_model_says(vector: Any) -> None:
    block = base64.b64decode(vector["cbor_base64"] + "==")
    assert as_json(decode(block)) == vector["json"]
    assert libipld.encode_cid(cid_of(block)) == vector["cid"]


@needs_vectors
@pytest.mark.parametrize("vector", vectors("commit-proof-fixtures.json"))
def test_trees_of_the_vectors_are_walked(vector: Any) -> None:
    leaf = bytes.fromhex("01711220") + libipld.decode_cid(vector["leafValue"])["hash"]["digest"]
    keys = {*vector["keys"], *vector["adds"]} - {*vector["dels"]}
    blocks: dict[bytes, bytes] = {}
    root = tree(blocks, dict.fromkeys(keys, leaf))
    # The tests' own builder makes the tree that the vector names, so that it can be relied on.
    assert libipld.encode_cid(root) == vector["rootAfterCommit"]
    commit = put(blocks, {"data": root})
    found = list(entries(Archive((commit,), blocks)))
    assert [(path, cid) for path, cid in found] == [(key, leaf) for key in sorted(keys)]


paths = st.text("abcdefgh0123", min_size=1, max_size=12).map(lambda key: f"app.x/{key}")
values = st.dictionaries(st.text(max_size=5), st.integers(-9, 9) | st.text(max_size=9), max_size=3)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(paths, values, max_size=60))
def test_a_repository_gives_all_its_records(records: dict[str, Any]) -> None:
    root, blocks = whole("did:plc:a", "r", records)
    data = archive([root], blocks)
    cut = read_archive(data)
    header, decoded = libipld.decode_car(data)
    assert list(cut.roots) == header["roots"]
    assert {cid: decode(block) for cid, block in cut.blocks.items()} == decoded
    found = {path: decode(cut.blocks[cid]) for path, cid in entries(cut)}
    assert found == records
    assert list(found) == sorted(records)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_what_is_damaged_is_refused_or_read_and_nothing_else(data: st.DataObject) -> None:
    root, blocks = whole("did:plc:a", "r", {f"app.x/{n}": {"n": n} for n in range(20)})
    sent = bytearray(archive([root], blocks))
    for _ in range(data.draw(st.integers(0, 3))):
        sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))
    del sent[data.draw(st.integers(0, len(sent))) :]
    with contextlib.suppress(Unreadable):
        list(entries(read_archive(bytes(sent))))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80))
def test_garbage_is_no_archive(sent: bytes) -> None:
    with pytest.raises(Unreadable):
        list(entries(read_archive(sent)))


def test_one_odd_block_costs_nothing_but_itself() -> None:
    root, blocks = whole("did:plc:a", "r", {"app.x/1": {"n": 1}})
    odd = b"\xff no CBOR"
    cut = read_archive(archive([root], {cid_of(odd): odd, **blocks, cid_of(b"jpg", RAW): b"jpg"}))
    assert [path for path, _ in entries(cut)] == ["app.x/1"]
    with pytest.raises(Unreadable, match="no DAG-CBOR"):
        decode(cut.blocks[cid_of(odd)])


def test_a_tree_that_goes_round_ends() -> None:
    blocks: dict[bytes, bytes] = {}
    name = cid_of(b"the node itself")
    blocks[name] = libipld.encode_dag_cbor({"l": name, "e": []})
    commit = put(blocks, {"data": name})
    with pytest.raises(Unreadable, match="twice"):
        list(entries(Archive((commit,), blocks)))


def test_nodes_that_share_what_is_below_them_are_refused() -> None:
    # Thirty nodes that each name the one below twice would be a thousand million records.
    blocks: dict[bytes, bytes] = {}
    leaf = put(blocks, {"text": "one"})
    node = put(blocks, {"l": None, "e": [{"p": 0, "k": b"app.x/1", "v": leaf, "t": None}]})
    for _ in range(30):
        entry = {"p": 0, "k": b"app.x/2", "v": leaf, "t": node}
        node = put(blocks, {"l": node, "e": [entry]})
    commit = put(blocks, {"data": node})
    found = itertools.islice(entries(Archive((commit,), blocks)), 100)
    with pytest.raises(Unreadable, match="twice"):
        list(found)


def test_a_tree_that_is_only_deep_is_refused() -> None:
    blocks: dict[bytes, bytes] = {}
    node = put(blocks, {"l": None, "e": []})
    for _ in range(5_000):
        node = put(blocks, {"l": node, "e": []})
    commit = put(blocks, {"data": node})
    with pytest.raises(Unreadable, match="too deep"):
        list(entries(Archive((commit,), blocks)))


def test_paths_that_grow_without_end_are_refused() -> None:
    blocks: dict[bytes, bytes] = {}
    leaf = put(blocks, {"text": "one"})
    inner = [{"p": number, "k": b"a", "v": leaf, "t": None} for number in range(5_000)]
    commit = put(blocks, {"data": put(blocks, {"l": None, "e": inner})})
    with pytest.raises(Unreadable, match="path"):
        list(entries(Archive((commit,), blocks)))


def test_one_large_block_can_not_be_every_record() -> None:
    blocks: dict[bytes, bytes] = {}
    leaf = put(blocks, {"text": "x" * (1 << 20)})
    inner = [
        {"p": 0, "k": f"app.x/{number:06}".encode(), "v": leaf, "t": None}
        for number in range(5_000)
    ]
    commit = put(blocks, {"data": put(blocks, {"l": None, "e": inner})})
    with pytest.raises(Unreadable, match="more than"):
        list(entries(Archive((commit,), blocks)))


@pytest.mark.parametrize("odd", [["a list"], {"a": 1}, "a text", 7, None])
def test_a_record_whose_identifier_is_none_is_missing(odd: Any) -> None:
    with pytest.raises(Unreadable, match="missing"):
        decode_block({}, odd)


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"", "cut off"),
        (b"\x05abc", "cut off"),
        (b"\xff" * 12, "without an end"),
        (b"\x01\xa0", "no header"),
    ],
)
def test_what_is_no_archive_is_named(sent: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_archive(sent)


def test_a_missing_block_is_named() -> None:
    root, blocks = whole("did:plc:a", "r", {"app.x/1": {"n": 1}})
    commit = decode(blocks[root])
    del blocks[commit["data"]]
    with pytest.raises(Unreadable, match="missing"):
        list(entries(Archive((root,), blocks)))
