"""A row of each kind of the room Returns: see `rows.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from auscult.web.accounts.models import Actor

ROWS_OF_RETURNS: dict[str, Callable[[Actor], dict[str, Any]]] = {}
