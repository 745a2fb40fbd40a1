"""Videos and their comments, by YouTube's Data API."""

from auscult.engine.connectors.youtube.config import YouTubeConfig
from auscult.engine.connectors.youtube.connector import YouTube

__all__ = ["YouTube", "YouTubeConfig"]
