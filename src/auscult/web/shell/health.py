"""Whether Auscult can do its work now: what a load balancer asks, and the doctor as well."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from auscult.engine.kernel.clock import Clock
from auscult.web.shell import metrics
from auscult.web.shell.meter import meter_of
from auscult.web.shell.options import Options

# Seconds without a sign of the runner after which it counts as stuck. The longest that it is
# still without reason to worry is the first compilation of kernels on a slow machine.
STUCK = 180.0


def database_answers() -> bool:
    """Return whether a query is answered."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except DatabaseError:
        return False


def missing_migrations() -> list[str]:
    """Return the names of the migrations that the database hasn't had yet."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def migrations_are_done() -> bool:
    """Return whether the database has what this version needs."""
    try:
        return not missing_migrations()
    except DatabaseError:
        return False


def is_writable(folder: Path) -> bool:
    """Return whether a file can be written there, and read back."""
    file = folder / f".probe.{secrets.token_hex(8)}"
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(descriptor, b"written")
        finally:
            os.close(descriptor)
        return file.read_bytes() == b"written"
    except OSError:
        return False
    finally:
        file.unlink(missing_ok=True)


def since_heartbeat(options: Options, clock: Clock) -> float | None:
    """Return the seconds since the runner last moved; None where it never did."""
    meter = meter_of(options.archive)
    beat = meter.read().get(metrics.HEARTBEAT) if meter is not None else None
    return clock.now().timestamp() - beat if beat is not None else None


def readiness(options: Options, clock: Clock) -> dict[str, bool]:
    """Return each thing that has to be so before anybody is sent here, and whether it is."""
    checks: dict[str, Callable[[], bool]] = {
        "database": database_answers,
        "migrations": migrations_are_done,
        "archive": lambda: is_writable(options.archive),
        "runner": lambda: (since_heartbeat(options, clock) or 0.0) < STUCK,
    }
    found = {name: check() for name, check in checks.items()}
    # Before its first sign it is starting: not ready, but not stuck.
    found["runner"] &= since_heartbeat(options, clock) is not None
    return found
