"""The files connector. `Files` is the connector, `FilesConfig` what it is told."""

from auscult.engine.connectors.files.config import FilesConfig, parse_columns
from auscult.engine.connectors.files.connector import Files, describe

__all__ = ["Files", "FilesConfig", "describe", "parse_columns"]
