"""What the load benchmark changes in an archive, in a process of its own.

python -m bench.load_prepare people ARCHIVE NUMBER COOKIES.json
python -m bench.load_prepare stream ARCHIVE HOST
"""

# ruff: noqa: PLC0415 - Django can be imported only once it is set up

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("AUSCULT_REACH", "127.0.0.1")
ROLES = ("editor", "analyst", "analyst", "approver", "privacy")


def people(archive: str, number: str, cookies: str) -> None:
    """Add members who have signed in; write their cookies."""
    from auscult.terminal.archives import owner_of

    actor = owner_of(Path(archive))
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from auscult.web.accounts.actions import add_member
    from auscult.web.accounts.models import Role

    keys = []
    for at in range(int(number)):
        user = add_member(actor, username=f"person{at}", role=Role(ROLES[at % len(ROLES)]))
        session: Any = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        keys.append(f"{settings.SESSION_COOKIE_NAME}={session.session_key}")
    Path(cookies).write_text(json.dumps(keys))


def stream(archive: str, host: str) -> None:
    """Connect the local stream."""
    from auscult.terminal.archives import owner_of

    actor = owner_of(Path(archive))
    from auscult.web.sources.actions import add_source

    config = {"hosts": [host], "version": 2, "compress": False, "hours_back": 36}
    add_source(actor, name="stream", connector="bluesky", config=config)


if __name__ == "__main__":
    if sys.argv[1] == "people":
        people(*sys.argv[2:])
    else:
        stream(*sys.argv[2:])
