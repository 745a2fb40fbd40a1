"""What a person says of a network of her own."""

from __future__ import annotations

from pydantic import Field, field_validator

from auscult.engine.connectors.base import Settings

SCHEMES = {"": "wss", "wss": "wss", "https": "wss", "ws": "ws", "http": "ws"}


class RepositoriesConfig(Settings):
    """The stream of one server of the AT Protocol: a PDS, or a relay of several.

    Attributes
    ----------
    host : str
        Address of the server: `pds.example.org`, or `ws://10.0.0.5:2583` without TLS.
    engagement : bool
        Receive likes and reposts, too.
    history : bool
        Begin with all that the server still has, a day or more, and not with this moment.
    quiet_after : float
        Seconds without a sign of life, pings included, after which a stream counts as dead.
    silent_after : float or None
        Seconds without an event after which it counts as dead, though it answers; None on
        networks where nobody may say anything for days.
    """

    host: str
    engagement: bool = True
    history: bool = True
    quiet_after: float = Field(default=40.0, gt=0.0)
    silent_after: float | None = Field(default=None, gt=0.0)

    @field_validator("host")
    @classmethod
    def _address(cls, host: str) -> str:
        scheme, _, rest = host.strip().rpartition("://")
        name = rest.partition("/")[0]
        if scheme not in SCHEMES or not name or " " in name:
            raise ValueError(f"{host!r} is no address of a server, such as wss://pds.example.org")
        return f"{SCHEMES[scheme]}://{name}"

    @property
    def web(self) -> str:
        """Where it answers requests that are no streams."""
        return "http" + self.host.removeprefix("ws")
