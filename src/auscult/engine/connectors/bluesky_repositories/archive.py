"""Repositories as they travel: archives (CAR) of blocks, and the tree that orders records.

An archive is cut into its blocks without decoding them, so that one that can't be read costs
nothing but itself. No signature and no hash is checked: what a host says is taken as said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

import libipld

Cid: TypeAlias = bytes  # a content's identifier in its binary form
SHA_256 = 0x12
LONGEST_VARINT = 9  # bytes, as multiformats have it
DEEPEST = 64  # levels of a tree; one of a thousand million records has 16
LONGEST_PATH = 1_024  # bytes; the protocol's own bounds are below it
LARGEST = 1 << 30  # bytes of all records of a tree; what is named twice counts twice


class Unreadable(ValueError):
    """What came is no archive, or a part of it isn't there; its text says why."""


class Archive(NamedTuple):
    """An archive.

    Attributes
    ----------
    roots : tuple of bytes
        The commit, first.
    blocks : dict
        Each block by its CID, not decoded.
    """

    roots: tuple[Cid, ...]
    blocks: Mapping[Cid, bytes]


def read_archive(data: bytes) -> Archive:
    """Cut an archive into its blocks.

    Raises
    ------
    Unreadable
        It is none, or was cut off.
    """
    start, end = _section(data, 0)
    header = decode(data[start:end])
    roots = header.get("roots") if isinstance(header, dict) else None
    if not isinstance(roots, list) or not all(isinstance(root, bytes) for root in roots):
        raise Unreadable("an archive has no header")
    blocks: dict[Cid, bytes] = {}
    while end < len(data):
        start, end = _section(data, end)
        body = _after_cid(data, start)
        if body > end:
            raise Unreadable("a block of an archive is shorter than its identifier")
        blocks[data[start:body]] = data[body:end]
    return Archive(tuple(roots), blocks)


def decode(block: bytes) -> Any:
    """Return the value that a block of DAG-CBOR is; links in it are CIDs in bytes.

    Raises
    ------
    Unreadable
        It is none.
    """
    try:
        return libipld.decode_dag_cbor(block)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"a block is no DAG-CBOR: {error}") from error


def decode_block(blocks: Mapping[Cid, bytes], cid: object) -> Any:
    """Return the value of one block; what should name it may be anything.

    Raises
    ------
    Unreadable
        It isn't there, or can't be read.
    """
    if not isinstance(cid, bytes) or cid not in blocks:
        raise Unreadable("a block is missing")
    return decode(blocks[cid])


class Entry(NamedTuple):
    """A record in the tree: its path, `collection/key`, and its block."""

    path: str
    cid: Cid


def entries(archive: Archive) -> Iterator[Entry]:
    """Yield the records of a whole repository, in the order of their paths.

    Raises
    ------
    Unreadable
        A part of the tree is missing, or no tree.
    """
    if not archive.roots:
        raise Unreadable("an archive names no commit")
    commit = decode_block(archive.blocks, archive.roots[0])
    data = commit.get("data") if isinstance(commit, dict) else None
    if not isinstance(data, bytes):
        raise Unreadable("the commit names no tree")
    yield from _Walk(archive.blocks).below(data, 0)


class _Walk:
    """One way through a tree, which takes no longer than its blocks are many.

    Each node is met once: nodes that share what is below them, thirty times over, would be a
    thousand million records in an archive of thirty blocks.
    """

    def __init__(self, blocks: Mapping[Cid, bytes]) -> None:
        self._blocks = blocks
        self._met: set[Cid] = set()
        self._bytes = 0  # of the records

    def below(self, node: Cid, depth: int) -> Iterator[Entry]:
        """Yield what stands below a node: {l: left node, e: [{p: shared, k: rest, v, t: node}]}."""
        if depth > DEEPEST:
            raise Unreadable("the tree of records is too deep")
        value = decode_block(self._blocks, node)
        if node in self._met:
            raise Unreadable("a node of the tree is met twice")
        self._met.add(node)
        try:
            below, inner = value["l"], value["e"]
            if below is not None:
                yield from self.below(below, depth + 1)
            key = b""
            for one in inner:
                key = key[: one["p"]] + one["k"]
                yield self._entry(key, one["v"])
                if one["t"] is not None:
                    yield from self.below(one["t"], depth + 1)
        except (KeyError, TypeError, UnicodeDecodeError) as error:
            raise Unreadable(f"a node of the tree isn't one: {error!r}") from error

    def _entry(self, key: bytes, cid: Cid) -> Entry:
        if len(key) > LONGEST_PATH:
            raise Unreadable(f"a path is longer than {LONGEST_PATH:,} bytes")
        self._bytes += len(self._blocks.get(cid, b""))
        if self._bytes > LARGEST:
            raise Unreadable(f"the records are more than {LARGEST >> 20:,} MiB")
        return Entry(key.decode("ascii"), cid)


def _section(data: bytes, at: int) -> tuple[int, int]:
    """Return where the section at a place begins and ends."""
    length, start = _varint(data, at)
    if start + length > len(data):
        raise Unreadable("an archive was cut off")
    return start, start + length


def _after_cid(data: bytes, at: int) -> int:
    """Return where the CID at a place ends."""
    if data[at : at + 2] == bytes([SHA_256, 32]):  # version 0: a bare hash
        return at + 34
    for _ in ("version", "kind of content", "kind of hash"):
        _, at = _varint(data, at)
    length, at = _varint(data, at)
    return at + length


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return the number at a place, seven bits a byte, and where it ends."""
    value = 0
    for place, byte in enumerate(data[at : at + LONGEST_VARINT]):
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, at + place + 1
    raise Unreadable("an archive was cut off, or has a number without an end")
