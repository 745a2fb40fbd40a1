"""The chain of the audit trail: what a row's digest covers, and how it is computed.

Pure functions without a database, so that an exported trail can be checked anywhere.
`docs/explanation/audit.md` says what the chain proves and what it doesn't.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

FORM = 1  # of the text that is hashed; a row of another form would need its own function
START = "auscult audit chain "  # before a chain's own name: the digest before its first row


def start_of(name: str) -> str:
    """Return the digest that stands before the first row of a chain of this name."""
    return hashlib.sha256(f"{START}{name}".encode("ascii")).hexdigest()


def canonical(  # noqa: PLR0913 - the fields of a row
    *,
    number: int,
    previous: str,
    at: datetime,
    actor: str,
    action: str,
    target: str,
    details: Mapping[str, Any],
) -> bytes:
    """Return the one text of a row that its digest covers: JSON, keys sorted, UTF-8.

    Neither the row's key nor its user's is in it: both are other numbers in another
    installation, and a user who is deleted leaves no number at all. Her name is in it.
    """
    return json.dumps(
        {
            "form": FORM,
            "number": number,
            "previous": previous,
            "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": actor,
            "action": action,
            "target": target,
            "details": details,
        },
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
        allow_nan=False,
    ).encode("utf-8")


def digest_of(**row: Any) -> str:
    """Return a row's digest: SHA-256 over its canonical text, in hexadecimal digits."""
    return hashlib.sha256(canonical(**row)).hexdigest()


def storable(value: Any) -> Any:
    """Return a value as both databases give it back, so that its digest stays the same.

    PostgreSQL gives 1e20 back as an integer and keeps neither NUL nor half characters; what
    JSON has no form for is written as text.
    """
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, Mapping):
        return {storable(str(name)): storable(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [storable(one) for one in value]
    return storable(str(value))


def _number(value: float) -> float | int | str:
    if value != value or value in {float("inf"), float("-inf")}:  # noqa: PLR0124 - not a number
        return str(value)
    return int(value) if value.is_integer() else value
