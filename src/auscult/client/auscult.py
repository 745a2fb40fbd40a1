"""The client: watches, mentions and figures of one server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Literal, Self

import pyarrow as pa

from auscult.client.asking import Connection
from auscult.client.values import (
    Brief,
    Campaign,
    Counts,
    Figures,
    Mention,
    Preview,
    Watch,
    moment,
    value_of,
)

PAGE = 500
STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
MENTIONS = pa.schema(
    [
        pa.field("id", pa.int64()),
        pa.field("post", pa.string()),
        pa.field("source", pa.string()),
        pa.field("community", pa.string()),
        pa.field("author", pa.string()),
        pa.field("author_followers", pa.int64()),
        pa.field("created_at", pa.timestamp("us", tz="UTC")),
        pa.field("title", pa.string()),
        pa.field("text", pa.string()),
        pa.field("language", pa.string()),
        pa.field("watches", pa.list_(pa.int64())),
        pa.field("hashtags", pa.list_(pa.string())),
    ]
)


class Auscult:
    """A server of Auscult, asked with a token.

    Parameters
    ----------
    server : str
        Its address; https, but on this machine.
    token : str
        Made on its page Programs; it opens what its scopes say.

    Raises
    ------
    Correctable
        From every method: `Refused`, where the server says what is wrong.
    Remote
        From every method: the server can't be reached, or failed.
    """

    def __init__(self, server: str, *, token: str) -> None:
        self._connection = Connection(server, token)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def ask(self, method: str, path: str, *, body: Any = None, **params: Any) -> Any:
        """Ask for any route of the API, as its page describes it: `ask("GET", "sources")`."""
        return self._connection.ask(method, path, params=params, body=body)

    def entries(self, path: str, **params: Any) -> Iterator[Mapping[str, Any]]:
        """Yield the entries of any list of the API, page after page."""
        cursor: str | None = None
        while True:
            page = self.ask("GET", path, **params, cursor=cursor)
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def watches(self) -> Iterator[Watch]:
        """Yield the watches, the oldest first."""
        return (value_of(Watch, one) for one in self.entries("watches", limit=PAGE))

    def add_watch(self, name: str, query: str) -> Watch:
        """Save a query as a watch."""
        return value_of(Watch, self.ask("POST", "watches", body={"name": name, "query": query}))

    def change_watch(
        self, watch: int, *, name: str | None = None, query: str | None = None
    ) -> Watch:
        """Change a watch's name or query; what is None stays."""
        given = {"name": name, "query": query}
        body = {field: value for field, value in given.items() if value is not None}
        return value_of(Watch, self.ask("PATCH", f"watches/{watch:d}", body=body))

    def remove_watch(self, watch: int) -> None:
        """Remove a watch with its counts."""
        self.ask("DELETE", f"watches/{watch:d}")

    def mentions(
        self,
        query: str | None = None,
        *,
        watch: int | None = None,
        source: int | None = None,
        language: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> Iterator[Mention]:
        """Yield mentions, newest first; pages are asked for as they are needed.

        Parameters
        ----------
        query : str or None
            In the query language; None: all mentions.
        limit : int or None
            At most so many.
        """
        found = self.entries(
            "mentions",
            q=query,
            watch=watch,
            source=source,
            language=language,
            since=_written(since),
            until=_written(until),
            limit=PAGE if limit is None else max(1, min(PAGE, limit)),
        )
        return (value_of(Mention, one) for one in islice(found, limit))

    def mentions_table(self, query: str | None = None, **narrowed: Any) -> pa.Table:
        """Return mentions as an Arrow table, which Polars, DuckDB and pandas take as it is."""
        rows = [
            {name: getattr(one, name) for name in MENTIONS.names}
            for one in self.mentions(query, **narrowed)
        ]
        return pa.Table.from_pylist(rows, schema=MENTIONS)

    def preview(self, query: str) -> Preview:
        """Return what a query would bring, were it a watch."""
        told = self.ask("POST", "queries/preview", body={"query": query})
        mentions = tuple(value_of(Mention, one) for one in told["mentions"])
        return Preview(per_day=told["per_day"], basis=told["basis"], mentions=mentions)

    def explain(self, query: str) -> str:
        """Return how a query is read, a line for each part of its tree."""
        return str(self.ask("POST", "queries/explain", body={"query": query})["explanation"])

    def volumes(
        self,
        *,
        watches: Sequence[int] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        step: Literal["hour", "day"] = "day",
    ) -> list[Counts]:
        """Return how many mentions watches have an hour or a day; of all where none is named."""
        told = self.ask(
            "GET",
            "volumes",
            watch=list(watches) or None,
            since=_written(since),
            until=_written(until),
            step=step,
        )
        begins = moment(told["since"])
        return [
            Counts(
                watch=one["watch"],
                name=one["name"],
                since=begins,
                step=STEPS[step],
                counts=tuple(one["counts"]),
            )
            for one in told["series"]
        ]

    def briefs(self) -> Iterator[Mapping[str, Any]]:
        """Yield the weeks of which there is a brief, the newest first."""
        return self.entries("briefs", limit=PAGE)

    def brief(self, week: date | None = None) -> Brief:
        """Return the brief of a week, named by its Monday; None: the week so far."""
        return value_of(Brief, self.ask("GET", f"briefs/{_written(week) or 'current'}"))

    def figures(
        self,
        dashboard: int | Literal["overview"] = "overview",
        *,
        since: date | None = None,
        until: date | None = None,
    ) -> list[Figures]:
        """Return what each panel of a dashboard counts, from the first day to the last."""
        path = f"dashboards/{dashboard}/figures"
        told = self.ask("GET", path, since=_written(since), until=_written(until))
        return [value_of(Figures, one) for one in told["panels"]]

    def copies(
        self, *, since: datetime | None = None, until: datetime | None = None, limit: int = 20
    ) -> list[Campaign]:
        """Return the largest campaigns of copies of a range, of the last 28 days by default."""
        told = self.ask("GET", "copies", since=_written(since), until=_written(until), limit=limit)
        return [value_of(Campaign, one) for one in told["items"]]


def _written(given: date | None) -> str | None:
    return None if given is None else given.isoformat()
