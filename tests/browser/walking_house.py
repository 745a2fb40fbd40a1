"""A house that wants nothing yet, for the walk from its priorities to the next cycle.

Runs in a process of its own, on the archive that AUSCULT_ARCHIVE names, and prints JSON: `fill`
founds the house and prints a token; `reply` prints the address that kim's mail of this week is
answered to; `alert` lets the watch raise an alert.
"""

# ruff: noqa: PLC0415 - models can be imported only once Django is set up

from __future__ import annotations

import json
import sys
from collections.abc import Callable

from auscult.terminal.archives import owner_of
from auscult.web.shell.start import start

PASSWORD = "gravel lantern walrus pumice"


def fill() -> str:
    """Found it with a colleague and a watch; return the secret of a token."""
    start()
    from django.core.management import call_command

    from auscult.web.accounts.actions import add_member, first_owner
    from auscult.web.accounts.models import Role
    from auscult.web.accounts.tokens_actions import make_token
    from auscult.web.listening.actions import save_watch

    call_command("migrate", verbosity=0, interactive=False)
    owner = first_owner(organisation="Lakeside General", username="owner")
    kim = add_member(owner, username="kim", email="kim@lakeside.example", role=Role.EDITOR)
    kim.set_password(PASSWORD)
    kim.save()
    save_watch(owner, name="Nurses", query="nurse OR nurses")
    _token, secret = make_token(owner, name="walk", scopes=["read", "write"], days=None)
    return secret


def reply() -> str:
    """Return the address that kim's mail of this week asks for an answer at."""
    owner = owner_of(None)
    from auscult.web.accounts.models import User
    from auscult.web.planning import marks, queries

    cycle, kim = queries.current(owner), User.objects.get(username="kim")
    assert cycle is not None
    week = queries.monday(queries.today(owner))
    return marks.address(marks.Mark(cycle=cycle.pk, person=kim.pk, week=week))


def alert() -> None:
    """Let the watch raise an alert."""
    owner = owner_of(None)
    from auscult.web.alerts.models import Alert, Kind
    from auscult.web.listening.queries import watches

    now, watch = owner.clock.now(), watches(owner).get(name="Nurses")
    Alert.objects.create(
        organisation_id=owner.organisation_id,
        name="A strike of nurses",
        kind=Kind.TOPIC,
        watch=watch,
        key="walk",
        since=now,
        raised_at=now,
        last_at=now,
        turned_at=now,
        facts={"mentions": [], "least": 1},
    )


if __name__ == "__main__":
    done: dict[str, Callable[[], str | None]] = {"fill": fill, "reply": reply, "alert": alert}
    print(json.dumps(done[sys.argv[1]]()))
