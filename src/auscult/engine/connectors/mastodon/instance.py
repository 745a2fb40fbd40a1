"""What an instance says of itself: its software, its limits, what it shows to whom."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from auscult.engine.connectors.mastodon.api import Api
from auscult.engine.connectors.mastodon.errors import Closed
from auscult.engine.connectors.mastodon.timelines import Timeline
from auscult.engine.kernel.errors import Correctable, Remote

_SOFTWARE = re.compile(r"(?:compatible|really)[;:]?\s+([\w.-]+)[ /]([\w.+-]+)")
SECURE = {"wss", "https"}
MANY = 2  # `api_versions.mastodon` from which several statuses can be asked for at once (4.3)
DISABLED = "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One instance.

    Attributes
    ----------
    base : str
        Its origin: `https://example.social`.
    domain : str
        What stands after the name in its accounts' names.
    software, version : str
        What it runs.
    streaming : str
        The origin of its streams; empty: it says of none.
    access : dict
        `timelines_access`: from `live_feeds` and `hashtag_feeds` to who may see `local` and
        `remote` posts: `public`, `authenticated`, `disabled`.
    many : bool
        Several statuses can be asked for at once.
    """

    base: str
    domain: str
    software: str = "Mastodon"
    version: str = ""
    streaming: str = ""
    access: dict[str, Any] = field(default_factory=dict)
    many: bool = False

    def closed_parts(self, timeline: Timeline, *, signed_in: bool) -> tuple[str, ...]:
        """Return which parts of a timeline (local, remote) it doesn't show us."""
        if timeline.access is None:
            return ()
        feed, parts = timeline.access
        said = _mapping(self.access.get(feed))
        shut = {DISABLED} if signed_in else {DISABLED, "authenticated"}
        return tuple(part for part in parts if said.get(part) in shut)

    def why_closed(self, timeline: Timeline, *, signed_in: bool) -> str:
        """Return why a timeline isn't shown to us at all; empty: at least a part of it is."""
        closed = self.closed_parts(timeline, signed_in=signed_in)
        if timeline.access is None or set(closed) < set(timeline.access[1]):
            return ""
        feed, parts = timeline.access
        said = _mapping(self.access.get(feed))
        if any(said.get(part) != DISABLED for part in parts):
            return f"{self.domain} shows {timeline} only to who is signed in."
        return f"{self.domain} has closed {timeline}."


def discover(api: Api) -> Instance:
    """Ask an instance about itself.

    Raises
    ------
    Remote
        It doesn't answer, or there is no Mastodon API at this address (permanent).
    """
    try:
        found = _from_v2(api, _object(api, "/api/v2/instance"))
    except Closed:
        found = _from_v1(api, _first_version(api))
    return _named(api, found)


def _first_version(api: Api) -> dict[str, Any]:
    try:
        return _object(api, "/api/v1/instance")
    except Closed as error:
        if error.permanent:
            raise Remote(
                f"{api.host} has no Mastodon API: there is no instance at this address.",
                permanent=True,
            ) from error
        raise


def _object(api: Api, path: str) -> dict[str, Any]:
    found = api.get(path)
    if not isinstance(found, dict):
        raise Remote(f"{api.host} answered {path} with something else than an object.")
    return found


def _from_v2(api: Api, said: dict[str, Any]) -> Instance:
    configuration = _mapping(said.get("configuration"))
    urls = _mapping(configuration.get("urls"))
    version = _number(_mapping(said.get("api_versions")).get("mastodon"))
    return Instance(
        base=api.base,
        domain=_text(said.get("domain")) or api.host,
        version=_text(said.get("version")),
        streaming=_streams(api, urls.get("streaming")),
        access=_mapping(configuration.get("timelines_access")),
        many=version >= MANY,
    )


def _from_v1(api: Api, said: dict[str, Any]) -> Instance:
    return Instance(
        base=api.base,
        domain=_text(said.get("uri")).rpartition("/")[2] or api.host,
        version=_text(said.get("version")),
        streaming=_streams(api, _mapping(said.get("urls")).get("streaming_api")),
    )


def _named(api: Api, instance: Instance) -> Instance:
    """Add the software's name, from nodeinfo; else from what stands in the version."""
    software, version = instance.software, instance.version
    if found := _SOFTWARE.search(version):
        software, version = found[1], found[2]
    try:
        said = _mapping(_nodeinfo(api).get("software"))
    except (Remote, Correctable):
        said = {}  # it is a courtesy; a few forks have none
    return replace(
        instance,
        software=_text(said.get("name")) or software,
        version=_text(said.get("version")) or version,
    )


def _nodeinfo(api: Api) -> dict[str, Any]:
    links = _object(api, "/.well-known/nodeinfo").get("links")
    for link in links if isinstance(links, list) else []:
        href = _text(_mapping(link).get("href"))
        if href.startswith(api.base + "/"):
            return _object(api, href.removeprefix(api.base))
    return {}


def _streams(api: Api, address: Any) -> str:
    """Return the origin of streams over HTTP from that of web sockets; empty: there is none."""
    scheme, mark, rest = _text(address).partition("://")
    host = rest.rstrip("/")
    if not mark or not host:
        return ""
    if host == api.host:
        return api.base  # some say `wss` of a host that they themselves serve without TLS
    # The token goes there too: never in the clear when it isn't in the clear here.
    secure = scheme in SECURE or api.base.startswith("https:")
    return f"{'https' if secure else 'http'}://{host}"


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
