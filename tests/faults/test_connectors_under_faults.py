"""Every live source, read through everything that can go wrong, ends as what stands there."""

from __future__ import annotations

from random import Random

import pytest

from auscult.engine.connectors import base, websocket
from auscult.engine.connectors.bluesky import listening as jetstream_listening
from auscult.engine.connectors.bluesky_repositories import listening as repository_listening
from faults.faults import Kind, Schedule
from faults.following import Following
from faults.origins import SUBJECTS, Make
from faults.proxy import Proxy

MIXES = 3  # of all kinds, by different seeds


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let streams hand out batches, and be tried again, sooner than they do in earnest."""
    monkeypatch.setattr(websocket, "WAKE", 0.02)
    monkeypatch.setattr(repository_listening, "EVERY", 0.02)
    monkeypatch.setattr(jetstream_listening, "EVERY", 0.02)
    monkeypatch.setattr(jetstream_listening, "AGAIN", 0.02)


def follow(make: Make, schedule: Schedule) -> Following:
    """Read a source to its end through a proxy with these faults."""
    with Proxy(schedule) as proxy, make(proxy) as subject:
        schedule.kinds = [kind for kind in schedule.kinds if kind in subject.kinds]
        if not schedule.kinds:
            pytest.skip("this can't happen to this kind of source")
        connector = base.find(subject.connector)
        config = base.configure(connector.Config, subject.values)
        following = Following(connector, config, subject.clock)
        following.until(lambda: subject.story.standing, subject.story.turn)
        return following


@pytest.mark.parametrize("make", SUBJECTS, ids=lambda make: make.__name__)
@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.name.lower())
def test_one_kind_of_fault_again_and_again(make: Make, kind: Kind) -> None:
    schedule = Schedule(Random(f"{make.__name__} {kind}"), [kind], times=4, share=1.0)
    following = follow(make, schedule)
    assert schedule.met[kind]
    assert following.desk.gaps == []


@pytest.mark.parametrize("make", SUBJECTS, ids=lambda make: make.__name__)
@pytest.mark.parametrize("seed", range(MIXES))
def test_all_kinds_of_faults_in_any_order(make: Make, seed: int) -> None:
    schedule = Schedule(Random(seed), list(Kind), times=12)
    following = follow(make, schedule)
    assert schedule.met
    assert following.desk.gaps == []
