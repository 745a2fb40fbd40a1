"""The feeds connector. `Feeds` is the connector, `FeedsConfig` what it is told."""

from auscult.engine.connectors.feeds.config import FeedsConfig, Keep, feed_address
from auscult.engine.connectors.feeds.connector import Feeds

__all__ = ["Feeds", "FeedsConfig", "Keep", "feed_address"]
