"""Tests here talk to real servers; see `tests/servers`."""

from servers.fixtures import pds, snac, wordpress

__all__ = ["pds", "snac", "wordpress"]
