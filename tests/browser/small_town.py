"""Fill an archive for the browser tests: watches, a small town, and a file with broken lines.

Runs in a process of its own, on the archive that AUSCULT_ARCHIVE names.
"""

# ruff: noqa: PLC0415 - models can be imported only once Django is set up

from __future__ import annotations

import threading
from datetime import timedelta

from auscult.engine.kernel.clock import SystemClock
from auscult.web.shell.start import start

DAYS = 30
LINES = """\
{"uri": "letter:1", "created_at": "DAYT09:00:00Z", "author": "ann", "text": "The new ward at Lakeside General is bright and quiet"}
{"uri": "letter:2", "created_at": "DAYT09:10:00Z", "text": "Two hours in the emergency room
{"uri": "letter:3", "created_at": "DAYT10:00:00Z", "author": "eve", "text": "Thank you to every nurse at Lakeside General!"}
not a letter at all
{"uri": "letter:5", "created_at": "DAYT11:00:00Z", "author": "<script>alert(1)</script>", "text": "<b>Lakeside General</b> & its café"}
"""


def fill() -> None:
    """Found the house, add its watches and sources, and read them to their end."""
    options = start()
    from django.core.management import call_command

    from auscult.web.accounts.actions import first_owner
    from auscult.web.listening.actions import save_watch
    from auscult.web.shell.lakeside import watches
    from auscult.web.shell.runner import Runner
    from auscult.web.sources.actions import Keep, add_source
    from auscult.web.sources.network import network

    call_command("migrate", verbosity=0, interactive=False)
    owner = first_owner(organisation="Lakeside General", username="owner")
    for name, query in watches().items():
        save_watch(owner, name=name, query=query)
    clock = SystemClock()
    day = (clock.now() - timedelta(days=2)).date()
    file = options.archive / "letters.jsonl"
    file.write_text(LINES.replace("DAY", str(day)))
    config = {"days": DAYS, "posts": 9_000, "start": str(day - timedelta(days=DAYS - 1))}
    keep = Keep(sample_share=1.0)
    add_source(owner, name="Lakeside", connector="lakeside", config=config, keep=keep)
    add_source(owner, name="Letters", connector="files", config={"paths": [str(file)]})
    runner = Runner(clock=clock, stop=threading.Event(), network=network())
    while runner.round():
        continue


if __name__ == "__main__":
    fill()
