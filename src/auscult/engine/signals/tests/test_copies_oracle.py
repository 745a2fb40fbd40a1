"""Copies against exact likeness by another reading: Python's sets of runs of words."""

from __future__ import annotations

import csv
import os
import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from auscult.engine.kernel import text
from auscult.engine.kernel.posts import MOMENT
from auscult.engine.signals import copies_kernel_sign as sign
from auscult.engine.signals import copies_layout as lay
from auscult.engine.signals.copies import Copies
from auscult.engine.signals.copies_index import scratch
from auscult.engine.simulate.town import Town

ROOT = Path(__file__).resolve().parents[5]
DATA = Path(os.environ.get("AUSCULT_DATA", ROOT.parent / "shared" / "data"))
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
ALIKE = 0.7

Run = tuple[str, ...]


def runs(content: str) -> frozenset[Run]:
    """The runs of three words of a text, as the page says."""
    tokens = text.tokens(content)
    words = []
    for token, after in zip(tokens, [*tokens[1:], None], strict=True):
        addressed = after is not None and after.base[0] == "@" and text.is_signed(after.base)
        if token.base[0] == "@" and text.is_signed(token.base):
            continue
        if text.unsigned(token.base) == "rt" and addressed:
            continue
        words.append(text.unsigned(token.base))
    words = words[:300]
    if len(words) < 5:
        return frozenset()
    return frozenset(zip(words, words[1:], words[2:], strict=False))


def alike_pairs(sets: list[frozenset[Run]], least: float) -> list[tuple[int, int]]:
    """All pairs of such a likeness, by counting shared runs."""
    holders: dict[Run, list[int]] = defaultdict(list)
    pairs = []
    for number, one in enumerate(sets):
        shared: Counter[int] = Counter()
        for run in one:
            shared.update(holders[run])
            holders[run].append(number)
        for other, count in shared.items():
            if count / (len(one) + len(sets[other]) - count) >= least:
                pairs.append((other, number))
    return pairs


def united(count: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    parents = list(range(count))

    def first(one: int) -> int:
        while parents[one] != one:
            one = parents[one]
        return one

    for one, two in pairs:
        low, high = sorted((first(one), first(two)))
        parents[high] = low
    return [first(one) for one in range(count)]


def check(texts: list[str], allowed_misses: float) -> int:
    """Hold groups of texts against exact ones; return how many pairs of copies there are."""
    posts = pa.table(
        {
            "uri": [f"u{n}" for n in range(len(texts))],
            "text": texts,
            "created_at": pa.array([NOW] * len(texts), MOMENT),
        }
    )
    groups = Copies(alike=ALIKE).add(posts, now=NOW).groups.to_pylist()
    sets = [runs(one) for one in texts]
    assert [group is None for group in groups] == [not one for one in sets]
    pairs = alike_pairs(sets, ALIKE)
    exact = united(len(texts), pairs)
    firsts: dict[int, int] = {}
    for number, group in enumerate(groups):
        if group is not None:  # who is together is together exactly, too
            assert exact[firsts.setdefault(group, number)] == exact[number], texts[number]
    missed = sum(groups[one] != groups[two] for one, two in pairs)
    assert missed <= allowed_misses * len(pairs)
    return len(pairs)


def test_health_desks() -> None:
    folder = DATA / "health-news-posts"
    if not folder.exists():
        pytest.skip("the real posts of AUSCULT_DATA aren't there")
    texts = []
    for path in sorted(folder.glob("*.txt")):
        lines = path.read_bytes().decode("utf-8", "replace").split("\n")
        texts += [line.split("|", 2)[2] for line in lines[:1_000] if line.count("|") >= 2]
    assert len(texts) > 11_000
    assert check(texts, allowed_misses=0.003) > 300


def test_posts_of_a_disaster() -> None:
    path = DATA / "crisis" / "2013_Boston_Bombings-ontopic_offtopic.csv"
    if not path.exists():
        pytest.skip("the real posts of AUSCULT_DATA aren't there")
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file, skipinitialspace=True))[1:]
    assert check([row[1] for row in rows], allowed_misses=0.003) > 500


def test_texts_of_every_length_with_few_and_many_edits() -> None:
    drawn = random.Random(3)
    texts = []
    for _ in range(300):
        words = [f"w{drawn.randrange(2_000)}" for _ in range(round(3 * 110 ** drawn.random()))]
        for rate in (0, 0.02, 0.05, 0.1, 0.3):
            edited = [f"w{drawn.randrange(9)}" if drawn.random() < rate else w for w in words]
            texts.append(" ".join(edited[drawn.randrange(2) :]))
    assert check(texts, allowed_misses=0.01) > 500


@pytest.mark.parametrize("likeness", [0.3, 0.5, 0.7, 0.8])
def test_keys_are_shared_as_often_as_promised(likeness: float) -> None:
    """Draw pairs of sets of an exact likeness, and count those that share a key."""
    pairs, size = 4_000, 200
    shared = round(likeness * size)
    draws = np.random.default_rng(5).integers(0, 2**32, (pairs, size), np.uint32)
    own = (size - shared) // 2
    sets = np.stack(
        [draws[:, : shared + own], np.delete(draws, np.s_[shared : shared + own], 1)], 1
    )
    sets = np.sort(sets.reshape(2 * pairs, -1), axis=1)
    exact = shared / (shared + 2 * own)
    ends = np.arange(2 * pairs + 1, dtype=np.int64) * sets.shape[1]
    keys = np.zeros((2 * pairs, lay.KEYS), np.uint32)
    sign.sign_sets(np.ascontiguousarray(sets).reshape(-1), ends, keys, scratch())
    found = (keys[::2, : lay.BANDS] == keys[1::2, : lay.BANDS]).any(axis=1).mean()
    promised = 1 - (1 - exact**lay.ROWS) ** lay.BANDS
    error = (promised * (1 - promised) / pairs) ** 0.5
    assert abs(found - promised) < 5 * error + 0.0005


def test_the_town_s_copies_are_whole() -> None:
    run = Town(seed=7).simulate(days=100, posts=30_000)
    posts = pa.concat_tables(list(run))
    truth = run.truth().posts
    copies = Copies(window=timedelta(days=200))
    groups = copies.add(posts, now=NOW).groups.to_pylist()
    planted: dict[str, Counter[int | None]] = defaultdict(Counter)
    others: set[int | None] = set()
    rows = zip(
        groups, truth.column("copies").to_pylist(), truth.column("event").to_pylist(), strict=True
    )
    for group, key, event in rows:
        if key:
            planted[key][group] += 1
        elif not (event or "").startswith("copied-"):  # else it is a repost of a copy
            others.add(group)
    assert len(planted) >= 4
    for key, found in planted.items():
        assert found.most_common(1)[0][1] >= 0.95 * found.total(), key
        assert not set(found) & others, key
