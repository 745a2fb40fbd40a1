"""`auscult up`, for real: it says where it is, serves there, and leaves nothing behind."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from auscult.engine.kernel.errors import Correctable
from auscult.web.shell.supervisor import free_port, kept_port


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody uses."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_port_in_use_is_replaced_by_the_next_free_one(taken: int) -> None:
    said: list[str] = []

    port = free_port("127.0.0.1", taken, say=said.append)

    assert port > taken
    assert said == [f"Port {taken} is in use; taking {port}."]


def test_a_free_port_is_taken_without_a_word(taken: int) -> None:
    said: list[str] = []
    free = free_port("127.0.0.1", taken, say=said.append)
    said.clear()

    assert free_port("127.0.0.1", free, say=said.append) == free
    assert said == []


def test_a_port_that_is_kept_is_nobody_elses_and_its_server_gets_it(taken: int) -> None:
    said: list[str] = []
    free = free_port("127.0.0.1", taken, say=said.append)

    with kept_port("127.0.0.1", free):
        assert free_port("127.0.0.1", free, say=said.append) > free
        # As granian makes its own.
        with socket.create_server(("127.0.0.1", free), reuse_port=True) as server:
            with socket.create_connection(("127.0.0.1", free), timeout=10):
                server.accept()[0].close()
            assert free_port("127.0.0.1", free, say=said.append) > free


def test_an_address_that_cannot_be_served_is_refused() -> None:
    with pytest.raises(Correctable, match=r"The address 'no such host' can't be served"):
        free_port("no such host", 8470, say=print)


def begin(archive: Path, port: int) -> tuple[subprocess.Popen[str], list[str]]:
    """Start it; return what it printed up to the link."""
    environment = {key: value for key, value in os.environ.items() if "AUSCULT_" not in key}
    process = subprocess.Popen(
        [
            *(Path(sys.executable).with_name("auscult"), "up", "--no-browser", "--empty"),
            *("--archive", archive, "--port", str(port)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    lines: list[str] = []
    while not lines or "/sign-in/?token=" not in lines[-1]:
        line = process.stdout.readline()
        assert line, "".join(lines)
        lines.append(line)
    return process, lines


def status(link: str) -> int:
    """Return how the page that a link leads to answers."""
    found = re.fullmatch(r"\s*http://([\d.]+):(\d+)(/\S+)\s*", link)
    assert found is not None
    connection = http.client.HTTPConnection(found[1], int(found[2]), timeout=30)
    try:
        connection.request("GET", found[3])
        return connection.getresponse().status
    finally:
        connection.close()


def test_it_starts_serves_and_stops_without_leaving_anything(tmp_path: Path, taken: int) -> None:
    archive = tmp_path / "archive"
    process, lines = begin(archive, taken)
    family = psutil.Process(process.pid).children(recursive=True)

    assert lines[0].startswith(f"Port {taken} is in use; taking ")
    assert status(lines[-1]) == http.client.OK
    assert len(family) >= 2
    assert archive.joinpath("secret.key").stat().st_mode & 0o077 == 0

    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=60)

    assert process.returncode == 0
    assert rest.endswith("Stopped.\n")
    assert "Traceback" not in rest
    assert psutil.wait_procs(family, timeout=30)[1] == []
    assert not archive.joinpath("auscult.sqlite3-wal").exists()
