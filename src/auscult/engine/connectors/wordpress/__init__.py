"""A site made with WordPress: its posts and comments, by its REST interface."""

from auscult.engine.connectors.wordpress.config import WordPressConfig
from auscult.engine.connectors.wordpress.connector import WordPress

__all__ = ["WordPress", "WordPressConfig"]
