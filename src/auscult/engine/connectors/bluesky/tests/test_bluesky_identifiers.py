"""Names of the AT Protocol against its own vectors, and what a person pastes."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from auscult.engine.connectors.base import configure
from auscult.engine.connectors.bluesky import Bluesky, BlueskyConfig
from auscult.engine.connectors.bluesky.identifiers import (
    account_in,
    is_address,
    is_did,
    is_handle,
)
from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.http import Network

DATA = Path(os.environ.get("AUSCULT_DATA", Path(__file__).parents[6] / "../shared/data"))
VECTORS = DATA / "bluesky" / "interop"


def lines(name: str) -> list[str]:
    text = (VECTORS / name).read_text(encoding="utf-8")
    return [line for line in text.split("\n") if line and not line.startswith("#")]


@pytest.mark.skipif(
    not VECTORS.exists(), reason=f"The vectors aren't in {VECTORS}; AUSCULT_DATA says where"
)
@pytest.mark.parametrize(
    ("kind", "accepts"), [("did", is_did), ("handle", is_handle), ("aturi", is_address)]
)
def test_the_vectors_of_the_protocol(kind: str, accepts: Callable[[str], bool]) -> None:
    valid, invalid = lines(f"{kind}_syntax_valid.txt"), lines(f"{kind}_syntax_invalid.txt")
    assert len(valid) > 5
    assert len(invalid) > 5
    assert [text for text in valid if not accepts(text)] == []
    assert [text for text in invalid if accepts(text)] == []


@pytest.mark.parametrize(
    ("pasted", "account"),
    [
        ("https://bsky.app/profile/mayoclinic.org", "mayoclinic.org"),
        ("https://bsky.app/profile/did:plc:abc/post/3kx?ref=x", "did:plc:abc"),
        ("bsky.app/profile/Mayo.bsky.social/", "mayo.bsky.social"),
        (" @mayo.bsky.social ", "mayo.bsky.social"),
        ("at://did:web:example.org/app.bsky.feed.post/3k", "did:web:example.org"),
        ("did:plc:abc", "did:plc:abc"),
        ("https://example.org/profile/mayo.bsky.social", ""),
        ("https://bsky.app/search?q=flu", ""),
        ("https://[::1", ""),
        ("@mayo", ""),
        ("", ""),
    ],
)
def test_an_account_is_found_in_what_is_pasted(pasted: str, account: str) -> None:
    assert account_in(pasted) == account


@pytest.mark.parametrize(
    ("pasted", "hosts"),
    [
        ("Bluesky", None),
        ("https://bsky.app/", None),
        (
            "wss://jetstream2.us-west.bsky.network/subscribe",
            "wss://jetstream2.us-west.bsky.network",
        ),
        ("jetstream.hospital.example", "wss://jetstream.hospital.example"),
        (
            "ws://10.0.0.5:6008/xrpc/network.bsky.jetstream.subscribeEvents",
            "ws://10.0.0.5:6008",
        ),
    ],
)
def test_the_stream_is_proposed_for_its_names(pasted: str, hosts: str | None) -> None:
    [proposal] = Bluesky().probe(pasted, network=Network())
    assert proposal.connector == "bluesky"
    assert proposal.config == ({"hosts": [hosts]} if hosts else {})
    configure(BlueskyConfig, proposal.config)


@pytest.mark.parametrize("pasted", ["", "https://example.org", "bluesky jazz", "mayo.bsky.social"])
def test_what_is_not_the_stream_is_not_recognised(pasted: str) -> None:
    assert Bluesky().probe(pasted, network=Network()) == ()


def test_a_configuration_says_what_is_wrong_with_it() -> None:
    with pytest.raises(Correctable, match=r"no address of a Jetstream server.*wss://jetstream"):
        configure(BlueskyConfig, {"hosts": ["ftp://x"]})
    with pytest.raises(Correctable, match=r"'mayo' is no DID"):
        configure(BlueskyConfig, {"authors": ["mayo"]})
    with pytest.raises(Correctable, match="at least 1"):
        configure(BlueskyConfig, {"hosts": []})
    config = configure(BlueskyConfig, {"hosts": "https://a.example/subscribe, b.example"})
    assert config.hosts == ("wss://a.example", "wss://b.example")


def test_a_few_authors_may_be_silent_and_everybody_not() -> None:
    few, many = (tuple(f"did:plc:{n}" for n in range(count)) for count in (100, 101))
    assert BlueskyConfig().patience == 120
    assert BlueskyConfig(authors=few).patience == math.inf
    assert BlueskyConfig(authors=many).patience == 120


def test_what_is_said_of_the_source() -> None:
    everything = Bluesky().about(BlueskyConfig(engagement=True))
    assert everything.reads.startswith("Every post on Bluesky, with likes and reposts")
    assert everything.costs == (
        "No money; about 0.7 GB of traffic a day without likes and reposts, which take several "
        "times as much."
    )
    plain = Bluesky().about(BlueskyConfig(compress=False))
    assert plain.costs == "No money; about 2 GB of traffic a day."
    one = Bluesky().about(BlueskyConfig(authors=("did:plc:a",)))
    assert one.reads.startswith("Posts of 1 author on Bluesky")
    some = Bluesky().about(BlueskyConfig(authors=("did:plc:a", "did:plc:b")))
    assert some.reads.startswith("Posts of 2 authors")
    assert some.costs == "Nothing."
