"""The keeper of children, with real processes: no orphan remains, whatever dies first."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

# A supervisor with a steady child that itself starts a process, and a child that crashes once.
SUPERVISOR = """
import os, subprocess, sys, time
from pathlib import Path
from auscult.web.shell import processes
from auscult.web.shell.processes import Child, Keeper

processes.GRACE = 1.0
folder = Path(sys.argv[1])

def say(line):
    os.write(1, f"{line}\\n".encode())  # one write: several processes say something at once

def steady():
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    say("steady is there")
    time.sleep(600)

def shaky():
    if not (folder / "crashed").exists():
        (folder / "crashed").touch()
        raise SystemExit(7)
    say("shaky is back")
    time.sleep(600)

def stubborn():
    import signal
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    say("stubborn is there")
    while True:
        time.sleep(600)

def hung():
    import ctypes
    say("hung is there")
    ctypes.PyDLL(None).sleep(600)  # none of its threads goes on

names = sys.argv[2].split(",")
children = [Child(name=name, target=globals()[name]) for name in names]
Keeper(children, say=say).keep(until_true=lambda: True)
say("stopped")
"""


PATIENCE = 60.0  # seconds: a loaded machine is slow, but nothing may hang


class Running:
    """A supervisor in a process of its own, and what it prints."""

    def __init__(self, folder: Path, names: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, str(folder), names],
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        self._said = b""
        self.family: list[psutil.Process] = []

    def wait_for(self, *lines: str) -> list[str]:
        """Read until all of `lines` were printed, in any order; fail when it takes too long."""
        deadline = time.monotonic() + PATIENCE
        while not set(lines) <= set(self.seen):
            said = self._read(deadline - time.monotonic())
            self.family = psutil.Process(self.process.pid).children(recursive=True)
            assert said is not None, f"waits for {lines} after {self.seen}"
            assert said, f"ended after {self.seen}"
            self._said += said
        return self.seen

    @property
    def seen(self) -> list[str]:
        """The lines that it printed to their end."""
        return [line.decode().strip() for line in self._said.split(b"\n")[:-1]]

    def _read(self, seconds: float) -> bytes | None:
        """Return what it says next, nothing at its end; None when it says nothing for so long."""
        assert self.process.stdout is not None
        # Not select.select: it takes no file beyond the thousandth of a process.
        with selectors.DefaultSelector() as waiting:
            waiting.register(self.process.stdout, selectors.EVENT_READ)
            ready = waiting.select(max(0.0, seconds))
        return os.read(self.process.stdout.fileno(), 65_536) if ready else None

    def close(self) -> None:
        """Kill what is left, whatever was known of it, and wait for the supervisor.

        Nobody waits for the end of what it prints: a child that was missed would hold it open.
        """
        left = set(self.family)
        with contextlib.suppress(psutil.NoSuchProcess):
            left.update(psutil.Process(self.process.pid).children(recursive=True))
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.kill()
        self.process.wait(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()


def left_of(family: list[psutil.Process]) -> list[psutil.Process]:
    """Wait for processes to end; return those that don't.

    One that has ended and that nobody has asked for its status yet, as init may do late, is gone.
    """
    deadline = time.monotonic() + PATIENCE
    while left := [one for one in family if not has_ended(one)]:
        if time.monotonic() > deadline:
            break
        time.sleep(0.01)
    return left


def has_ended(process: psutil.Process) -> bool:
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


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

    assert running.process.wait(PATIENCE) == 0
    assert left_of(running.family) == []


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

    assert left_of(running.family) == []


def test_a_child_that_hangs_keeps_no_other_one_alive(
    supervisor: Callable[[str], Running],
) -> None:
    running = supervisor("steady,hung")
    running.wait_for("steady is there", "hung is there")
    hung = max(psutil.Process(running.process.pid).children(), key=lambda one: one.pid)
    others = [one for one in running.family if one != hung]
    assert len(others) == 2

    os.kill(running.process.pid, signal.SIGKILL)

    assert left_of(others) == []
    assert not has_ended(hung)


def test_a_child_that_does_not_listen_is_killed(supervisor: Callable[[str], Running]) -> None:
    running = supervisor("stubborn")
    running.wait_for("stubborn is there")

    running.process.send_signal(signal.SIGTERM)

    assert running.process.wait(PATIENCE) == 0
    assert left_of(running.family) == []
