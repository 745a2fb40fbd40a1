"""The archive's figures as rows of the report: ours beside the better of the peers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

Figures: TypeAlias = dict[str, float]

BYTES, MS, SECONDS, RATE = "bytes", "ms", "s", "posts/s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure: what it is, its goal, and whether more of it is better."""

    key: str
    title: str
    unit: str
    goal: float | None = None
    more: bool = False
    note: str = ""

    def met(self, value: float) -> bool | None:
        if self.goal is None:
            return None
        return value >= self.goal if self.more else value <= self.goal


LINES = (
    Line(key="latest", title="newest 50 of a watch", unit=MS),
    Line(
        key="latest filtered",
        title="newest 50 of a watch, by source, language and 30 days",
        unit=MS,
        goal=15,
    ),
    Line(
        key="search",
        title="newest 50 of any query, p95",
        unit=MS,
        goal=100,
        note="ours: 80 queries of every operator; peers: the words, AND, OR, NOT, phrases and"
        " prefixes among them, with their own indexes",
    ),
    Line(key="count", title="count of two common words", unit=MS, goal=300),
    Line(
        key="hourly",
        title="a watch's hourly volume over 100 days",
        unit=MS,
        goal=10,
        note="ours from rollups; peers count in the query",
    ),
    Line(
        key="forget",
        title="1,000 posts forgotten, spread over all days: no read gives them",
        unit=SECONDS,
        goal=1,
        note="database and lake; peers: deleted, traces left in index and journal",
    ),
    Line(
        key="forget erased",
        title="the same until no file of the lake holds a trace",
        unit=SECONDS,
        note="every segment of the lake is written anew, by compaction",
    ),
    Line(key="traces", title="files with a trace of them then", unit="files", goal=0),
    Line(
        key="forget day",
        title="1,000 posts of one hour forgotten",
        unit=SECONDS,
        goal=1,
        note="with the lake's files rewritten",
    ),
    Line(key="traces day", title="files with a trace of them then", unit="files", goal=0),
    Line(
        key="lake ingest",
        title="lake ingest: a batch of 50,000, durable",
        unit=RATE,
        goal=300_000,
        more=True,
    ),
    Line(
        key="lake settled",
        title="the same with all compactions into settled segments",
        unit=RATE,
        more=True,
    ),
    Line(
        key="backfill",
        title="backfill of one new watch over the lake, one core",
        unit=RATE,
        goal=1_000_000,
        more=True,
        note="a phrase, a NEAR and a NOT, of common words",
    ),
    Line(
        key="backfill rare",
        title="the same for a watch of rare words",
        unit=RATE,
        goal=1_000_000,
        more=True,
    ),
    Line(key="lake size", title="bytes a post in the lake", unit=BYTES, goal=130),
    Line(
        key="lake size real",
        title="the same, real posts of health desks",
        unit=BYTES,
        goal=130,
        note="98 bytes of text a post",
    ),
    Line(key="mentions size", title="bytes a post in the database", unit=BYTES),
    Line(
        key="mentions ingest",
        title="mentions ingest: matched by five watches, stored, indexed",
        unit=RATE,
        more=True,
    ),
)


def rows_of_report(
    figures: dict[str, Figures], posts: int, peer_posts: int
) -> list[dict[str, Any]]:
    """Return the rows of `bench/report.py`."""
    peers = {name: found for name, found in figures.items() if name != "ours"}
    lines = [line for line in LINES if line.key in figures["ours"]]
    return [_row(line, figures["ours"][line.key], peers, posts, peer_posts) for line in lines]


def _row(
    line: Line, ours: float, peers: dict[str, Figures], posts: int, peer_posts: int
) -> dict[str, Any]:
    told = {name: found[line.key] for name, found in peers.items() if line.key in found}
    best = (max if line.more else min)(told, key=told.__getitem__) if told else None
    notes = [line.note, f"{posts:,} posts"]
    if told:
        notes += [f"{name}: {value:,.4g}" for name, value in told.items()]
        notes += [f"peers at {peer_posts:,} posts"] * (peer_posts != posts)
    ratio = None
    if best is not None and ours and told[best]:
        ratio = ours / told[best] if line.more else told[best] / ours
    return {
        "figure": line.title,
        "ours": ours,
        "unit": line.unit,
        "peer": best,
        "peer_value": told[best] if best else None,
        "ratio": ratio,
        "goal": line.goal,
        "met": line.met(ours),
        "note": "; ".join(note for note in notes if note),
    }
