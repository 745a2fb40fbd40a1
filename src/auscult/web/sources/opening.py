"""Opening a source where it was left, with the configuration that is kept of it."""

from __future__ import annotations

from auscult.engine.connectors import base
from auscult.engine.connectors.base import Reader
from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.http import Network
from auscult.web.sources.models import Source
from auscult.web.sources.secrets import opened_config


def open_source(source: Source, *, clock: Clock, network: Network) -> Reader:
    """Open a source at the point up to which it is stored.

    Raises
    ------
    Correctable
        Its connector isn't installed, its configuration can't work, or the key of its
        credentials is gone.
    Remote
        The other side can't be reached or refuses.
    """
    connector = base.find(source.connector)
    config = base.configure(connector.Config, opened_config(source))
    return connector.open(config, source.snapshot, clock=clock, network=network)
