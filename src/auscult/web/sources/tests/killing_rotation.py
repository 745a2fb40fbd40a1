"""Rotate the keys of an archive in a process that is killed at random instants.

Run as a script by `test_source_secrets.py`, `killing_rotation.py FOLDER SEED KILLS`: after
each kill every source's credentials must be readable.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

from auscult.web.shell.start import start

FOLDER = Path(sys.argv[1])
start(FOLDER)

# Django's models can be imported once it is set up.
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402

from auscult.engine.kernel.clock import SystemClock  # noqa: E402
from auscult.web.accounts.actions import first_owner  # noqa: E402
from auscult.web.accounts.keys import key_file  # noqa: E402
from auscult.web.sources.actions import add_source  # noqa: E402
from auscult.web.sources.models import Source  # noqa: E402
from auscult.web.sources.secrets import opened_config, rotate_secrets  # noqa: E402

SOURCES = 60


def add_sources() -> None:
    call_command("migrate", verbosity=0, interactive=False)
    owner = first_owner(organisation="Lakeside Hospital", username="owner", clock=SystemClock())
    for number in range(SOURCES):
        config = {"instance": "https://town.example", "access_token": f"token-{number}"}
        add_source(owner, name=str(number), connector="mastodon", config=config)


def rotate_until_killed(after: float) -> None:
    connections.close_all()
    child = os.fork()
    if child == 0:
        while True:
            rotate_secrets(clock=SystemClock())
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def check() -> None:
    for source in Source.objects.all():
        token = opened_config(source)["access_token"]
        assert token == f"token-{source.name}", f"{source.name} has {token}"


def main(seed: int, kills: int) -> None:
    add_sources()
    chance = random.Random(seed)
    rotated = set()
    for _ in range(kills):
        rotate_until_killed(chance.uniform(0, 0.12))
        check()
        rotated.add(key_file().keys()[0])
    done = rotate_secrets(clock=SystemClock())
    assert (done.renewed, done.lost) == (SOURCES, ())
    assert len(key_file().keys()) == 2
    assert len(rotated) > kills / 3, f"only {len(rotated)} rotations in {kills} kills"
    print(sorted(file.name for file in FOLDER.iterdir() if "secrets.key" in file.name))


main(int(sys.argv[2]), int(sys.argv[3]))
