"""A network of one's own: the stream of repositories of a server of the AT Protocol."""

from auscult.engine.connectors.bluesky_repositories.connector import BlueskyRepositories

__all__ = ["BlueskyRepositories"]
