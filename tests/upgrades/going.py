"""From the previous release to this one and back, with data in the tables; run by the test.

`python going.py ARCHIVE HEADS` where HEADS is JSON: app to the release's last migration.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from auscult.web.shell.start import start

start(Path(sys.argv[1]))

from django.apps import apps  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402

from auscult.web.accounts import audit  # noqa: E402
from auscult.web.accounts.actions import record_audit  # noqa: E402
from auscult.web.accounts.models import Membership, User  # noqa: E402
from auscult.web.accounts.queries import actor_for  # noqa: E402

HEADS: dict[str, str] = json.loads(sys.argv[2])
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
ROLES = ("owner", "editor", "viewer")


def to_release() -> Any:
    """Go to the previous release; return its models, by `get_model`."""
    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    later = {
        app
        for app, _ in graph.leaf_nodes()
        if app not in HEADS and apps.get_app_config(app).name.startswith(("auscult", "allauth"))
    }
    for app in sorted(later):
        call_command("migrate", app, "zero", verbosity=0)
    for app, name in HEADS.items():
        call_command("migrate", app, name, verbosity=0)
    for app in ("auth", "contenttypes", "sessions"):
        call_command("migrate", app, verbosity=0)
    executor = MigrationExecutor(connection)
    targets = [node for node in executor.loader.applied_migrations if node[0] not in later]
    return executor.loader.project_state(targets).apps.get_model


def plant(model: Any) -> None:
    house = model("accounts", "Organisation").objects.create(name="House")
    for role in ROLES:
        user = model("accounts", "User").objects.create(username=role, password="!")
        model("accounts", "Membership").objects.create(
            organisation_id=house.pk, user_id=user.pk, role=role
        )
    for number in range(30):
        model("accounts", "AuditEntry").objects.create(
            organisation_id=house.pk, at=NOON + timedelta(minutes=number), user_id=user.pk,
            actor="owner", action="look", target=str(number),
            details={"n": number, "x": 1.0, "é": ["a", None]},
        )  # fmt: skip
    source = model("sources", "Source").objects.create(
        organisation_id=house.pk, name="posts", connector="files", config={"paths": []},
        next_attempt=NOON, created_at=NOON,
    )  # fmt: skip
    watch = model("listening", "Watch").objects.create(
        organisation_id=house.pk, name="flu", query="flu", canonical="flu",
        created_at=NOON, changed_at=NOON,
    )  # fmt: skip
    model("listening", "WatchList").objects.create(organisation_id=house.pk, version=1)
    for number in range(5):
        add_mention(model, house.pk, source.pk, watch.pk, number)


def add_mention(model: Any, house: int, source: int, watch: int, number: int) -> None:
    at = NOON + timedelta(hours=number)
    key = int(at.timestamp()) << 20
    model("listening", "Mention").objects.create(
        id=key, organisation_id=house, origin_id=source, uri=f"p:{number}", author="a",
        created_at=at, collected_at=at, text=f"flu {number}",
    )  # fmt: skip
    # As the release itself does: by its own words.
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO listening_match (watch_id, mention_id, spans) VALUES (%s, %s, %s)",
            [watch, key, "[]"],
        )


def counts(model: Any) -> dict[str, int]:
    names = ("accounts.Organisation", "accounts.User", "accounts.Membership",
             "accounts.AuditEntry", "sources.Source", "listening.Watch", "listening.Mention",
             "listening.Match")  # fmt: skip
    return {name: model(*name.split(".")).objects.count() for name in names}


def look_at_this_release() -> None:
    roles = dict(Membership.objects.values_list("user__username", "role"))
    assert roles == {"owner": "owner", "editor": "editor", "viewer": "analyst"}, roles
    owner = actor_for(User.objects.get(username="owner"))
    checked = audit.check(owner)
    assert (checked.entries >= 30, checked.broken) == (True, None), checked
    with transaction.atomic():
        record_audit(owner, action="look", target="after")
    assert audit.check(owner).broken is None


def main() -> None:
    model = to_release()
    plant(model)
    before = counts(model)
    call_command("migrate", verbosity=0)
    look_at_this_release()
    model = to_release()
    after = counts(model)
    assert after == {**before, "accounts.AuditEntry": before["accounts.AuditEntry"] + 1}, after
    roles = dict(model("accounts", "Membership").objects.values_list("user__username", "role"))
    assert roles == {"owner": "owner", "editor": "editor", "viewer": "viewer"}, roles
    # The older release works on: what it writes goes in, and comes up again.
    house = model("accounts", "Organisation").objects.get().pk
    source = model("sources", "Source").objects.get().pk
    watch = model("listening", "Watch").objects.get().pk
    add_mention(model, house, source, watch, 9)
    model("accounts", "AuditEntry").objects.create(
        organisation_id=house, at=NOON, actor="owner", action="look", target="old", details={}
    )
    call_command("migrate", verbosity=0)
    look_at_this_release()
    print("there and back")


if __name__ == "__main__":
    main()
