"""Children of the supervisor: started, watched, restarted with a growing wait, stopped.

Each child leads a process group of its own. So a Ctrl-C in the terminal reaches the
supervisor alone, which then stops the children in order; and when a child is stopped,
whatever it started goes with it. A child that loses its supervisor ends by itself.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import connection
from multiprocessing.process import BaseProcess

# Linux forks, so that children share what the supervisor has already loaded. Elsewhere
# system libraries don't survive a fork, and children start afresh.
CONTEXT = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
FIRST_WAIT = 0.5  # seconds before the first restart; doubles with each one that follows
LONGEST_WAIT = 30.0
HEALTHY_AFTER = 60.0  # a child that ran so long starts again at FIRST_WAIT
GRACE = 8.0  # seconds between SIGTERM and SIGKILL
POLL = 0.1  # seconds
LOOK = 1.0  # seconds between two looks of a child at its supervisor


@dataclass(slots=True, kw_only=True)
class Child:
    """One process to keep alive: `target` can be pickled, takes nothing."""

    name: str
    target: Callable[[], None]
    process: BaseProcess | None = None
    started_at: float = 0.0
    wait: float = FIRST_WAIT
    due_at: float | None = field(default=0.0)

    def start(self) -> None:
        """Start the process."""
        # mypy: the two contexts have no common type with a Process.
        self.process = CONTEXT.Process(target=_enter, args=(self.target,), name=self.name)  # type: ignore[attr-defined]
        assert self.process is not None
        self.process.start()
        self.started_at = time.monotonic()
        self.due_at = None

    def note_exit(self) -> float:
        """Clear away what the ended process left; return the seconds until its restart."""
        assert self.process is not None
        _signal_group(self.process, signal.SIGKILL)
        self.process = None
        now = time.monotonic()
        if now - self.started_at >= HEALTHY_AFTER:
            self.wait = FIRST_WAIT
        wait, self.wait = self.wait, min(self.wait * 2, LONGEST_WAIT)
        self.due_at = now + wait
        return wait


class Keeper:
    """Keeps children running until a stop signal arrives.

    Parameters
    ----------
    children : sequence of Child
        Started in this order, stopped in the reverse one.
    say : callable
        Takes one line for the person at the terminal.
    """

    def __init__(self, children: Sequence[Child], *, say: Callable[[str], None]) -> None:
        self.children = children
        self.say = say

    def keep(self, *, until_true: Callable[[], bool]) -> None:
        """Start all children and restart those that end; stop all on SIGINT, SIGTERM, SIGHUP.

        Parameters
        ----------
        until_true : callable
            Called every POLL seconds until it returns True: the supervisor looks for its
            own first page with it.
        """
        with _stop_pipe() as stopped:
            try:
                self._keep(stopped, until_true)
            finally:
                self._stop()

    def _keep(self, stopped: int, until_true: Callable[[], bool]) -> None:
        done = False
        while True:
            self._start_due()
            done = done or until_true()
            sentinels = {c.process.sentinel: c for c in self.children if c.process}
            wait = self._next_due() if done else POLL
            ready = connection.wait([stopped, *sentinels], timeout=wait)
            if stopped in ready:
                return
            for sentinel in ready:
                self._ended(sentinels[sentinel])  # type: ignore[index]

    def _next_due(self) -> float | None:
        due = [child.due_at for child in self.children if child.due_at is not None]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _ended(self, child: Child) -> None:
        assert child.process is not None
        child.process.join()
        code = child.process.exitcode
        if code == 0:  # it wants to start afresh
            child.wait = FIRST_WAIT
        wait = child.note_exit()
        if code == 0:
            return
        self.say(f"The {child.name} ended unasked ({_exit_in_words(code)}); again in {wait:g} s.")

    def _start_due(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if child.due_at is not None and child.due_at <= now:
                child.start()

    def _stop(self) -> None:
        """Ask every child to end; after GRACE seconds make it."""
        living = [c.process for c in reversed(self.children) if c.process]
        for process in living:
            _signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        for process in living:
            process.join(max(0.0, deadline - time.monotonic()))
            # Also where the leader has ended: what it started may still be there.
            _signal_group(process, signal.SIGKILL)
            process.join()


def _enter(target: Callable[[], None]) -> None:
    """Run a child's `target` as the leader of its own group, tied to the supervisor's life."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, name="lifeline", daemon=True).start()
    target()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    # What the parent's end is known by is inherited by every child that is forked later: one of
    # those that hangs would hide it. So it is also looked at whose child this is.
    while parent.is_alive() and os.getppid() == parent.pid:
        parent.join(LOOK)
    os.killpg(0, signal.SIGTERM)
    time.sleep(GRACE)
    os.killpg(0, signal.SIGKILL)


def _signal_group(process: BaseProcess, number: signal.Signals) -> None:
    assert process.pid is not None
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        # It has ended, or is so young that it doesn't lead its group yet.
        if process.is_alive():
            os.kill(process.pid, number)


def _exit_in_words(code: int | None) -> str:
    if code is not None and code < 0:
        return f"signal {signal.Signals(-code).name}"
    return f"exit status {code}"


@contextlib.contextmanager
def _stop_pipe() -> Iterator[int]:
    """Yield a file descriptor that becomes readable once a stop signal has arrived."""
    reader, writer = os.pipe()

    def note(number: int, _frame: object) -> None:
        os.write(writer, bytes([number]))

    before = {number: signal.signal(number, note) for number in STOP_SIGNALS}
    try:
        yield reader
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(reader)
        os.close(writer)
