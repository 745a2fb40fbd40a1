"""The runner: it reads what is due to its end, stops between batches, and keeps what failed."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from auscult.engine.kernel.clock import FixedClock
from auscult.engine.kernel.http import Network
from auscult.web.accounts.models import User
from auscult.web.listening import queries
from auscult.web.listening.actions import save_watch
from auscult.web.listening.lake import lake_of
from auscult.web.listening.models import HourlyCount, Mention
from auscult.web.shell import lakeside
from auscult.web.shell.runner import Runner
from auscult.web.sources import actions as reading
from auscult.web.sources import queries as sources
from auscult.web.sources.health import source_health
from auscult.web.sources.models import SourceState

pytestmark = pytest.mark.django_db

TOWN = {"days": 2, "posts": 5_000}


@pytest.fixture
def runner(clock: FixedClock) -> Runner:
    return Runner(clock=clock, network=Network(), stop=threading.Event())


def work(runner: Runner) -> int:
    """Let it work until nothing is due; return how many rounds that took."""
    rounds = 0
    while runner.round():
        rounds += 1
        assert rounds < 1_000
    return rounds


def test_a_source_is_read_to_its_end(owner: Any, runner: Runner) -> None:
    save_watch(owner, name="Hospital", query='"lakeside general"')
    source = reading.add_source(owner, name="town", connector="lakeside", config=TOWN)

    work(runner)

    source.refresh_from_db()
    assert (source.state, source.received, source.share_read) == (SourceState.FINISHED, 5_000, 1.0)
    assert source.locked_until is None
    watch = queries.watch(owner, "Hospital")
    assert source.kept == queries.count_of_watch(owner, watch) > 0
    health = source_health(owner)[0]
    assert health.since is not None
    assert health.until is not None
    assert health.gaps == ()


def test_a_watch_added_later_finds_what_the_lake_kept(owner: Any, runner: Runner) -> None:
    whole = reading.Keep(sample_share=1.0)
    reading.add_source(owner, name="town", connector="lakeside", config=TOWN, keep=whole)
    work(runner)

    save_watch(owner, name="Hospital", query='"lakeside general"')
    work(runner)

    assert queries.count_of_watch(owner, queries.watch(owner, "Hospital")) > 0
    assert not queries.due_backfills(owner).exists()


def test_it_stops_between_batches_and_another_goes_on(owner: Any, clock: FixedClock) -> None:
    source = reading.add_source(owner, name="town", connector="lakeside", config=TOWN)
    stopped = Runner(clock=clock, network=Network(), stop=threading.Event())
    stopped.stop.set()

    assert not stopped.round()
    source.refresh_from_db()
    assert source.received == 0

    work(Runner(clock=clock, network=Network(), stop=threading.Event()))
    source.refresh_from_db()
    assert source.received == 5_000


def test_a_source_that_another_runner_holds_is_left_alone(
    owner: Any, runner: Runner, clock: FixedClock
) -> None:
    source = reading.add_source(owner, name="town", connector="lakeside", config=TOWN)

    assert reading.claim_source(owner, source=source, until=clock.now() + timedelta(minutes=2))

    assert not runner.round()

    clock.advance(timedelta(minutes=3))  # the other one was killed
    assert runner.round()


def test_what_cannot_be_read_waits_for_a_person(owner: Any, runner: Runner, tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("text,created_at\nflu,2026-11-01\n")
    source = reading.add_source(
        owner, name="files", connector="files", config={"paths": [str(path)]}
    )
    path.unlink()

    work(runner)

    source.refresh_from_db()
    assert source.state == SourceState.FAILED
    assert str(path) in source.error


def test_lakeside_settles_in_an_empty_archive_alone(owner: Any, stranger: Any) -> None:
    save_watch(stranger, name="Mine", query="flu")

    source = lakeside.settle(owner)

    assert source is not None
    assert set(queries.watches(owner).values_list("name", flat=True)) == set(lakeside.watches())
    assert lakeside.settle(owner) is None
    assert lakeside.settle(stranger) is None


def test_the_town_goes_with_everything_it_brought(
    owner: Any, stranger: Any, client: Client, runner: Runner
) -> None:
    source = lakeside.settle(owner)
    assert source is not None
    source.config = {"days": 2, "posts": 2_000}
    source.save()
    mine = save_watch(owner, name="Mine", query="hospital")
    work(runner)
    assert Mention.objects.exists()

    client.force_login(User.objects.get(pk=stranger.user_id))
    assert client.post("/lakeside/leave/").status_code == 404
    client.force_login(User.objects.get(pk=owner.user_id))
    assert b"Leave Lakeside?" in client.get("/lakeside/leave/").content
    answer = client.post("/lakeside/leave/", follow=True)

    assert "The town of Lakeside is gone" in answer.content.decode()
    assert list(queries.watches(owner)) == [mine]
    assert not sources.sources(owner).exists()
    assert not Mention.objects.exists()
    assert not HourlyCount.objects.exists()
    assert lake_of(owner).rows == 0
    assert client.get("/lakeside/leave/").status_code == 404
