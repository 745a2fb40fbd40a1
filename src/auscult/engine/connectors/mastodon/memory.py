"""What a reader remembers of statuses: bounded, and only while it is open."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Generic, TypeVar

STATUSES = 20_000  # as a rule an hour of a large instance; 10 MB
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Seen:
    """A status that was read.

    Attributes
    ----------
    uri, edited : str
        As in `statuses.Read`.
    kept : bool
        It was handed on, not left out.
    """

    uri: str
    edited: str
    kept: bool


class Memory:
    """Statuses by their ids on one instance, and ids that were deleted.

    A deletion that overtakes its post on the way is held here until the post comes.
    """

    def __init__(self, at_most: int = STATUSES) -> None:
        self._seen: Latest[Seen] = Latest(at_most)
        self._ids: Latest[str] = Latest(at_most)
        self._deleted: Latest[bool] = Latest(at_most)

    def add(self, status_id: str, seen: Seen) -> None:
        """Remember a status."""
        self._seen.put(status_id, seen)
        self._ids.put(seen.uri, status_id)

    def seen(self, status_id: str) -> Seen | None:
        """Return what is remembered of a status."""
        return self._seen.get(status_id)

    def uri_of(self, status_id: str) -> str | None:
        """Return the uri of a status; None: it isn't remembered."""
        seen = self._seen.get(status_id)
        return seen.uri if seen else None

    def id_of(self, uri: str) -> str | None:
        """Return the id of a status; None: it isn't remembered."""
        return self._ids.get(uri)

    def delete(self, status_id: str) -> None:
        """Remember that a status was deleted."""
        self._deleted.put(status_id, value=True)

    def is_deleted(self, status_id: str) -> bool:
        """Return whether a status was deleted."""
        return self._deleted.get(status_id) is not None


class Latest(Generic[T]):
    """A mapping that forgets what was put in longest ago."""

    def __init__(self, at_most: int) -> None:
        self._at_most = at_most
        self._values: OrderedDict[str, T] = OrderedDict()

    def get(self, key: str) -> T | None:
        """Return a value; None: there is none, or it was forgotten."""
        return self._values.get(key)

    def put(self, key: str, value: T) -> None:
        """Put a value in."""
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > self._at_most:
            self._values.popitem(last=False)

    def __len__(self) -> int:
        return len(self._values)
