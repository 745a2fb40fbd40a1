"""How soon pages answer: dashboards and the room Listening, over up to millions of mentions.

Run: python -m bench.web [--mentions N ...] [--small]. A real client asks the real server, one
request after the other on one connection. Cold: the first answer of a server that was just
started (its process and library are fresh; the disk's pages are in the machine's memory).
Warm: the answers after that, each with another range of days. The peer is the same figures
by plain SQL over the mentions themselves (GROUP BY, json_each), without the figures by day.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from auscult.web.shell.start import start
from bench.report import RESULTS, write

GOAL = 0.200  # seconds at the 95th percentile, over a million mentions
PATIENCE = 60.0
FULL = (10_000, 100_000, 1_000_000)
COLD = 5  # servers that are started for the figure
WARM = 100  # requests
PAGES = {
    "dashboard, 90 days": "/dashboards/overview/?{}",
    "two ranges compared": "/dashboards/overview/compare/?{}",
    "Listening": "/listening/",
}
SERVE = (
    "import sys; from pathlib import Path; from auscult.web.shell.start import start; "
    "start(Path(sys.argv[1])); from auscult.web.shell.server import serve; "
    "serve('127.0.0.1', int(sys.argv[2]))"
)
PEER = (
    "SELECT m.language, count(*) FROM {0} GROUP BY 1 ORDER BY 2 DESC LIMIT 12",
    "SELECT m.community, count(*) FROM {0} GROUP BY 1 ORDER BY 2 DESC LIMIT 12",
    "SELECT m.author, count(*) FROM {0} GROUP BY 1 ORDER BY 2 DESC LIMIT 12",
    "SELECT h.value, count(*) FROM {0}, json_each(m.hashtags) h GROUP BY 1 ORDER BY 2 DESC LIMIT 12",
    "SELECT l.value, count(*) FROM {0}, json_each(m.links) l GROUP BY 1 ORDER BY 2 DESC LIMIT 12",
)
JOINED = "listening_match a JOIN listening_mention m ON m.id = a.mention_id"


@contextmanager
def served(archive: Path) -> Any:
    """Start the server on an archive; give the port once it answers."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    environment = {**os.environ, "AUSCULT_ARCHIVE": str(archive)}
    child = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(archive), str(port)], env=environment
    )
    try:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                ask(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "/sign-in/", "")
                break
            except OSError:
                if time.monotonic() > until or child.poll() is not None:
                    raise
                time.sleep(0.05)
        yield port
    finally:
        child.terminate()
        child.wait(30)


def ask(client: http.client.HTTPConnection, address: str, cookie: str) -> tuple[int, float, int]:
    """Return status, seconds and bytes of an answer."""
    begin = time.perf_counter()
    client.request("GET", address, headers={"Cookie": cookie} if cookie else {})
    answer = client.getresponse()
    body = answer.read()
    return answer.status, time.perf_counter() - begin, len(body)


def session(actor: Any) -> str:
    """Return the cookie of somebody who is signed in."""
    from django.conf import settings  # noqa: PLC0415 - once Django is set up
    from django.test import Client  # noqa: PLC0415

    from auscult.web.accounts.models import User  # noqa: PLC0415

    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def ranges(last: date, count: int) -> list[str]:
    """Return so many ranges of about 90 days, each another."""
    found = []
    for number in range(count):
        first = last - timedelta(days=89 - number % 7)
        until = last - timedelta(days=number // 7)
        found.append(f"since={first}&until={until}")
    return found


def timed(port: int, cookie: str, addresses: Sequence[str]) -> list[float]:
    """Return the seconds of each answer, asked for one after the other."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    found = []
    for address in addresses:
        status, seconds, _ = ask(client, address, cookie)
        if status != 200:
            raise RuntimeError(f"{address} answered {status}")
        found.append(seconds)
    client.close()
    return found


def p95(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1] if len(seconds) > 1 else seconds[0]


def peer() -> float:
    """Return the seconds of the same figures by SQL over the mentions."""
    from django.db import connection  # noqa: PLC0415 - once Django is set up

    begin = time.perf_counter()
    with connection.cursor() as cursor:
        for statement in PEER:
            cursor.execute(statement.format(JOINED))
            cursor.fetchall()
    return time.perf_counter() - begin


def measure(archive: Path, mentions: int, warm: int) -> list[dict[str, Any]]:
    """Fill an archive and ask for its pages; return the rows of the report."""
    from bench.web_archive import count_days, make  # noqa: PLC0415 - once Django is set up

    last = datetime.now(UTC).date() - timedelta(days=1)
    until = datetime.combine(last + timedelta(days=1), datetime.min.time(), UTC)
    begin = time.perf_counter()
    owner = make(mentions, until=until)
    filled = time.perf_counter()
    count_days(owner)
    counted = time.perf_counter()
    print(
        f"{mentions:,} mentions: written in {filled - begin:.0f} s, "
        f"figures by day in {counted - filled:.0f} s, "
        f"{sum(file.stat().st_size for file in archive.rglob('*') if file.is_file()) >> 20} MiB"
    )
    cookie = session(owner)
    by_sql = min(peer() for _ in range(2))
    rows = []
    asked = ranges(last, warm)
    for name, address in PAGES.items():
        cold = []
        for number in range(COLD):
            with served(archive) as port:
                cold += timed(port, cookie, [address.format(asked[number])])
        with served(archive) as port:
            timed(port, cookie, [address.format(asked[0])])
            hot = timed(port, cookie, [address.format(one) for one in asked])
        rows += _rows(name, mentions, cold, hot, by_sql)
    return rows


def _rows(
    name: str, mentions: int, cold: list[float], hot: list[float], by_sql: float
) -> list[dict[str, Any]]:
    is_goal = mentions == 1_000_000
    figures = "dashboard" in name
    found = []
    for kind, seconds, value in (
        ("cold, slowest of 5", cold, max(cold)),
        ("warm, 95th percentile", hot, p95(hot)),
    ):
        found.append(
            {
                "figure": f"{name}, {mentions:,} mentions, {kind}",
                "ours": value * 1000,
                "unit": "ms",
                "peer": "its figures by SQL" if figures else None,
                "peer_value": by_sql * 1000 if figures else None,
                "ratio": by_sql / value if figures else None,
                "goal": GOAL * 1000 if is_goal else None,
                "met": value <= GOAL if is_goal else None,
                "note": f"median {statistics.median(seconds) * 1000:.0f} ms",
            }
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mentions", type=int, nargs="+", default=list(FULL))
    parser.add_argument("--small", action="store_true", help="10,000 mentions, few requests")
    given = parser.parse_args()
    sizes = [10_000] if given.small else given.mentions
    rows: list[dict[str, Any]] = []
    if len(sizes) > 1:
        # Django works on one archive in a process, so each size has a process of its own.
        raise SystemExit(_each(sizes))
    archive = Path(tempfile.mkdtemp(prefix="auscult-web-"))
    try:
        start(archive)
        from django.core.management import call_command  # noqa: PLC0415 - once Django is set up

        call_command("migrate", verbosity=0)
        rows = measure(archive, sizes[0], 20 if given.small else WARM)
    finally:
        shutil.rmtree(archive)
    write(f"web-{sizes[0]}" if not given.small else "web-small", rows)


def _each(sizes: Sequence[int]) -> int:
    """Measure each size in a process of its own, then put the rows together."""
    rows: list[dict[str, Any]] = []
    for size in sizes:
        done = subprocess.run(
            [sys.executable, "-m", "bench.web", "--mentions", str(size)], check=False
        )
        if done.returncode:
            return done.returncode
        file = RESULTS / f"web-{size}.json"
        rows += json.loads(file.read_text())["rows"]
        file.unlink()
    write("web", rows)
    return 0


if __name__ == "__main__":
    main()
