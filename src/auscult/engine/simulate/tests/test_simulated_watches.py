"""The starter watches: they parse without a warning, and find what was planted."""

import tomllib
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from auscult.engine.matching import WatchSet
from auscult.engine.query.parse import parse
from auscult.engine.simulate.starting import starter_watches
from auscult.engine.simulate.town import Town

WATCHES = tomllib.loads(starter_watches())["watches"]


@pytest.fixture(scope="module")
def found() -> Any:
    simulation = Town(seed=8).simulate(days=100, posts=20_000)
    watches = WatchSet({name: parse(query).tree for name, query in WATCHES.items()})
    hits = {name: np.zeros(len(simulation), bool) for name in WATCHES}
    truth, first = [], 0
    for posts, known in simulation.batches():
        matches = watches.match(posts, spans=False)
        rows = matches["post"].to_numpy() + first
        names = np.array(matches["watch"].cast(pa.string()).to_pylist())
        for name in WATCHES:
            hits[name][rows[names == name]] = True
        truth.append(known)
        first += posts.num_rows
    return hits, pa.concat_tables(truth)


@pytest.mark.parametrize("name", WATCHES)
def test_a_watch_parses_without_a_warning(name: Any) -> None:
    assert parse(WATCHES[name], strict=True).warnings == ()


@pytest.mark.parametrize(
    ("watch", "flag"),
    [
        ("hospital", "hospital"),
        ("waiting", "wait"),
        ("rivals", "rival"),
        ("vaccine", "vaccine"),
        ("nurse-story", "nurse"),
        ("fund-raising-run", "run"),
    ],
)
def test_a_watch_finds_what_was_planted_and_little_else(found: Any, watch: Any, flag: Any) -> None:
    hits, truth = found
    wanted = truth[flag].to_numpy()
    both = (hits[watch] & wanted).sum()
    assert both / wanted.sum() > 0.98  # the rest are slips of the finger
    assert both / hits[watch].sum() > 0.95


def test_danger_is_found(found: Any) -> None:
    hits, truth = found
    wanted = np.array(truth["topic"].to_pylist()) == "h_safety"
    assert (hits["danger"] & wanted).sum() >= 0.9 * wanted.sum()
    assert hits["danger"].sum() <= wanted.sum() + 3
