"""Repositories as their own specification builds them: blocks, a tree of records, archives."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import libipld

DAG_CBOR, RAW = 0x71, 0x55


def cid_of(block: bytes, kind: int = DAG_CBOR) -> bytes:
    """Return the identifier of a block: version 1, SHA-256."""
    return bytes([1, kind, 0x12, 32]) + hashlib.sha256(block).digest()


def put(blocks: dict[bytes, bytes], value: Any) -> bytes:
    """Encode a value as a block, and return its identifier."""
    block = libipld.encode_dag_cbor(value)
    cid = cid_of(block)
    blocks[cid] = block
    return cid


def archive(roots: Iterable[bytes], blocks: Mapping[bytes, bytes]) -> bytes:
    """Return blocks as a CAR archive."""
    header = libipld.encode_dag_cbor({"version": 1, "roots": list(roots)})
    sections = [header, *(cid + block for cid, block in blocks.items())]
    return b"".join(_varint(len(section)) + section for section in sections)


def _varint(number: int) -> bytes:
    out = b""
    while number >= 0x80:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def layer(key: str) -> int:
    """Return how high in the tree a key stands: half the leading zero bits of its hash."""
    number = int.from_bytes(hashlib.sha256(key.encode()).digest(), "big")
    return (256 - number.bit_length()) // 2


def tree(blocks: dict[bytes, bytes], records: Mapping[str, bytes]) -> bytes:
    """Build the tree of records, key to CID, and return its root."""
    keys = sorted(records)
    return _node(blocks, records, keys, max(map(layer, keys), default=0))


def _node(
    blocks: dict[bytes, bytes], records: Mapping[str, bytes], keys: list[str], height: int
) -> bytes:
    """Build one node: keys of this height in order, and between them the nodes below."""
    runs: list[list[str]] = [[]]
    own = []
    for key in keys:
        if layer(key) == height:
            own.append(key)
            runs.append([])
        else:
            runs[-1].append(key)
    below = [_node(blocks, records, run, height - 1) if run else None for run in runs]
    entries = []
    previous = ""
    for key, node in zip(own, below[1:], strict=True):
        shared = _shared(previous, key)
        rest = key[shared:].encode()
        entries.append({"p": shared, "k": rest, "v": records[key], "t": node})
        previous = key
    return put(blocks, {"l": below[0], "e": entries})


def _shared(one: str, other: str) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def whole(did: str, rev: str, records: Mapping[str, Any]) -> tuple[bytes, dict[bytes, bytes]]:
    """Return a repository: the CID of its commit, and all its blocks, the commit first."""
    values: dict[bytes, bytes] = {}
    leaves = {path: put(values, value) for path, value in records.items()}
    nodes: dict[bytes, bytes] = {}
    root = tree(nodes, leaves)
    blocks: dict[bytes, bytes] = {}
    commit = {"did": did, "version": 3, "rev": rev, "prev": None, "data": root, "sig": b"signed"}
    cid = put(blocks, commit)
    return cid, {**blocks, **nodes, **values}
