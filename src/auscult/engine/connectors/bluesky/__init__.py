"""Bluesky: its stream by Jetstream, and single accounts by the application's interface."""

from auscult.engine.connectors.bluesky.accounts import BlueskyAccounts
from auscult.engine.connectors.bluesky.accounts_config import AccountsConfig
from auscult.engine.connectors.bluesky.config import BlueskyConfig
from auscult.engine.connectors.bluesky.connector import Bluesky

__all__ = ["AccountsConfig", "Bluesky", "BlueskyAccounts", "BlueskyConfig"]
