"""Start a server that others wrote, wait until it answers, and leave nothing of it behind."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
PATIENCE = 60.0  # seconds a server may take to start on a loaded machine
# The server runs beside a `cat` that waits for the end of the tests' pipe. When the pipe
# closes, also because the tests were killed, the whole process group goes; when the server
# ends by itself, too.
KEEPER = '("$@"; kill -KILL 0) </dev/null & cat >/dev/null; kill -KILL 0'


class Absent(Exception):
    """What the server needs isn't installed."""


class NotStarted(Exception):
    """The server is there and doesn't answer; the message ends with what it printed."""


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


def program(name: str, package: str) -> str:
    """Return the path of a program; raise `Absent` with the Debian package that has it."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if found is None:
        raise Absent(f"there is no `{name}`: apt-get install {package}")
    return found


@contextlib.contextmanager
def folder(name: str) -> Iterator[Path]:
    """Give a new folder that a server without rights may use; remove it at the end."""
    path = Path(tempfile.mkdtemp(prefix=f"auscult-{name}-"))
    hand_over(path)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def as_nobody() -> dict[str, Any]:
    """Say how `subprocess` starts a program without rights; for those that refuse root."""
    if os.geteuid():
        return {}
    account = pwd.getpwnam("nobody")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def prepare(command: Sequence[str | Path], *, cwd: Path, typed: str = "") -> str:
    """Run a program without rights to its end and return what it printed.

    `typed` is what it reads. Raises `NotStarted` with its own words when it fails.
    """
    done: subprocess.CompletedProcess[str] = subprocess.run(
        command, input=typed, capture_output=True, text=True, check=False, cwd=cwd, **as_nobody()
    )
    if done.returncode:
        words = f"{done.stdout}\n{done.stderr}"[-3000:]
        raise NotStarted(f"{command[0]} ended with {done.returncode}:\n{words}")
    return done.stdout


def hand_over(path: Path) -> None:
    """Let a program started `as_nobody` write here, and in all that is below."""
    person = as_nobody()
    if person:
        for one in [path, *path.rglob("*")]:
            os.chown(one, person["user"], person["group"])


class Server:
    """A running program with all that it started, and what they printed."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        name: str,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        nobody: bool = False,
    ) -> None:
        self.name = name
        self.log = cwd / f"{name}.log"
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", KEEPER, name, *map(str, command)],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env={**os.environ, **(env or {})},
                start_new_session=True,
                **(as_nobody() if nobody else {}),
            )

    @property
    def group(self) -> int:
        """The id of its process group."""
        return self._process.pid

    @property
    def printed(self) -> str:
        """All that it wrote so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_for(self, ready: Callable[[], T | None], *, patience: float = PATIENCE) -> T:
        """Return what `ready` gives once it gives something; it may raise `OSError` until then."""
        until = time.monotonic() + patience
        while True:
            with contextlib.suppress(OSError):
                found = ready()
                if found is not None:
                    return found
            if self._process.poll() is not None:
                raise NotStarted(f"{self.name} ended while it started:\n{self.printed[-3000:]}")
            if time.monotonic() > until:
                raise NotStarted(
                    f"{self.name} didn't answer in {patience:.0f} s:\n{self.printed[-3000:]}"
                )
            time.sleep(0.02)

    def stop(self) -> None:
        """End it and all that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdin:
            self._process.stdin.close()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
