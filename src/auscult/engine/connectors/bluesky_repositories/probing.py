"""Recognising a server of the AT Protocol by its address."""

from __future__ import annotations

from pydantic import ValidationError

from auscult.engine.connectors.bluesky_repositories.config import RepositoriesConfig
from auscult.engine.connectors.live import Proposal
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.http import Client, Network
from auscult.engine.kernel.words import gettext as _

WITHIN = 5.0  # seconds for each of two questions
# Servers of the large public network: what is said there is read from its own streams.
PUBLIC = ("bsky.network", "bsky.social", "bsky.app")
SERVER, RELAY = 0.9, 0.8


def proposals(address: str, network: Network) -> tuple[Proposal, ...]:
    """Return the source that an address leads to, if it is one of this kind."""
    try:
        config = RepositoriesConfig(host=address)
    except ValidationError:
        return ()
    name = config.host.rpartition("://")[2]
    host = name.partition(":")[0]
    if "." not in host or any(host == one or host.endswith(f".{one}") for one in PUBLIC):
        return ()
    client = network.client(timeout=WITHIN, total=WITHIN)
    try:
        if _answers(client, config, "server.describeServer", "availableUserDomains"):
            return (
                _proposal(
                    config,
                    name,
                    _(
                        "All accounts of the server {name}: posts, likes and reposts as they are made."
                    ),
                    SERVER,
                ),
            )
        if _answers(client, config, "sync.listRepos?limit=1", "repos"):
            return (
                _proposal(
                    config,
                    name,
                    _(
                        "All accounts of the relay {name}: posts, likes and reposts as they are made."
                    ),
                    RELAY,
                ),
            )
    finally:
        client.close()
    return ()


def _answers(client: Client, config: RepositoriesConfig, method: str, field: str) -> bool:
    try:
        said = client.get(f"{config.web}/xrpc/com.atproto.{method}", max_bytes=1 << 20).json()
    except (Remote, Correctable):
        return False
    return isinstance(said, dict) and field in said


def _proposal(config: RepositoriesConfig, name: str, reads: str, confidence: float) -> Proposal:
    return Proposal(
        connector="bluesky-repositories",
        name=name,
        config={"host": config.host},
        reads=reads.format(name=name),
        confidence=confidence,
    )
