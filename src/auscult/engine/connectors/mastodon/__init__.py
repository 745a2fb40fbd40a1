"""Mastodon, and servers that speak its API, as a source.

`docs/how-to/read-mastodon.md` says what is read, and what is not.
"""

from auscult.engine.connectors.mastodon.config import MastodonConfig
from auscult.engine.connectors.mastodon.connector import Mastodon

__all__ = ["Mastodon", "MastodonConfig"]
