"""Findings as data, and drawings of them: nothing is lost, nothing lies outside."""

from __future__ import annotations

import json
import math
from datetime import UTC

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.engine.planning import claims as engine
from auscult.engine.planning.claims import Finding, Kind, Looks, Reason, Verdict, Why
from auscult.engine.planning.claims.worlds import World, simulate
from auscult.web.planning import claims_drawing, claims_findings
from auscult.web.planning.claims_ready import READY


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    """Findings with bounds in order, as the engine gives them."""
    low, ratio, high = sorted(draw(st.lists(st.floats(0.001, 1000), min_size=3, max_size=3)))
    # Of an hour that comes twice Python calls two zones' moments unequal, whatever was kept.
    moments = st.datetimes(timezones=st.timezones(), allow_imaginary=False)
    moment = draw(st.none() | moments.filter(lambda one: one == one.astimezone(UTC)))
    return Finding(
        claim="media",
        kind=draw(st.sampled_from(Kind)),
        verdict=draw(st.sampled_from(Verdict)),
        ratio=draw(st.sampled_from([ratio, None])),
        low=draw(st.sampled_from([low, None])),
        high=draw(st.sampled_from([high, None])),
        level=draw(st.floats(0.001, 0.05)),
        worthwhile=draw(st.floats(1.01, 10)),
        one=3, other=4, pairs=2, authors=1,
        evidence=draw(st.floats(-5, 50)),
        against=draw(st.floats(-5, 50)),
        needed=draw(st.none() | st.integers(0, 10**6)),
        since=moment,
        until=moment,
        reasons=(Reason(why=Why.UNCOUNTED, numbers=(("posts", 3),)), Reason(why=Why.CHOSEN)),
    )  # fmt: skip


@given(findings())
def test_a_finding_is_kept_and_read(finding: Finding) -> None:
    kept = json.loads(json.dumps(claims_findings.as_data(finding)))
    assert claims_findings.from_data(kept) == finding


@given(findings())
def test_an_effect_is_drawn_inside_and_in_order(finding: Finding) -> None:
    drawn = claims_drawing.effect(finding)
    if finding.ratio is None:
        assert drawn is None
        return
    assert drawn is not None
    low, width, ratio = map(float, (drawn.low_x, drawn.width, drawn.ratio_x))
    assert 0 <= low <= claims_drawing.WIDTH
    assert low - 0.1 <= ratio <= low + width + 0.1
    assert float(drawn.none_x) == claims_drawing.WIDTH / 2 < float(drawn.worth_x)


def test_words_are_those_of_every_verdict_and_none_is_said_twice() -> None:
    world = World(authors=5, days=180, effect=math.log(1.5))
    posts = simulate(world, np.random.default_rng(1))
    said = claims_findings.in_words(engine.observe(posts, engine.media_beat_none()))
    assert (said.verdict, said.badge) == ("holds here", "good")
    assert said.found[0].startswith("These posts get more")
    assert any(text.startswith("Somebody chose") for text in said.caveats)
    assert not set(said.found) & set(said.caveats)
    assert claims_findings.WORDS.keys() == claims_findings.BADGES.keys() == set(Verdict)


@pytest.mark.parametrize("count", [0, 1, 2, 149, 150, 151, 1000])
def test_evidence_over_time_is_thinned_and_ends_where_it_ends(count: int) -> None:
    at = np.arange(count, dtype=np.int64) * 604_800_000_000
    looks = Looks(at=at, evidence=np.linspace(0, 9, count), reverse=np.zeros(count))
    kept = claims_findings.looks_as_data(looks)
    assert len(kept) <= claims_findings.MOST_LOOKS
    if count:
        assert kept[-1][0] == at[-1]
    drawn = claims_drawing.evidence(kept, 0.05)
    if count < 2:
        assert drawn is None
        return
    assert drawn is not None
    assert drawn.enough == pytest.approx(40)
    assert len(drawn.rows) <= claims_drawing.MOST_ROWS
    assert drawn.rows[0].more == pytest.approx(math.exp(9))
    ys = [float(point.split(",")[1]) for point in drawn.more.split()]
    assert all(0 <= y <= claims_drawing.HEIGHT for y in ys)


@pytest.mark.parametrize("kind", READY)
def test_what_can_be_drawn_says_what_to_do(kind: str) -> None:
    ready = READY[kind]
    number = ready.ask.usual if ready.ask else 0
    claim = ready.make(number, "Europe/Berlin")
    assert ready.title(number)
    assert bool(ready.one) == bool(ready.other) == (engine.Feature.WEEKDAY not in claim.compared)
