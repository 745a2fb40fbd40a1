"""The only code that opens a connection to another machine.

`docs/explanation/network-guard.md` says what it keeps out, and how.
"""

from auscult.engine.kernel.http.addresses import Params, Target, join, read_address
from auscult.engine.kernel.http.answers import Answer, Headers
from auscult.engine.kernel.http.client import MAX_BYTES, Client, Stream
from auscult.engine.kernel.http.errors import AddressRefused
from auscult.engine.kernel.http.network import Connection, Network, user_agent
from auscult.engine.kernel.http.ranges import Reach
from auscult.engine.kernel.http.redact import shown

__all__ = [
    "MAX_BYTES",
    "AddressRefused",
    "Answer",
    "Client",
    "Connection",
    "Headers",
    "Network",
    "Params",
    "Reach",
    "Stream",
    "Target",
    "join",
    "read_address",
    "shown",
    "user_agent",
]
