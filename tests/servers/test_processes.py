"""A server of somebody else's leaves nothing behind, however the tests end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from servers.processes import Absent, NotStarted, Server, program

TESTS = Path(__file__).parents[1]
# A server that starts another program, as most do.
FAMILY = ["/bin/sh", "-c", "sleep 600 & echo ready; wait"]
STARTER = f"""
import sys, time
from pathlib import Path
sys.path.insert(0, {str(TESTS)!r})
from servers.processes import Server
server = Server({FAMILY!r}, name="family", cwd=Path(sys.argv[1]))
server.wait_for(lambda: "ready" in server.printed or None)
print(server.group, flush=True)
time.sleep(600)
"""


def members(group: int) -> list[psutil.Process]:
    """Return the living processes of a group."""
    found = []
    for process in psutil.process_iter(["status"]):
        if process.info["status"] == psutil.STATUS_ZOMBIE:
            continue
        try:
            if os.getpgid(process.pid) == group:
                found.append(process)
        except ProcessLookupError:
            continue
    return found


def soon(condition: Callable[[], bool]) -> bool:
    until = time.monotonic() + 10
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    return condition()


def test_stopping_ends_the_whole_family(tmp_path: Path) -> None:
    with Server(FAMILY, name="family", cwd=tmp_path) as server:
        server.wait_for(lambda: "ready" in server.printed or None)
        assert len(members(server.group)) >= 2
    assert soon(lambda: not members(server.group))


def test_the_family_ends_when_the_tests_are_killed(tmp_path: Path) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, tmp_path], stdout=subprocess.PIPE, text=True
    )
    with starter:
        assert starter.stdout is not None
        group = int(starter.stdout.readline())
        assert members(group)
        starter.send_signal(signal.SIGKILL)
    assert soon(lambda: not members(group))


def test_what_it_printed_is_shown_when_it_does_not_start(tmp_path: Path) -> None:
    broken = ["/bin/sh", "-c", "echo the port is taken >&2; exit 3"]
    with (
        Server(broken, name="broken", cwd=tmp_path) as server,
        pytest.raises(NotStarted, match="ended while it started:\nthe port is taken"),
    ):
        server.wait_for(lambda: None)
    mute = ["/bin/sh", "-c", "echo hmm; sleep 600"]
    with Server(mute, name="mute", cwd=tmp_path) as server:
        server.wait_for(lambda: "hmm" in server.printed or None)
        with pytest.raises(NotStarted, match=r"didn't answer in 0 s:\nhmm"):
            server.wait_for(lambda: None, patience=0)


def test_a_missing_program_names_its_package() -> None:
    with pytest.raises(Absent, match="apt-get install nothing-of-the-kind"):
        program("no-such-program", "nothing-of-the-kind")
