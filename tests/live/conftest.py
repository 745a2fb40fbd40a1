"""Tests here talk to real servers; see `tests/servers`."""

from servers.fixtures import appview, pds, snac, wordpress

__all__ = ["appview", "pds", "snac", "wordpress"]
