"""The kinds of sources that a page can connect, and what each says of itself.

A file of its own: forms and views both ask it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auscult.engine.connectors.base import SignsIn, configure, find, names
from auscult.engine.connectors.live import About
from auscult.engine.kernel.errors import Correctable

# Files are named on the command line of the machine that holds them; the town comes by itself.
KINDS = tuple(name for name in names() if find(name).capabilities.network)
# Of these, the kinds to which a person signs in by a code.
SIGNED_IN = frozenset(kind for kind in KINDS if isinstance(find(kind), SignsIn))


def described(kind: str, config: Mapping[str, Any]) -> About | None:
    """Return what a source reads, how often, at what cost; None while too little is known."""
    connector = find(kind)
    try:
        return connector.about(configure(connector.Config, dict(config)))
    except Correctable:  # something that is needed isn't filled in yet
        return None
