"""GDELT's DOC 2.0 interface, as it is known to answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from servers.answering import Asked


def article(number: int, seen: datetime) -> dict[str, str]:
    return {
        "url": f"https://news{number % 7}.example/{number}",
        "url_mobile": "",
        "title": f"Clinic opens , number {number}",
        "seendate": f"{seen:%Y%m%dT%H%M%SZ}",
        "socialimage": f"https://news{number % 7}.example/{number}.jpg",
        "domain": f"news{number % 7}.example",
        "language": "Spanish",
        "sourcecountry": "United Kingdom",
    }


class World:
    """Answers as GDELT: at most 250, in order of time, `{}` when there is nothing."""

    def __init__(self, seen: list[datetime]) -> None:
        self.articles = [article(n, at) for n, at in enumerate(sorted(seen))]

    def __call__(self, asked: Asked) -> Any:
        p = asked.params
        assert (p["mode"], p["format"], p["sort"]) == ("ArtList", "json", "DateAsc")
        since, until = (_compact(p[name]) for name in ("startdatetime", "enddatetime"))
        found = [a for a in self.articles if since <= _compact(a["seendate"]) <= until]
        return {"articles": found[: int(p["maxrecords"])]} if found else {}


def _compact(text: str) -> str:
    return text.replace("T", "").replace("Z", "")
