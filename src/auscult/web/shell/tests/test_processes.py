"""The keeper of children, with real processes: no orphan remains, whatever dies first."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

# A supervisor with a steady child that itself starts a process, and a child that crashes once.
SUPERVISOR = """
import subprocess, sys, time
from pathlib import Path
from auscult.web.shell import processes
from auscult.web.shell.processes import Child, Keeper

processes.GRACE = 1.0
folder = Path(sys.argv[1])

def steady():
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print("steady is there", flush=True)
    time.sleep(600)

def shaky():
    if not (folder / "crashed").exists():
        (folder / "crashed").touch()
        raise SystemExit(7)
    print("shaky is back", flush=True)
    time.sleep(600)

def stubborn():
    import signal
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("stubborn is there", flush=True)
    while True:
        time.sleep(600)

names = sys.argv[2].split(",")
children = [Child(name=name, target=globals()[name]) for name in names]
Keeper(children, say=lambda line: print(line, flush=True)).keep(until_true=lambda: True)
print("stopped", flush=True)
"""


class Running:
    """A supervisor in a process of its own, and what it prints."""

    def __init__(self, folder: Path, names: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, str(folder), names],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.family: list[psutil.Process] = []

    def wait_for(self, *lines: str) -> list[str]:
        """Read until all of `lines` were printed, in any order."""
        assert self.process.stdout is not None
        seen: list[str] = []
        while not set(lines) <= set(seen):
            line = self.process.stdout.readline()
            assert line, f"ended after {seen}"
            seen.append(line.strip())
        self.family = psutil.Process(self.process.pid).children(recursive=True)
        return seen

    def close(self) -> None:
        """Kill what is left, and wait for it."""
        for process in self.family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Callable[[str], Running]]:
    running: list[Running] = []

    def begin(names: str) -> Running:
        running.append(Running(tmp_path, names))
        return running[-1]

    yield begin
    for each in running:
        each.close()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_stop_signal_ends_the_whole_family(
    supervisor: Callable[[str], Running], number: int
) -> None:
    running = supervisor("steady")
    running.wait_for("steady is there")
    assert len(running.family) == 2

    running.process.send_signal(number)

    assert running.process.wait(10) == 0
    assert psutil.wait_procs(running.family, timeout=5)[1] == []


def test_a_child_that_crashes_is_started_again(supervisor: Callable[[str], Running]) -> None:
    running = supervisor("steady,shaky")

    seen = running.wait_for("steady is there", "shaky is back")

    assert "The shaky ended unasked (exit status 7); again in 0.5 s." in seen


def test_children_end_with_a_supervisor_that_was_killed(
    supervisor: Callable[[str], Running],
) -> None:
    running = supervisor("steady,shaky")
    running.wait_for("steady is there", "shaky is back")
    assert len(running.family) == 3

    os.kill(running.process.pid, signal.SIGKILL)

    assert psutil.wait_procs(running.family, timeout=10)[1] == []


def test_a_child_that_does_not_listen_is_killed(supervisor: Callable[[str], Running]) -> None:
    running = supervisor("stubborn")
    running.wait_for("stubborn is there")

    running.process.send_signal(signal.SIGTERM)

    assert running.process.wait(15) == 0
    assert psutil.wait_procs(running.family, timeout=5)[1] == []
