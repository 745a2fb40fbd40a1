"""Two hundred people at once on two cores, while the listener takes 500 posts a second.

Run: python -m bench.load [--seconds N] [--people N] [--small]. The real process tree of
`auscult up` serves an archive with the town of Lakeside in it, on at most two cores; a local
stream sends it posts; `locust` plays people who look at pages as people do (`load_people.py`),
on the other cores where there are any. Needs seven minutes and a quiet machine; --small: two.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.report import write
from bench.streams import server
from bench.streams_frames import write_day

PEOPLE, POSTS_A_SECOND, SECONDS = 200, 500, 300
CORES = 2
TAKEN_BACK = 1.12  # frames to each post
GOAL_MS, GOAL_MEMORY, GOAL_POSTS = 300, 400, 500
PATIENCE = 600.0  # for the town to be read, with all kernels compiled anew
ASIDE = subprocess.DEVNULL


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """An Auscult that runs."""

    port: int
    process: psutil.Process
    folder: Path
    cookies: Path

    def memory(self) -> float:
        """Return the memory of all its processes, what they share counted once, in MB."""
        family = [self.process, *self.process.children(recursive=True)]
        return float(sum(one.memory_full_info().pss for one in family)) / 2**20

    def cpu(self) -> float:
        """Return the seconds of processor that its processes have taken."""
        family = [self.process, *self.process.children(recursive=True)]
        return float(sum(sum(one.cpu_times()[:2]) for one in family))

    def sources(self) -> dict[str, tuple[int, str]]:
        """Return posts received and state of each source."""
        path = f"file:{self.folder}/auscult.sqlite3?mode=ro"
        with closing(sqlite3.connect(path, uri=True, timeout=30)) as database:
            rows = database.execute("SELECT connector, received, state FROM sources_source")
            return {connector: (received, state) for connector, received, state in rows}


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--small", action="store_true", help="a minute, kept nowhere")
    given = parser.parse_args()
    seconds = 45 if given.small else given.seconds
    with tempfile.TemporaryDirectory() as name:
        found = measure(Path(name), seconds, given.people)
    if given.small:
        print(json.dumps(found, indent=1))
    else:
        write("load", found)


def measure(folder: Path, seconds: int, people: int) -> list[dict[str, Any]]:
    """Return the rows of the report."""
    day = write_day(folder, int((seconds + 90) * POSTS_A_SECOND))
    with server(day, POSTS_A_SECOND * TAKEN_BACK) as host, running(folder, people) as house:
        idle = settled(house)
        prepare(house.folder, "stream", host)
        wait_for(lambda: house.sources().get("bluesky", (0, ""))[0] > POSTS_A_SECOND)
        before, cpu, began = house.sources()["bluesky"][0], house.cpu(), time.perf_counter()
        told = load(house, people, seconds)
        took = time.perf_counter() - began
        posts = (house.sources()["bluesky"][0] - before) / took
        busy = (house.cpu() - cpu) / took
        most = house.memory()
    for page in sorted(told, key=lambda page: -page["p95"]):
        print(f"{page['name']:<44} {page['count']:>7} {page['p50']:>7} ms {page['p95']:>7} ms")
    return rows(told, posts=posts, busy=busy, idle=idle, most=most)


def rows(told: list[dict[str, Any]], **found: float) -> list[dict[str, Any]]:
    """Return what was found as the report's rows."""
    total = next(page for page in told if page["name"] == "Aggregated")
    slowest = max((page for page in told if page is not total), key=lambda page: page["p95"])
    note = f"slowest page: {slowest['name']}, {slowest['p95']} ms; {total['rps']:.1f} requests/s"
    measured: list[tuple[str, float, str, float | None, bool | None, str | None]] = [
        ("95th percentile of all pages", total["p95"], "ms", GOAL_MS,
         total["p95"] < GOAL_MS, note),
        ("median of all pages", total["p50"], "ms", None, None, None),
        ("requests that failed", total["failures"], "", 0, total["failures"] == 0, None),
        ("posts taken meanwhile", found["posts"], "posts/s", GOAL_POSTS,
         found["posts"] > 0.98 * GOAL_POSTS, None),
        ("processors in use", found["busy"], f"of {CORES}", None, None, None),
        ("memory of all processes, idle, after reading the town", found["idle"], "MB",
         GOAL_MEMORY, found["idle"] < GOAL_MEMORY, "shared memory counted once"),
        ("memory of all processes, loaded", found["most"], "MB", None, None, None),
    ]  # fmt: skip
    empty = {"peer": None, "peer_value": None, "ratio": None}
    names = ("figure", "ours", "unit", "goal", "met", "note")
    return [{**empty, **dict(zip(names, one, strict=True))} for one in measured]


@contextlib.contextmanager
def running(folder: Path, people: int) -> Iterator[House]:
    """Run `auscult up` on a new archive, on two cores, with people who have signed in."""
    archive, cookies = folder / "archive", folder / "cookies.json"
    prepare(archive, "people", str(people), str(cookies))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    words = [str(Path(sys.executable).with_name("auscult")), "up", "--no-browser"]
    cores = sorted(os.sched_getaffinity(0))
    process = subprocess.Popen(
        [*words, "--archive", str(archive), "--port", str(port)],
        stdout=ASIDE,
        env={k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        | {"AUSCULT_WORKERS": str(CORES)}
        | {"AUSCULT_REACH": "127.0.0.1"},
        preexec_fn=lambda: os.sched_setaffinity(0, cores[:CORES]),  # noqa: PLW1509 - no threads
    )
    house = House(port=port, process=psutil.Process(process.pid), folder=archive, cookies=cookies)
    try:
        wait_for(lambda: process.poll() is not None or answers(port))
        if process.poll() is not None:
            raise RuntimeError("auscult up ended by itself")
        yield house
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def answers(port: int) -> bool:
    """Return whether Auscult says that it is ready."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


def settled(house: House) -> float:
    """Wait until the town has been read and the runner has made room; return the memory in MB."""
    wait_for(lambda: house.sources().get("lakeside", (0, ""))[1] == "finished")
    memory = [house.memory()]
    until = time.monotonic() + 60
    # A runner that grew starts afresh once it has had nothing to do for some seconds.
    while time.monotonic() < until:
        time.sleep(2)
        memory.append(house.memory())
    return min(memory[-10:])


def wait_for(true: Any) -> None:
    """Wait until something is so."""
    until = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > until:
            raise TimeoutError("Auscult didn't get there")
        time.sleep(0.25)


def prepare(archive: Path, verb: str, *words: str) -> None:
    """Change the archive, in a process of its own."""
    command = [sys.executable, "-m", "bench.load_prepare", verb, str(archive), *words]
    subprocess.run(command, check=True)


def load(house: House, people: int, seconds: int) -> list[dict[str, Any]]:
    """Let people come, and return what each page took."""
    words = [
        *(sys.executable, "-m", "locust", "-f", str(Path(__file__).with_name("load_people.py"))),
        *("--headless", "--users", str(people), "--spawn-rate", str(people / 10)),
        *("--run-time", f"{seconds}s", "--reset-stats", "--json", "--only-summary"),
        *("--exit-code-on-error", "0", "--loglevel", "WARNING"),
        *("--host", f"http://127.0.0.1:{house.port}"),
    ]
    environment = os.environ | {"LOAD_COOKIES": str(house.cookies)}
    # On the other cores, where there are any: locust is no part of what is measured.
    others = sorted(os.sched_getaffinity(0))[CORES:] or sorted(os.sched_getaffinity(0))
    done = subprocess.run(
        words,
        stdout=subprocess.PIPE,
        check=True,
        env=environment,
        preexec_fn=lambda: os.sched_setaffinity(0, others),
    )
    return [_page(one) for one in _with_total(json.loads(done.stdout))]


def _with_total(pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    total: dict[str, Any] = {
        "name": "Aggregated",
        "response_times": {},
        "num_requests": sum(page["num_requests"] for page in pages),
        "num_failures": sum(page["num_failures"] for page in pages),
        "start_time": min(page["start_time"] for page in pages),
        "last_request_timestamp": max(page["last_request_timestamp"] for page in pages),
    }
    for page in pages:
        for took, number in page["response_times"].items():
            total["response_times"][took] = total["response_times"].get(took, 0) + number
    return [*pages, total]


def _page(told: dict[str, Any]) -> dict[str, Any]:
    times = sorted((float(took), number) for took, number in told["response_times"].items())
    seconds = max(1e-9, told["last_request_timestamp"] - told["start_time"])
    return {
        "name": told["name"],
        "count": told["num_requests"],
        "failures": told["num_failures"],
        "rps": told["num_requests"] / seconds,
        "p50": _percentile(times, 0.5),
        "p95": _percentile(times, 0.95),
    }


def _percentile(times: list[tuple[float, int]], share: float) -> float:
    """Return the time within which a share of requests were answered, in ms."""
    wanted = share * sum(number for _, number in times)
    seen = 0
    for took, number in times:
        seen += number
        if seen >= wanted:
            return took
    return 0.0


if __name__ == "__main__":
    main()
