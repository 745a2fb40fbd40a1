"""The figures of operation in Prometheus' text form; no name of a person, a source or a watch.

What happens in processes is counted by `meter`; what stands in the database is asked of it.
A source is named by its number, as it stands in its page's address.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from auscult.engine.kernel.clock import Clock
from auscult.web.delivery.models import Letter, State
from auscult.web.listening.models import Backfill, BackfillState
from auscult.web.shell.meter import Meter
from auscult.web.sources.models import Source, SourceState

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds
REQUESTS = "auscult_requests_total"
SECONDS = "auscult_request_seconds"
JOBS = "auscult_jobs_total"
JOB_SECONDS = "auscult_job_seconds_total"
ERRORS = "auscult_errors_total"
ROUNDS = "auscult_runner_rounds_total"
HEARTBEAT = "auscult_runner_heartbeat_seconds"
STARTED = "auscult_start_seconds"

Labels = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure: what it is called, what kind it is, what it says."""

    name: str
    kind: str
    about: str


FIGURES = (
    Figure(name=REQUESTS, kind="counter", about="Requests, by page, method and status"),
    Figure(name=SECONDS, kind="histogram", about="How long pages took"),
    Figure(name=ERRORS, kind="counter", about="Defects that ended a request, a job or the runner"),
    Figure(name=JOBS, kind="counter", about="Slices of work done by the runner"),
    Figure(name=JOB_SECONDS, kind="counter", about="Time that they took"),
    Figure(name=ROUNDS, kind="counter", about="Rounds of the runner"),
    Figure(name=HEARTBEAT, kind="gauge", about="When the runner last moved"),
    Figure(name=STARTED, kind="gauge", about="When Auscult was started"),
)
FROM_DATABASE = (
    Figure(name="auscult_posts_received_total", kind="counter", about="Posts read, by source"),
    Figure(name="auscult_posts_kept_total", kind="counter", about="Posts kept, by source"),
    Figure(name="auscult_lines_broken_total", kind="counter", about="Records set aside, by source"),
    Figure(name="auscult_source_lag_seconds", kind="gauge", about="Time since a live source spoke"),
    Figure(name="auscult_source_attempts", kind="gauge", about="Failures in a row, by source"),
    Figure(name="auscult_sources", kind="gauge", about="Sources, by kind and health"),
    Figure(name="auscult_queue_length", kind="gauge", about="What waits, by queue"),
    Figure(name="auscult_database_bytes", kind="gauge", about="Size of the database"),
)


def series(name: str, labels: Labels | None = None) -> str:
    """Return the name of one series with its labels: `jobs_total{job="briefs"}`."""
    if not labels:
        return name
    inner = ",".join(f'{key}="{_escaped(str(value))}"' for key, value in sorted(labels.items()))
    return f"{name}{{{inner}}}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def request_amounts(labels: Labels, seconds: float) -> dict[str, float]:
    """Return what one request adds; `labels` has its page, method and status."""
    page = {"page": labels["page"]}
    amounts = {
        series(REQUESTS, labels): 1.0,
        series(SECONDS + "_sum", page): seconds,
        series(SECONDS + "_count", page): 1.0,
    }
    # Each bucket counts what took at most so long: those above it count it as well.
    for edge in (*BUCKETS, math.inf):
        shown = "+Inf" if edge == math.inf else edge
        amounts[series(SECONDS + "_bucket", {**page, "le": shown})] = float(seconds <= edge)
    return amounts


def job_amounts(job: str, seconds: float) -> dict[str, float]:
    """Return what one slice of a job adds."""
    return {series(JOBS, {"job": job}): 1.0, series(JOB_SECONDS, {"job": job}): seconds}


def exposition(meter: Meter | None, clock: Clock) -> str:
    """Return every figure in Prometheus' text form."""
    counted = meter.read() if meter is not None else {}
    lines: list[str] = []
    for figure in FIGURES:
        own = {key: value for key, value in counted.items() if _belongs(key, figure.name)}
        lines += _described(figure, sorted(own.items()))
    asked: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for key, value in _asked(clock.now()):
        asked[key.partition("{")[0]].append((key, value))
    for figure in FROM_DATABASE:
        lines += _described(figure, sorted(asked[figure.name]))
    return "\n".join(lines) + "\n"


def _belongs(key: str, name: str) -> bool:
    base = key.partition("{")[0]
    return base == name or base in {f"{name}_{part}" for part in ("bucket", "sum", "count")}


def _described(figure: Figure, rows: Iterable[tuple[str, float]]) -> Iterator[str]:
    yield f"# HELP {figure.name} {figure.about}"
    yield f"# TYPE {figure.name} {figure.kind}"
    for key, value in rows:
        yield f"{key} {value:.15g}"


def _asked(now: datetime) -> Iterator[tuple[str, float]]:
    """Ask the database, for all organisations."""
    health: Counter[tuple[str, str]] = Counter()
    due = 0
    for source in Source.objects.exclude(state=SourceState.REMOVED):
        own: Labels = {"source": source.pk, "kind": source.connector}
        health[source.connector, source.health(now)] += 1
        due += source.state == SourceState.READING and source.next_attempt <= now
        yield series("auscult_posts_received_total", own), source.received
        yield series("auscult_posts_kept_total", own), source.kept
        yield series("auscult_lines_broken_total", own), source.broken
        yield series("auscult_source_attempts", own), source.attempts
        if source.live:
            heard = source.last_event_at or source.created_at
            yield series("auscult_source_lag_seconds", own), (now - heard).total_seconds()
    for (kind, word), number in health.items():
        yield series("auscult_sources", {"kind": kind, "health": word}), number
    for queue, length in queue_lengths(now, due).items():
        yield series("auscult_queue_length", {"queue": queue}), length
    yield "auscult_database_bytes", database_bytes()


def queue_lengths(now: datetime, due: int) -> dict[str, int]:
    """Return how much waits in each queue."""
    waiting = Backfill.objects.exclude(state=BackfillState.DONE)
    return {
        "sources": due,
        "backfills": waiting.count(),
        "backfills-due": waiting.filter(next_attempt__lte=now).count(),
        "letters": Letter.objects.exclude(state__in=[State.SENT, State.GIVEN_UP]).count(),
        "letters-given-up": Letter.objects.filter(state=State.GIVEN_UP).count(),
    }


def database_bytes() -> int:
    """Return how large the database is."""
    sized = {
        "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
        "postgresql": "SELECT pg_database_size(current_database())",
    }
    with connection.cursor() as cursor:
        cursor.execute(sized[connection.vendor])
        row = cursor.fetchone()
    return int(row[0])
