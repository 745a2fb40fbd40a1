"""What the API answers, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A standing query, and how many mentions it has found."""

    id: int
    name: str
    query: str
    canonical: str
    mentions: int
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A post that a watch found; `author` and `post` are pseudonyms."""

    id: int
    post: str
    page: str
    source_id: int
    source: str | None
    community: str | None
    author: str | None
    author_followers: int | None
    created_at: datetime
    title: str | None
    text: str
    language: str | None
    watches: tuple[int, ...]
    hashtags: tuple[str, ...]
    links: tuple[str, ...]
    engagement: Mapping[str, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a query would bring a day, and the newest that it is true of already."""

    per_day: float | None
    basis: str
    mentions: tuple[Mention, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """A watch's mentions: `counts[i]` begins at `since + i * step`."""

    watch: int
    name: str
    since: datetime
    step: timedelta
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What a week brought: lists of sentences, each with its code, values, text and evidence."""

    week: str
    made_at: datetime | None
    page: str
    parts: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The numbers of a dashboard's panel; each row has a value for each column."""

    name: str
    title: str
    says: str
    columns: tuple[str, ...]
    rows: tuple[Sequence[str | float | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """Posts that share their text; `elsewhere` are those outside of the range."""

    id: int
    posts: int
    authors: int
    elsewhere: int
    since: str
    until: str
    search: str
    page: str
    sample: Mapping[str, Any]


def value_of(kind: type[Value], told: Mapping[str, Any]) -> Value:
    """Return an answer as a value; what a newer server says besides is passed over."""
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type] # the classes above
    return kind(**{name: _read(name, told[name]) for name in names})


def moment(text: str) -> datetime:
    """Return a moment of an answer."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _read(name: str, value: Any) -> Any:
    if name.endswith("_at") and value is not None:
        return moment(value)
    return tuple(value) if isinstance(value, list) else value
