"""A brief as a file: for whom may take figures away, and written down."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from auscult.web.accounts.models import Actor, AuditEntry
from auscult.web.accounts.policies import TABLE, Right
from auscult.web.briefs.models import Brief
from programs import user_of

pytestmark = pytest.mark.django_db
WEEK = date(2026, 11, 9)
FILE = f"/briefs/{WEEK}/brief.pdf"


def client_of(actor: Actor) -> Client:
    client = Client()
    client.force_login(user_of(actor))
    return client


def test_only_who_may_take_figures_away_gets_it_and_that_is_written_down(
    owner: Actor, persons: dict[str, Actor]
) -> None:
    Brief.objects.create(
        organisation_id=owner.organisation_id, week=WEEK, made_at=owner.clock.now()
    )
    for name, actor in persons.items():
        client = client_of(actor)
        before = AuditEntry.objects.filter(action="export-brief").count()
        allowed = actor.role in TABLE[Right.EXPORT]
        answer = client.get(FILE)
        assert answer.status_code == (200 if allowed else 403), name
        entries = AuditEntry.objects.filter(action="export-brief").order_by("number")
        assert entries.count() == before + allowed, name
        if allowed:
            last = entries.last()
            assert last is not None
            assert (last.actor, last.target) == (actor.name, "2026-11-09")
            assert "no-store" in answer["Cache-Control"]
        page = client.get(f"/briefs/{WEEK}/").content.decode()
        assert (FILE in page) == allowed, name
