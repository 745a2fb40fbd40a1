"""Tests here talk to real servers; see `tests/servers`."""

from servers.fixtures import pds, snac

__all__ = ["pds", "snac"]
