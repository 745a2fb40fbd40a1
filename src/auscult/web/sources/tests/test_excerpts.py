"""Excerpts of unreadable records are posts with names: for who mends a source alone."""

from __future__ import annotations

import pytest
from django.test import Client

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import TABLE, Right
from auscult.web.sources.actions import add_source
from auscult.web.sources.models import BrokenLine
from programs import user_of


@pytest.mark.django_db
def test_only_who_changes_sources_sees_excerpts(persons: dict[str, Actor]) -> None:
    owner = persons["owner"]
    config = {"feeds": ["https://a.example/rss"]}
    source = add_source(owner, name="news", connector="feeds", config=config)
    BrokenLine.objects.create(
        source=source, location="a", line=1, reason="no date", excerpt="Zoe Zander: flu",
        at=owner.clock.now(),
    )  # fmt: skip
    for name, actor in persons.items():
        client = Client()
        client.force_login(user_of(actor))
        page = client.get(f"/sources/{source.pk}/").content.decode()
        assert "no date" in page, name
        assert ("Zoe Zander" in page) == (actor.role in TABLE[Right.EDIT_SOURCES]), name
