"""The child that serves the pages: granian, with as many workers as the house set, and threads."""

from __future__ import annotations

from django.conf import settings
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

# What the pages are made of; loaded once Django is set up.
PAGES = ("auscult.web.shell.urls", "auscult.web.dashboards.views")
THREADS = 3  # requests at once in each; Django's ORM blocks a thread while it waits


def serve(host: str, port: int) -> None:
    """Serve the pages until SIGTERM."""
    Granian(
        "auscult.web.shell.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        # A page is mostly Python, which uses one core a process.
        workers=settings.AUSCULT.workers,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
        log_dictconfig=settings.LOGGING,
        websockets=False,
    ).serve()
