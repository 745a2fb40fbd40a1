"""A million posts for the matching benchmark: real ones, and those of the simulated town.

Seven in ten come from the real health desks' posts and patients' comments of AUSCULT_DATA,
each time in another order; the rest are the town's. The data are read where they lie.
"""

from __future__ import annotations

import csv
from collections import Counter
from itertools import pairwise

import numpy as np
import pyarrow as pa

from auscult.engine.kernel import text
from auscult.engine.simulate.town import simulate
from bench.archive_real import DATA, health_news

COLUMNS = ("uri", "source", "author", "created_at", "text", "title", "language", "author_followers")
REAL_SHARE = 0.7
LANGUAGES = ("en", "en", "en", "en-GB", "es", None)


def real_texts() -> list[str]:
    """Return the texts of health desks and of patients, as they come."""
    news = health_news()
    found = [] if news is None else news.column("text").to_pylist()
    comments = DATA / "patient-feedback" / "text_data.csv"
    if comments.exists():
        with comments.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))
        place = rows[0].index("text") if "text" in rows[0] else len(rows[0]) - 1
        found += [row[place] for row in rows[1:]]
    return [one for one in found if one]


def posts(count: int, seed: int = 1) -> pa.Table:
    """Return so many posts, real and simulated ones mixed."""
    texts = real_texts()
    real = int(count * REAL_SHARE) if texts else 0
    town = _town(count - real, seed)
    if not real:
        return town
    random = np.random.default_rng(seed)
    rounds = -(-real // len(texts))
    order = np.concatenate([random.permutation(len(texts)) for _ in range(rounds)])[:real]
    numbers = np.arange(real)
    table = pa.table(
        {
            "uri": pa.array([f"https://desk{n % 40}.example.org/{n}" for n in numbers]),
            "source": pa.array(np.array(["feeds", "files"])[numbers % 2]),
            "author": pa.array([f"desk{n % 900}" for n in numbers]),
            "created_at": pa.array(numbers * 1_000_000, pa.int64()).cast(pa.timestamp("us", "UTC")),
            "text": pa.array(texts).take(pa.array(order)),
            "title": pa.nulls(real, pa.string()),
            "language": pa.array(LANGUAGES).take(pa.array(random.integers(0, 6, real))),
            "author_followers": pa.array(random.integers(10, 100_000, real)),
        }
    )
    mixed = pa.concat_tables([table, town.cast(table.schema)])
    return mixed.take(pa.array(random.permutation(len(mixed)))).combine_chunks()


def _town(count: int, seed: int) -> pa.Table:
    parts: list[pa.Table] = []
    for batch in simulate(seed=seed, posts=max(count, 1_000)):
        parts.append(batch.select(COLUMNS))
        if sum(len(part) for part in parts) >= count:
            break
    return pa.concat_tables(parts).slice(0, count)


class Language:
    """What watches can be made of: the words and pairs of words of a sample of posts."""

    def __init__(self, sample: pa.Table) -> None:
        words: Counter[str] = Counter()
        pairs: Counter[tuple[str, str]] = Counter()
        for body in sample.column("text").to_pylist():
            found = [token.base for token in text.tokens(body)]
            words.update(set(found))
            pairs.update(set(pairwise(found)))
        self.posts = len(sample)
        self.words = [(word, count) for word, count in words.items() if word[0].isalpha()]
        self.pairs = [pair for pair, count in pairs.items() if count >= 3 and _plain(pair)]
        self.tags = [word for word, _ in words.items() if word[0] == "#"]

    def between(self, low: float, high: float) -> list[str]:
        """Return the words that a share of posts from `low` to `high` holds."""
        return [word for word, count in self.words if low <= count / self.posts < high]


def _plain(pair: tuple[str, str]) -> bool:
    return all(word.isascii() and word.isalpha() and len(word) > 2 for word in pair)
