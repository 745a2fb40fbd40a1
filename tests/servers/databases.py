"""A PostgreSQL and a Redis that nobody else uses, for the servers that need them."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

from servers.processes import Absent, Server, folder, free_port, prepare, program

DEBIAN = Path("/usr/lib/postgresql")


@contextlib.contextmanager
def running_postgres() -> Iterator[str]:
    """Give the address of an empty cluster, reached by a socket only, without a password."""
    programs = _postgres_programs()
    with folder("postgres") as place:
        data = place / "data"
        prepare(
            [programs / "initdb", "-D", data, "-U", "auscult", "-A", "trust", "-E", "UTF8",
             "--locale=C.UTF-8", "--no-sync"],
            cwd=place,
        )  # fmt: skip
        command: list[str | Path] = [
            programs / "postgres", "-D", data, "-k", place, "-c", "listen_addresses=",
                   "-c", "fsync=off", "-c", "full_page_writes=off"]  # fmt: skip
        ready: list[str | Path] = [programs / "pg_isready", "-q", "-h", place, "-U", "auscult"]
        with Server(command, name="postgres", cwd=place, nobody=True) as server:
            server.wait_for(lambda: subprocess.run(ready, check=False).returncode == 0 or None)
            yield f"postgresql://auscult@/postgres?host={place}"


@contextlib.contextmanager
def running_redis() -> Iterator[str]:
    """Give host and port of an empty Redis that writes nothing to disk."""
    port = free_port()
    command = [program("redis-server", "redis-server"), "--port", str(port), "--bind", "127.0.0.1"]
    with (
        folder("redis") as place,
        Server([*command, "--save", ""], name="redis", cwd=place, nobody=True) as server,
    ):
        server.wait_for(lambda: _answers(port))
        yield f"127.0.0.1:{port}"


def _answers(port: int) -> bool | None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"PING\r\n")
        return connection.recv(64).startswith(b"+PONG") or None


def _postgres_programs() -> Path:
    found = shutil.which("postgres")
    if found and Path(os.path.realpath(found)).with_name("initdb").exists():
        return Path(os.path.realpath(found)).parent
    versions = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda one: int(one.parts[-3]))
    if not versions:
        raise Absent("there is no PostgreSQL: apt-get install postgresql")
    return versions[-1].parent
