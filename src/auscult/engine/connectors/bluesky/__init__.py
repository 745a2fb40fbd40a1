"""Bluesky: its stream by Jetstream, and single accounts by the application's interface."""

from auscult.engine.connectors.bluesky.config import BlueskyConfig
from auscult.engine.connectors.bluesky.connector import Bluesky

__all__ = ["Bluesky", "BlueskyConfig"]
