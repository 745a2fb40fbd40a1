"""The child that serves the pages: granian, a worker for each of two cores, with threads."""

from __future__ import annotations

import os

from django.conf import settings
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

# A page is mostly Python, which uses one core a process; a third would only take memory.
WORKERS = min(2, os.cpu_count() or 1)
THREADS = 3  # requests at once in each; Django's ORM blocks a thread while it waits


def serve(host: str, port: int) -> None:
    """Serve the pages until SIGTERM."""
    Granian(
        "auscult.web.shell.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=WORKERS,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
        log_dictconfig=settings.LOGGING,
        websockets=False,
    ).serve()
