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
        Address of the server: `pds.example.org`. One in your own house may need its full
        form, such as `ws://10.0.0.5:2583`; whoever runs it knows.
    engagement : bool
        Count likes and reposts, too.
    history : bool
        Begin with what was said in the last days, as far back as the server has it (a day or
        more); otherwise with what is said from now on.
    quiet_after : float
        After how many seconds in which the server doesn't answer a connection counts as
        broken, and is made anew. Leave it as it is.
    silent_after : float or None
        After how many seconds in which nobody says anything a connection is made anew, though
        the server answers. Leave it empty: on a small network that may be days.
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
