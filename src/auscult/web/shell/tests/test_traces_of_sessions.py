"""Where somebody signed in, whom nobody could invite: gone in time; an import spares other folders."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils.timezone import now as real_now

from auscult.engine.kernel.clock import FixedClock
from auscult.web.accounts.invitation_actions import invite, revoke
from auscult.web.accounts.models import (
    Actor,
    AuditEntry,
    Invitation,
    Organisation,
    Role,
    User,
)
from auscult.web.accounts.queries import system_actor
from auscult.web.shell import moving, retention
from auscult.web.shell.moving_in import move_in
from auscult.web.shell.packing import Damaged, write_manifest

pytestmark = pytest.mark.django_db


def test_addresses_of_ended_sessions_go(owner: Actor) -> None:
    client, ended = Client(), Client()
    for one in (client, ended):
        one.force_login(User.objects.get(pk=owner.user_id or 0))
        one.get("/account/")
    Session.objects.filter(session_key=ended.session.session_key).delete()
    clock = FixedClock(real_now() + timedelta(days=3))
    Session.objects.update(expire_date=clock.now() + timedelta(days=1))
    worker = system_actor(owner.organisation_id, "retention", clock=clock)
    while retention.apply(worker):
        pass
    kept = list(UserSession.objects.values_list("session_key", flat=True))
    assert kept == [client.session.session_key]
    assert AuditEntry.objects.filter(action="expire-sessions").count() == 1


def test_an_export_whose_number_is_a_path_touches_nothing(
    tmp_path: Path, clock: FixedClock
) -> None:
    precious = settings.AUSCULT.archive / "precious"
    precious.mkdir()
    (precious / "file").write_text("kept")
    folder = tmp_path / "export"
    (folder / "tables").mkdir(parents=True)
    about = {
        "kind": moving.KIND, "format": moving.FORMAT, "version": "1", "organisation": "x",
        "organisation_id": "../precious", "migrations": [], "rows": {}, "audit_head": {},
    }  # fmt: skip
    write_manifest(folder, about)
    assert orjson.loads((folder / "manifest.json").read_bytes())["organisation_id"] == "../precious"
    with pytest.raises(Damaged, match="no number"):
        move_in(folder, clock=clock)
    assert (precious / "file").read_text() == "kept"
    assert not Organisation.objects.exists()


def test_invitations_that_are_over_go_with_the_letters(owner: Actor, clock: FixedClock) -> None:
    for name in ("old", "withdrawn", "waiting"):
        if name == "waiting":
            clock.advance(timedelta(days=31))
        made, _secret = invite(
            owner, email=f"{name}@hospital.example", role=Role.GUEST, address=lambda one: one
        )
        if name == "withdrawn":
            revoke(owner, invitation=made)
    worker = system_actor(owner.organisation_id, "retention", clock=clock)
    clock.advance(timedelta(days=7))  # those that waited ran out a month ago
    while retention.apply(worker):
        pass
    assert list(Invitation.objects.values_list("email", flat=True)) == ["waiting@hospital.example"]
    assert AuditEntry.objects.get(action="expire-invitations").details["rows"] == 2
