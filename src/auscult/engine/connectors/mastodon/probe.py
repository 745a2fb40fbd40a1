"""What an address or a handle that a person pasted leads to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from auscult.engine.connectors.live import Proposal
from auscult.engine.connectors.mastodon.accounts import account_id
from auscult.engine.connectors.mastodon.api import Api
from auscult.engine.connectors.mastodon.config import MastodonConfig
from auscult.engine.connectors.mastodon.instance import Instance, discover
from auscult.engine.kernel.clock import SystemClock
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.http import Network

TIMEOUT = 3.0  # seconds an answer may take: some are asked for, and a person waits
_HANDLE = re.compile(r"@?([\w.-]+)@([\w.-]+\.[\w-]+|[\w.-]+:\d+)")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?|[\w.]+:\d+")
_PROFILE = re.compile(r"/(?:@|users/)([\w.-]+(?:@[\w.:-]+)?)(?:/.*)?")
_HASHTAG = re.compile(r"/(?:web/timelines/tag|timelines/tag|tags?|explore/tags)/(\w+)")
_PUBLIC = re.compile(r"/(?:web/timelines/)?public(/local)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """Where to look: an instance, and what of it; nothing: all of it."""

    base: str
    timeline: str = ""


def probe(address: str, *, network: Network) -> tuple[Proposal, ...]:
    """Return the sources that an address leads to, the surest first; see `Connector`."""
    bare = address.strip()
    try:
        lead = _of_handle(bare, network) or _of_address(bare)
        if lead is None:
            return ()
        # Time doesn't matter here but for the limits of an instance.
        api = Api(lead.base, None, network=network, clock=SystemClock(), timeout=TIMEOUT)
        try:
            return _proposals(api, discover(api), lead)
        finally:
            api.close()
    except (Remote, Correctable, ValueError):
        return ()


def _of_address(text: str) -> Lead | None:
    if "://" not in text:
        host = text.partition("/")[0]
        if not _HOST.fullmatch(host):
            return None
        text = f"https://{text}"
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"}:
        return None
    base, path = f"{parts.scheme}://{parts.netloc}", unquote(parts.path).rstrip("/")
    if found := _PROFILE.fullmatch(path):
        return Lead(base=base, timeline=f"@{found[1]}")
    if found := _HASHTAG.fullmatch(path):
        return Lead(base=base, timeline=f"#{found[1]}")
    if found := _PUBLIC.fullmatch(path):
        return Lead(base=base, timeline="local" if found[1] else "public")
    return Lead(base=base) if not path or path in {"/about", "/explore", "/home", "/web"} else None


def _of_handle(text: str, network: Network) -> Lead | None:
    """Find the instance of an account by WebFinger; its domain need not be the instance's."""
    found = _HANDLE.fullmatch(text)
    if found is None:
        return None
    name, domain = found.groups()
    client = network.client(timeout=TIMEOUT)
    try:
        said = client.get(
            f"https://{domain}/.well-known/webfinger", params={"resource": f"acct:{name}@{domain}"}
        )
        home = _home(said.raise_for_status().json()) or f"https://{domain}"
    finally:
        client.close()
    return Lead(base=home, timeline=f"@{name}@{domain}")


def _home(said: Any) -> str:
    links = said.get("links") if isinstance(said, dict) else None
    for link in links if isinstance(links, list) else []:
        if isinstance(link, dict) and link.get("rel") == "self":
            parts = urlsplit(str(link.get("href", "")))
            if parts.scheme in {"http", "https"} and parts.netloc:
                return f"{parts.scheme}://{parts.netloc}"
    return ""


def _proposals(api: Api, instance: Instance, lead: Lead) -> tuple[Proposal, ...]:
    if lead.timeline.startswith("@"):
        account_id(api, lead.timeline[1:])  # which raises where there is none
    if lead.timeline:
        return (_proposal(instance, lead.timeline, 1.0),)
    return tuple(
        _proposal(instance, timeline, confidence)
        for timeline, confidence in (("local", 0.9), ("public", 0.6))
        if not instance.why_closed(
            MastodonConfig(instance=api.base, timelines=(timeline,)).read[0], signed_in=True
        )
    )


def _proposal(instance: Instance, timeline: str, confidence: float) -> Proposal:
    config = MastodonConfig(instance=instance.base, timelines=(timeline,))
    (read,) = config.read
    words = read.described(instance.domain)
    return Proposal(
        connector="mastodon",
        name=read.community(instance.domain),
        config={"instance": instance.base, "timelines": [timeline]},
        reads=f"{words[0].upper()}{words[1:]} ({instance.software} {instance.version}).",
        confidence=confidence,
    )
