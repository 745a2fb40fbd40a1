"""Django's SQLite backend, on a library that is new enough, with Auscult's pragmas."""

from __future__ import annotations

import importlib
import sqlite3
import sys
from types import ModuleType
from typing import Any

from django.core.exceptions import ImproperlyConfigured

# 3.42 brought FTS5's `secure-delete`: without it a forgotten post's words stay in the
# index until segments happen to be merged.
NEEDED = (3, 42, 0)

PRAGMAS = (
    # Readers and one writer at once.
    "PRAGMA journal_mode=WAL",
    # A killed process loses nothing that was committed. A power cut may undo the last
    # commits, whole; a source's resume point goes with them, so it is read again.
    # `forget` checkpoints, which syncs.
    "PRAGMA synchronous=NORMAL",
    # What is deleted is overwritten in the file, not only unlinked.
    "PRAGMA secure_delete=ON",
    "PRAGMA cache_size=-65536",
    "PRAGMA wal_autocheckpoint=4000",
    "PRAGMA journal_size_limit=67108864",
)


def _django_on(driver: ModuleType) -> ModuleType:
    """Import Django's backend on another module than the standard library's sqlite3.

    Only the backend sees it: the standard library's stands again afterwards.
    """
    names = ("sqlite3", "sqlite3.dbapi2")
    own = {name: sys.modules[name] for name in names}
    sys.modules.update(zip(names, (driver, driver.dbapi2), strict=True))
    try:
        return importlib.import_module("django.db.backends.sqlite3.base")
    finally:
        sys.modules.update(own)


def _backend() -> ModuleType:
    if sqlite3.sqlite_version_info >= NEEDED:
        return importlib.import_module("django.db.backends.sqlite3.base")
    try:
        driver = importlib.import_module("pysqlite3")
    except ImportError:
        driver = sqlite3
    if driver.sqlite_version_info < NEEDED:
        raise ImproperlyConfigured(
            f"SQLite {driver.sqlite_version} is too old: Auscult needs 3.42 to forget posts "
            "without a trace (sqlite-too-old). Install the package pysqlite3-binary, use a "
            "Python with a newer SQLite, or set AUSCULT_DATABASE_URL to a PostgreSQL database."
        )
    return _django_on(driver)


_module = _backend()
if _module.Database.sqlite_version_info < NEEDED:
    raise ImproperlyConfigured(
        "Django's SQLite backend was imported on an old SQLite before Auscult's "
        "(sqlite-too-early). Call auscult.web.shell.start.start first."
    )

# Binding None goes through the driver's whole search for an adapter, about a microsecond a
# value; found at once, it costs a tenth. Most columns of most posts are None.
_module.Database.register_adapter(type(None), lambda none: none)

driver = _module.Database  # for who opens another file than the archive's database


class DatabaseWrapper(_module.DatabaseWrapper):  # type: ignore[name-defined, misc]
    """Django's, with write-ahead log, immediate transactions and deletion that overwrites."""

    def get_connection_params(self) -> dict[str, Any]:
        """Add what Auscult needs to the parameters of each connection."""
        options = self.settings_dict["OPTIONS"]
        # A transaction that will write takes its turn at once: one that reads first and
        # then writes would fail when another wrote in between.
        options.setdefault("transaction_mode", "IMMEDIATE")
        options.setdefault("timeout", 30)
        options.setdefault("init_command", ";".join(PRAGMAS))
        params: dict[str, Any] = super().get_connection_params()
        return params
