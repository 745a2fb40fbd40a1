"""Every live source, read through everything that can go wrong, ends as what stands there."""

from __future__ import annotations

from itertools import count
from random import Random

import pytest

from auscult.engine.connectors import base, websocket
from auscult.engine.connectors.bluesky import listening as jetstream_listening
from auscult.engine.connectors.bluesky_repositories import listening as repository_listening
from auscult.engine.connectors.feeds.session import Session as FeedsSession
from auscult.engine.connectors.mastodon import rechecks as mastodon_rechecks
from auscult.engine.connectors.mastodon import session as mastodon_session
from faults.account_origins import accounts
from faults.asked_origins import ASKED
from faults.faults import Kind, Schedule
from faults.following import Following
from faults.origins import STREAMS, Make
from faults.proxy import Proxy

SUBJECTS = (*STREAMS, *ASKED, accounts)
ENOUGH = 40  # quiet turns
MIXES = 6  # by different seeds, the first of them every day


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let streams hand out batches, and be tried again, sooner than they do in earnest."""
    monkeypatch.setattr(websocket, "WAKE", 0.02)
    monkeypatch.setattr(repository_listening, "EVERY", 0.02)
    monkeypatch.setattr(jetstream_listening, "EVERY", 0.02)
    monkeypatch.setattr(jetstream_listening, "AGAIN", 0.02)
    monkeypatch.setattr(mastodon_session, "POSTPONED", 0.1)
    monkeypatch.setattr(mastodon_rechecks, "PAUSE", 0.1)
    monkeypatch.setitem(FeedsSession.__init__.__kwdefaults__, "between", 0.0)


def follow(make: Make, schedule: Schedule) -> None:
    """Read a source to its end through a proxy with these faults."""
    with Proxy(schedule) as proxy, make(proxy) as subject:
        connector = base.find(subject.connector)
        config = base.configure(connector.Config, subject.values)
        following = Following(connector, config, subject.clock, subject.step)
        turns = count()

        def happened() -> bool:
            # A stream that goes on well meets no more of them.
            return subject.story.turn() and (schedule.over or next(turns) > ENOUGH)

        following.until(subject.story.expected, happened)
        assert schedule.met
        assert subject.says_gaps or following.desk.gaps == []


@pytest.mark.slow
@pytest.mark.parametrize("make", SUBJECTS, ids=lambda make: make.__name__)
@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.name.lower())
def test_one_kind_of_fault_again_and_again(make: Make, kind: Kind) -> None:
    follow(make, Schedule(Random(f"{make.__name__} {kind}"), [kind], times=4, share=1.0))


@pytest.mark.slow
@pytest.mark.parametrize("make", SUBJECTS, ids=lambda make: make.__name__)
@pytest.mark.parametrize("seed", range(1, MIXES))
def test_all_kinds_of_faults_in_any_order(make: Make, seed: int) -> None:
    follow(make, Schedule(Random(seed), list(Kind), times=12))


@pytest.mark.parametrize("make", SUBJECTS, ids=lambda make: make.__name__)
def test_some_faults_of_all_kinds(make: Make) -> None:
    follow(make, Schedule(Random(0), list(Kind), times=12))


def test_every_live_source_is_read_through_faults() -> None:
    read = set()
    for make in SUBJECTS:
        with Proxy(Schedule(Random(0), list(Kind), times=0)) as proxy, make(proxy) as subject:
            read.add(subject.connector)
    assert read == {name for name in base.names() if base.find(name).capabilities.live}
