"""Before the first test: an archive of the tests' own, and, if wanted, a PostgreSQL cluster.

Loaded by pytest with `-p auscult.web.shell.testing`, ahead of anything that reads the
settings. `AUSCULT_TEST_POSTGRES=1` starts a private cluster that ends with the session.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from auscult.web.shell.options import PREFIX

_PATIENCE = 30.0

# A busy machine makes nothing wrong: how long an example takes is no property of the code.
# (Where CI is set, hypothesis loads a profile of its own that says the same.)
settings.register_profile(
    "patient", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
if "CI" not in os.environ:
    settings.load_profile("patient")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A running PostgreSQL that nobody else uses; it has no password and no network."""

    folder: Path
    server: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Return its address, as AUSCULT_DATABASE_URL takes it."""
        return f"postgresql://auscult@/postgres?host={self.folder}"

    def stop(self) -> None:
        """End it and remove its files."""
        self.server.terminate()
        self.server.wait(_PATIENCE)
        shutil.rmtree(self.folder)


def start_postgres() -> Cluster:
    """Start a private cluster in a new folder; PostgreSQL refuses root, so not as root."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="auscult-postgres-"))
    person: dict[str, Any] = {}
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres" if _has_account("postgres") else "nobody")
        os.chown(folder, account.pw_uid, account.pw_gid)
        person = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    data = folder / "data"
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "auscult", "-A", "trust", "-E", "UTF8",
         "--locale=C.UTF-8", "--no-sync"],
        check=True, stdout=subprocess.DEVNULL, cwd=folder, **person,
    )  # fmt: skip
    server = subprocess.Popen(
        [programs / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=",
         "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "shared_buffers=64MB"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, **person,
    )  # fmt: skip
    until = time.monotonic() + _PATIENCE
    ready = [str(programs / "pg_isready"), "-q", "-h", str(folder), "-U", "auscult"]
    while subprocess.run(ready, check=False).returncode:
        if server.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"PostgreSQL in {folder} didn't start")
        time.sleep(0.05)
    return Cluster(folder=folder, server=server)


def _has_account(name: str) -> bool:
    return any(account.pw_name == name for account in pwd.getpwall())


def _programs() -> Path:
    """Return the folder of PostgreSQL's programs, the newest version's."""
    found = shutil.which("postgres")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not versions:
        raise RuntimeError("AUSCULT_TEST_POSTGRES needs PostgreSQL: apt install postgresql")
    return versions[-1].parent


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config,
) -> Generator[None, object, object]:
    """Choose archive, key and database before the settings are read."""
    # Playwright leaves an event loop running in the process; Django would refuse to work
    # for the tests that come after, though none of them is asynchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    # Many machines that build have Python keep no compiled modules. The tests start hundreds of
    # processes, each of which would compile more than a thousand of them: a third of its start.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    if "PYTEST_XDIST_WORKER" not in os.environ:
        archive = tempfile.mkdtemp(prefix="auscult-tests-")
        early_config.add_cleanup(lambda: shutil.rmtree(archive, ignore_errors=True))
        os.environ[PREFIX + "ARCHIVE"] = archive
        os.environ[PREFIX + "SECRET_KEY"] = secrets.token_urlsafe(48)
        if os.environ.get(PREFIX + "TEST_POSTGRES") == "1":
            cluster = start_postgres()
            early_config.add_cleanup(cluster.stop)
            os.environ[PREFIX + "DATABASE_URL"] = cluster.url
    return (yield)
