"""The storm of Lakeside, from its posts to the mail, the signed message, the feed and the page."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import feedparser
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import time_machine
from django.test import Client
from standardwebhooks.webhooks import Webhook

from auscult.engine.connectors.base import Batch, Covered
from auscult.engine.kernel.clock import FixedClock
from auscult.engine.simulate.town import Town
from auscult.engine.simulate.truth import planted_events
from auscult.web.accounts.models import Actor, User
from auscult.web.alerts import queries
from auscult.web.alerts.evaluating import evaluate
from auscult.web.alerts.models import Alert, Kind, State
from auscult.web.alerts.posting import see_to
from auscult.web.delivery.actions import save_hook
from auscult.web.delivery.sending import send_due
from auscult.web.listening.actions import record_batch, save_watch
from auscult.web.listening.standing import StandingWatches
from auscult.web.shell.lakeside import watches
from auscult.web.sources.models import Source
from servers.hooks import Receiver, running_receiver
from servers.smtp import Mailbox, running_smtp

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DAYS = 60
POSTS = 20_000
OWNER = "owner@lakeside.example"


@pytest.fixture(scope="module")
def town() -> tuple[pa.Table, Any]:
    """Give the posts of a month in which people waited too long, and the storm's truth."""
    run = Town(seed=1, people=4_000).simulate(days=DAYS, posts=POSTS)
    posts = pa.concat_tables(run)
    (storm,) = (one for one in planted_events(run.plan, {}) if one.key == "waiting-storm")
    return posts, storm


@pytest.fixture
def smtp(settings: Any) -> Iterator[Mailbox]:
    with running_smtp() as box:
        settings.AUSCULT = dataclasses.replace(
            settings.AUSCULT,
            smtp_host="127.0.0.1",
            smtp_port=box.port,
            smtp_security="none",
            smtp_from="auscult@lakeside.example",
            public_url="https://auscult.lakeside.example",
            reach=("127.0.0.0/8",),
        )
        yield box


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as one:
        yield one


def part(posts: pa.Table, since: Any, until: Any) -> pa.Table:
    moments = posts.column("created_at")
    kept = pc.and_(pc.greater_equal(moments, since), pc.less(moments, until))
    return posts.filter(kept)


@pytest.mark.slow
def test_a_storm_reaches_everybody_once(  # noqa: PLR0915 - one story, told once
    owner: Actor,
    clock: FixedClock,
    town: tuple[pa.Table, Any],
    smtp: Mailbox,
    receiver: Receiver,
    client: Client,
) -> None:
    posts, storm = town
    User.objects.filter(pk=owner.user_id or 0).update(email=OWNER)
    start = pc.min(posts.column("created_at")).as_py()
    clock.advance(start - clock.now())
    waiting = save_watch(owner, name="Waiting", query=watches()["Waiting"])
    _, secret = save_hook(
        owner, name="desk", address=receiver.url, events=["alert.raised", "alert.closed"]
    )
    source = Source.objects.create(
        organisation_id=owner.organisation_id,
        name="town",
        connector="files",
        next_attempt=start,
        created_at=start,
    )
    watching = StandingWatches(owner)

    def hear(since: Any, until: Any) -> None:
        told = part(posts, since, until)
        collected = pa.array([until] * len(told), told.schema.field("collected_at").type)
        place = told.schema.get_field_index("collected_at")
        batch = Batch(
            posts=told.set_column(place, told.schema.field(place), collected),
            coverage=(Covered(community="", since=since, until=until),),
            snapshot={"until": until.isoformat()},
        )
        record_batch(owner, source=source, batch=batch, watch_set=watching)

    begin = storm.onset.replace(minute=0, second=0) - 24 * HOUR
    hear(start, begin)
    clock.advance(begin - clock.now())
    while evaluate(owner):  # makes the first rules, and learns
        pass
    assert queries.rules(owner).count() == 4
    raised: list[Alert] = []
    for hour in range(72):
        hear(begin + hour * HOUR, begin + (hour + 1) * HOUR)
        clock.advance(begin + (hour + 1) * HOUR + timedelta(minutes=11) - clock.now())
        while evaluate(owner):
            pass
        see_to(owner)
        send_due(owner)
        raised = list(queries.alerts(owner).filter(kind=Kind.VOLUME))
        if raised and clock.now() > storm.peak:
            break
    (alert,) = raised
    assert storm.onset < alert.raised_at < storm.onset + 10 * HOUR
    assert alert.watch == waiting
    (mail,) = [one for one in smtp.to(OWNER) if "Waiting" in one["Subject"]]
    assert mail["Subject"] == "More than usual: Waiting"
    plain = mail.get_body(("plain",))
    assert plain is not None
    text = plain.get_content()
    assert f"https://auscult.lakeside.example/alerts/{alert.pk}/" in text
    assert f"{alert.facts['observed']} mentions came from" in text
    told = [one for one in receiver.came if one.data["data"]["kind"] == "volume"]
    (message,) = told
    with time_machine.travel(int(message.headers["webhook-timestamp"]), tick=False):
        checked = Webhook(secret).verify(message.body, message.headers)
    assert checked["data"]["id"] == alert.pk
    client.force_login(User.objects.get(pk=owner.user_id or 0))
    page = client.get(f"/alerts/{alert.pk}/").content.decode()
    assert "usual at that time of the week" in page
    assert 'class="usual"' in page
    assert page.count('<article class="mention"') == 5
    made = client.post("/alerts/feed/").content.decode()
    address = made.split('<code class="secret">')[1].split("</code>")[0]
    feed = feedparser.parse(Client().get(address.removeprefix("http://testserver")).content)
    assert not feed.bozo
    assert "More than usual: Waiting" in {entry.title for entry in feed.entries}
    assert alert.state == State.OPEN
