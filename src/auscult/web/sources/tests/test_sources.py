"""Sources: added, claimed, failing, paused; never another organisation's."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from auscult.engine.kernel.clock import FixedClock
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import Actor
from auscult.web.sources import queries
from auscult.web.sources.actions import (
    Keep,
    add_source,
    change_source,
    claim_source,
    pause_after,
    pause_source,
    record_crash,
    record_failure,
    release_source,
    resume_source,
)
from auscult.web.sources.coverage import gaps
from auscult.web.sources.errors import SourceNameTaken, SourceRefused, SourceUnknown
from auscult.web.sources.health import source_health
from auscult.web.sources.models import MOVES, Source, SourceState

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(owner: Actor) -> Source:
    now = owner.clock.now()
    return Source.objects.create(
        organisation_id=owner.organisation_id,
        name="town",
        connector="files",
        live=True,
        next_attempt=now,
        created_at=now,
    )


def test_a_source_needs_a_free_name_a_known_kind_and_sane_numbers(
    owner: Actor, onlooker: Actor, town: Source
) -> None:
    files = {"paths": ["/x"]}
    with pytest.raises(SourceNameTaken, match="already called 'town'"):
        add_source(owner, name="town", connector="files", config=files)
    assert not add_source(owner, name="more", connector="files", config=files).live
    with pytest.raises(Correctable, match="Field required"):
        add_source(owner, name="other", connector="files", config={})
    with pytest.raises(Correctable, match="no source of the kind 'telex'"):
        add_source(owner, name="other", connector="telex", config={})
    with pytest.raises(SourceRefused, match="sample_share is 2, but must be from 0 to 1"):
        change_source(owner, source=town, keep=Keep(sample_share=2))
    with pytest.raises(SourceRefused, match="ttl_days is 0"):
        change_source(owner, source=town, keep=Keep(ttl_days=0))
    with pytest.raises(NotAllowed, match="may not change sources"):
        change_source(onlooker, source=town, keep=Keep())


def test_another_configuration_is_read_from_its_start(owner: Actor, town: Source) -> None:
    Source.objects.update(snapshot={"at": 5})
    assert change_source(owner, source=town, keep=Keep(ttl_days=30)).snapshot == {"at": 5}
    changed = change_source(owner, source=town, keep=Keep(), config={"paths": ["y"]})
    assert (changed.snapshot, changed.config, changed.ttl_days) == (None, {"paths": ["y"]}, None)


def test_one_process_reads_a_source(owner: Actor, town: Source, clock: FixedClock) -> None:
    soon = clock.now() + timedelta(minutes=1)
    assert claim_source(owner, source=town, until=soon)
    assert not claim_source(owner, source=town, until=soon)
    clock.advance(timedelta(minutes=2))  # its reader died
    assert claim_source(owner, source=town, until=clock.now() + timedelta(minutes=1))
    release_source(owner, source=town, next_attempt=clock.now())
    assert list(queries.due_sources(owner, clock.now())) == [town]
    release_source(owner, source=town, next_attempt=clock.now(), finished=True)
    assert not queries.due_sources(owner, clock.now()).exists()


@pytest.mark.parametrize(("live", "first", "longest"), [(False, 10, 3600), (True, 1, 300)])
def test_failures_wait_longer_and_longer(
    owner: Actor, town: Source, clock: FixedClock, live: bool, first: int, longest: int
) -> None:
    Source.objects.update(live=live)

    def fail(error: Remote | Correctable) -> float:
        record_failure(owner, source=town, error=error, random=Random(1))
        town.refresh_from_db()
        return (town.next_attempt - clock.now()).total_seconds()

    waits = [fail(Remote("500")) for _ in range(13)]
    for attempt, wait in enumerate(waits):
        whole = min(first * 2**attempt, longest)
        assert whole / 2 <= wait <= whole
    assert source_health(owner)[0].health == "failing"
    assert longest / 2 <= fail(Remote("slow down", retry_after=1)) <= longest
    asked = 2 * longest
    assert asked <= fail(Remote("slow down", retry_after=asked)) <= asked + first
    assert 86_400 <= fail(Remote("in a month", retry_after=1e7)) <= 86_400 + first
    assert 86_400 <= fail(Remote("in an age", retry_after=1e30)) <= 86_400 + first
    fail(Remote("gone", permanent=True))
    assert source_health(owner)[0].health == "failed"
    assert resume_source(owner, source=town).error == ""
    fail(Remote("who are you?", needs_login=True))
    assert (town.state, town.needs_login) == ("failed", True)
    assert not resume_source(owner, source=town).needs_login


def test_pauses_differ_so_that_not_everybody_comes_back_at_once(town: Source) -> None:
    chance = Random(2)
    pauses = {pause_after(town, asked=60, random=chance) for _ in range(50)}
    pauses |= {pause_after(town, asked=None, random=chance) for _ in range(50)}
    assert len(pauses) == 100


def test_a_source_that_ends_the_runner_three_times_waits_for_a_person(
    owner: Actor, town: Source
) -> None:
    for _ in range(3):
        assert queries.source(owner, town.pk).state == "reading"
        record_crash(owner, source=town, error=TypeError("'x'"), random=Random(1))
    town.refresh_from_db()
    assert town.state == "failed"
    assert town.error.startswith("Auscult failed at reading this source (TypeError: 'x').")
    assert town.error.endswith("It happened 3 times in a row, so it isn't read any more.")
    assert resume_source(owner, source=town).crashes == 0


def test_moves_are_those_declared(owner: Actor, town: Source) -> None:
    assert set(MOVES) == set(SourceState)
    assert not MOVES[SourceState.REMOVED]
    for state in set(SourceState) - {SourceState.REMOVED}:
        for move, to in ((pause_source, "paused"), (resume_source, "reading")):
            Source.objects.update(state=state)
            if to == state or to in MOVES[state]:
                assert move(owner, source=town).state == to
            else:
                with pytest.raises(SourceRefused, match="state is"):
                    move(owner, source=town)


def test_a_live_source_that_says_nothing_is_silent(
    owner: Actor, town: Source, clock: FixedClock
) -> None:
    assert town.health(clock.now()) == "well"
    assert town.health(clock.now() + timedelta(hours=2)) == "silent"


def test_a_stranger_has_no_part_in_it(owner: Actor, stranger: Actor, town: Source) -> None:
    assert not queries.sources(stranger).exists()
    assert source_health(stranger) == []
    assert gaps(stranger) == []
    assert not claim_source(stranger, source=town, until=stranger.clock.now())
    for action in (pause_source, resume_source):
        with pytest.raises(SourceUnknown, match="no source"):
            action(stranger, source=town)
    with pytest.raises(SourceUnknown):
        queries.source(stranger, "town")
    assert not queries.broken_lines(stranger, source=town).exists()


@pytest.mark.parametrize(
    ("connector", "was", "now", "goes_on"),
    [
        ("feeds", {"feeds": ["https://a.example/rss"]}, {"feeds": ["https://b.example/rss"]}, True),
        ("mastodon", {"instance": "a.example"}, {"instance": "a.example", "poll_every": 90}, True),
        ("mastodon", {"instance": "a.example"}, {"instance": "b.example"}, False),
        ("bluesky-accounts", {"accounts": ["a.example"]}, {"accounts": ["b.example"]}, True),
        (
            "bluesky-accounts",
            {"accounts": ["a.example"]},
            {"accounts": ["a.example"], "since": "2026-01-01"},
            False,
        ),
        ("gdelt", {"enabled": True, "query": "flu"}, {"enabled": True, "query": "ward"}, False),
        (
            "gdelt",
            {"enabled": True, "query": "flu"},
            {"enabled": True, "query": "flu", "every_minutes": 15},
            True,
        ),
    ],
)
def test_a_change_keeps_the_place_where_it_is_still_one(
    owner: Actor, connector: str, was: dict[str, object], now: dict[str, object], goes_on: bool
) -> None:
    source = add_source(owner, name="s", connector=connector, config=was)
    Source.objects.filter(pk=source.pk).update(snapshot={"at": 1})
    changed = change_source(owner, source=source, keep=Keep(), config=now)
    assert changed.snapshot == ({"at": 1} if goes_on else None)
    assert changed.config == now
