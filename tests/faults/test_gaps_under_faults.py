"""What a stream can't replay any more is lost, and is said to be."""

from __future__ import annotations

from random import Random

import pytest

from auscult.engine.connectors import base, websocket
from auscult.engine.connectors.bluesky import listening as jetstream_listening
from auscult.engine.connectors.bluesky_repositories import listening as repository_listening
from faults.faults import Kind, Schedule
from faults.following import Following
from faults.origins import Make, Replayed, jetstream, repositories
from faults.proxy import Proxy

TURNS, A_TURN = 30, 10


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "WAKE", 0.02)
    monkeypatch.setattr(repository_listening, "EVERY", 0.02)
    monkeypatch.setattr(jetstream_listening, "EVERY", 0.02)
    monkeypatch.setattr(jetstream_listening, "AGAIN", 0.02)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("make", [jetstream, repositories], ids=lambda make: make.__name__)
def test_what_is_missing_lies_in_a_gap(make: Make, seed: int) -> None:
    schedule = Schedule(Random(seed), [Kind.CUT, Kind.BUSY, Kind.REFUSED], times=20)
    with Proxy(schedule) as proxy, make(proxy) as subject:
        origin: Replayed = subject.story.origin  # type: ignore[assignment]
        connector = base.find(subject.connector)
        config = base.configure(connector.Config, subject.values)
        following = Following(connector, config, subject.clock)
        said = dict.fromkeys(subject.story.standing, origin.now)
        turns = iter(range(TURNS))

        def turn() -> bool:
            if not following.desk.coverage:
                return False
            number = next(turns, None)
            if number is None:
                return True
            if number % 5 == 0:
                proxy.cut()
            for _ in range(A_TURN):
                uri = origin.say(len(said), f"post {len(said)}")
                subject.story.standing[uri] = f"post {len(said)}"
                said[uri] = origin.now
            # What a stream that is open has taken from it by now still arrives.
            origin.keep_nothing()
            return False

        def told() -> dict[str, str]:
            """Return what came, and what must have come since its time counts as read."""
            desk = following.desk
            standing = subject.story.standing.items()
            must = {u: t for u, t in standing if u in desk.posts or desk.knows(said[u])}
            # That somebody left may lie in the gap, too.
            return must | {u: t for u, t in desk.standing.items() if "did:plc:gone" in u}

        following.until(told, turn)
        assert subject.story.standing.keys() - following.desk.posts.keys()
        assert following.desk.gaps
