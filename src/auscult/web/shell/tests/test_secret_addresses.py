"""Feeds and calendars by secret address: read by real parsers, revocable, for one person."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import icalendar
import pytest
from django.test import Client

from auscult.web.accounts import secret_pages, tokens_actions
from auscult.web.accounts.actions import add_member
from auscult.web.accounts.limits import Limits
from auscult.web.accounts.models import Actor, AuditEntry, Role, SecretAddress
from auscult.web.alerts.models import Alert
from auscult.web.dashboards.models import Dashboard, Schedule
from auscult.web.listening.actions import remove_watch, save_watch
from auscult.web.listening.models import Mention, Watch
from auscult.web.listening.queries import pseudonym
from auscult.web.sources.actions import add_source
from programs import signed_in, user_of

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def watch(owner: Actor) -> Watch:
    return save_watch(owner, name="flu & <co>", query="flu")


@pytest.fixture
def mention(owner: Actor, watch: Watch) -> Callable[..., None]:
    config = {"feeds": ["https://news.lakeside.example/feed.xml"]}
    source = add_source(owner, name="news", connector="feeds", config=config)

    def make(number: int, text: str) -> None:
        made = Mention.objects.create(
            id=(int(NOON.timestamp()) + number) << 20,
            organisation_id=owner.organisation_id,
            origin=source,
            uri=f"at://did:plc:someone/{number}",
            author="did:plc:someone",
            author_name="Pat Person",
            created_at=NOON + timedelta(seconds=number),
            text=text,
        )
        made.match_set.create(watch=watch, spans="[]")

    return make


def address_of(actor: Actor, page: str) -> str:
    """Make a secret address as a person does, and return its path."""
    shown = signed_in(actor).post(page)
    assert "no-store" in shown["Cache-Control"]
    found = re.search(r'class="secret">\s*(\S+?)\s*</code>', shown.content.decode())
    assert found is not None
    return re.sub(r"^https?://[^/]+", "", found[1])


def test_a_feed_reader_reads_the_feed(
    owner: Actor, watch: Watch, mention: Callable[..., None]
) -> None:
    mention(1, "the flu is here\nand there <b>& \x08 \N{PILE OF POO}")
    mention(2, "flu " * 60)
    place = address_of(owner, f"/listening/watches/{watch.pk}/feed/")
    answer = Client().get(place)
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex"
    assert "did:plc" not in answer.content.decode()
    assert "Pat Person" not in answer.content.decode()
    read = feedparser.parse(answer.content)
    assert not read.bozo
    assert read.version == "atom10"
    assert read.feed.title_detail.value == "flu & <co>"
    later, first = read.entries
    assert len(later.title) == 80
    assert first.author == pseudonym(owner.organisation_id, "did:plc:someone")
    assert first.published_parsed[:6] == (2026, 11, 20, 12, 0, 1)
    assert first.id.startswith("urn:uuid:")
    page = signed_in(owner).get(re.sub(r"^https?://[^/]+", "", first.link))
    assert page.status_code == 200
    assert b"is here" in page.content


def test_the_feed_isnt_sent_again_while_nothing_is_new(
    owner: Actor, watch: Watch, mention: Callable[..., None]
) -> None:
    mention(1, "flu")
    place = address_of(owner, f"/listening/watches/{watch.pk}/feed/")
    mark = Client().get(place)["ETag"]
    assert Client().get(place, headers={"If-None-Match": mark}).status_code == 304
    mention(2, "flu")
    assert Client().get(place, headers={"If-None-Match": mark}).status_code == 200


def test_a_secret_address_is_kept_as_a_digest_and_stands_in_the_trail(
    owner: Actor, watch: Watch
) -> None:
    place = address_of(owner, f"/listening/watches/{watch.pk}/feed/")
    secret = place.split("/")[3]
    assert len(secret) == 43
    kept = str(SecretAddress.objects.values().get()) + str(list(AuditEntry.objects.values()))
    assert secret not in kept
    tokens_actions.revoke_secret_address(owner, address=SecretAddress.objects.get())
    actions = list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))
    assert actions[-2:] == ["make-secret-address", "revoke-secret-address"]


def test_what_closes_a_secret_address(owner: Actor, teammate: Actor, watch: Watch) -> None:
    place = address_of(teammate, f"/listening/watches/{watch.pk}/feed/")
    other = address_of(owner, f"/listening/watches/{watch.pk}/feed/")
    assert Client().get(place).status_code == 200
    assert SecretAddress.objects.exclude(last_used_at=None).count() == 1
    add_member(owner, username="teammate", role=Role.GUEST)
    assert Client().get(place).status_code == 404
    add_member(owner, username="teammate", role=Role.EDITOR)
    assert Client().get(place).status_code == 200
    tokens_actions.revoke_secret_address(
        teammate, address=SecretAddress.objects.get(user=user_of(teammate))
    )
    assert Client().get(place).status_code == 404
    assert Client().get(other).status_code == 200
    remove_watch(owner, watch=watch)
    assert Client().get(other).status_code == 404


def test_an_address_opens_what_it_was_made_for_alone(owner: Actor, watch: Watch) -> None:
    feed = address_of(owner, f"/listening/watches/{watch.pk}/feed/").split("/")[3]
    assert Client().get(f"/calendar/{feed}/auscult.ics").status_code == 404
    assert Client().get("/listening/feeds/nothing/mentions.atom").status_code == 404


def test_nobody_makes_a_feed_of_anothers_watch(stranger: Actor, watch: Watch) -> None:
    assert signed_in(stranger).post(f"/listening/watches/{watch.pk}/feed/").status_code == 404


def test_who_asks_too_often_waits(
    owner: Actor, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secret_pages, "READERS", Limits(1, 3600.0))
    place = address_of(owner, f"/listening/watches/{watch.pk}/feed/")
    assert Client().get(place).status_code == 200
    refused = Client().get(place)
    assert refused.status_code == 429
    assert 3500 < int(refused["Retry-After"]) <= 3600


def dated(owner: Actor, watch: Watch) -> None:
    """A dashboard that is mailed, and an alert that was."""
    dashboard = Dashboard.objects.create(
        organisation_id=owner.organisation_id,
        name="Für Überblick; kurz, \\ gut",
        made_by_id=owner.user_id,
        content={},
        created_at=NOON,
        changed_at=NOON,
    )
    Schedule.objects.create(
        dashboard=dashboard, rhythm="daily", hour=7, next_attempt=NOON + timedelta(hours=19)
    )
    now = datetime.now(UTC)
    Alert.objects.create(
        organisation_id=owner.organisation_id,
        name="storm",
        kind="volume",
        watch=watch,
        key="k",
        since=now,
        raised_at=now,
        last_at=now,
        turned_at=now,
    )


def events_of(actor: Actor) -> dict[str, Any]:
    answer = Client().get(address_of(actor, "/calendar/"))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))
    read = icalendar.Calendar.from_ical(answer.content)
    assert not read.errors
    return {str(event["SUMMARY"]): event for event in read.walk("VEVENT")}


def test_a_calendar_shows_reports_and_alerts(owner: Actor, watch: Watch) -> None:
    dated(owner, watch)
    events = events_of(owner)
    report = events["Dashboard “Für Überblick; kurz, \\ gut” is mailed"]
    assert report.decoded("DTSTART") == NOON + timedelta(hours=19)
    assert report.decoded("DTEND") - report.decoded("DTSTART") == timedelta(minutes=15)
    assert len(events) == 2
    again = events_of(owner)
    assert {str(one["UID"]) for one in again.values()} == {
        str(one["UID"]) for one in events.values()
    }


def test_a_calendar_shows_ones_own(owner: Actor, teammate: Actor, stranger: Actor) -> None:
    dated(owner, save_watch(owner, name="flu", query="flu"))
    assert len(events_of(teammate)) == 1  # the dashboard isn't shared
    assert events_of(stranger) == {}
