"""Exact likeness of posts by plain Python, and the posts that copies are measured on."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict

import numpy as np
import pyarrow as pa

from auscult.engine.kernel import text
from auscult.engine.simulate.town import simulate
from bench.archive_real import DATA, health_news

Run = tuple[str, ...]


def runs(content: str) -> frozenset[Run]:
    """Return a text's runs of three words; none where there are fewer than five."""
    tokens = text.tokens(content)
    words = []
    for number, token in enumerate(tokens):
        after = tokens[number + 1].base if number + 1 < len(tokens) else ""
        if not _mention(token.base) and not (text.unsigned(token.base) == "rt" and _mention(after)):
            words.append(text.unsigned(token.base))
    words = words[:300]
    return frozenset(zip(words, words[1:], words[2:], strict=False) if len(words) >= 5 else ())


def _mention(base: str) -> bool:
    return base[:1] == "@" and text.is_signed(base)


def likenesses(sets: list[frozenset[Run]], least: float) -> dict[tuple[int, int], float]:
    """Return all pairs of such a likeness, by counting what each shares with those before."""
    holders: dict[Run, list[int]] = defaultdict(list)
    found = {}
    for number, one in enumerate(sets):
        shared: Counter[int] = Counter()
        for run in one:
            shared.update(holders[run])
            holders[run].append(number)
        for other, count in shared.items():
            likeness = count / (len(one) + len(sets[other]) - count)
            if likeness >= least:
                found[other, number] = likeness
    return found


def simhashes(sets: list[frozenset[Run]]) -> np.ndarray:
    """Return each set's SimHash of 64 bits: by bit, what most of its runs have."""
    numbers: dict[Run, int] = {}
    for one in sets:
        for run in one:
            numbers.setdefault(run, len(numbers))
    signs = np.random.default_rng(1).choice(np.array([-1, 1], np.int8), (len(numbers), 64))
    found = np.zeros((len(sets), 64), np.bool_)
    for number, one in enumerate(sets):
        if one:
            found[number] = signs[[numbers[run] for run in one]].sum(axis=0, dtype=np.int32) > 0
    return found


def real_texts() -> dict[str, list[str]]:
    """Return the texts of health desks and of a disaster, as they come."""
    news = health_news()
    found = {} if news is None else {"health desks": news.column("text").to_pylist()}
    path = DATA / "crisis" / "2013_Boston_Bombings-ontopic_offtopic.csv"
    if path.exists():
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file, skipinitialspace=True))
        found["a disaster"] = [row[1] for row in rows[1:]]
    return found


def table(texts: list[str]) -> pa.Table:
    """Make posts of texts, a second apart."""
    count = len(texts)
    moments = pa.array(np.arange(count) * 1_000_000).cast(pa.timestamp("us", "UTC"))
    return pa.table(
        {
            "uri": [f"at://did:plc:{n % 9_000:024d}/app.bsky.feed.post/{n:013d}" for n in range(count)],
            "author": [f"did:plc:{n % 9_000:024d}" for n in range(count)],
            "created_at": moments,
            "text": texts,
        }
    )  # fmt: skip


def mixed(count: int, seed: int = 1) -> pa.Table:
    """Make so many posts: half the town's, half the beginning of one headline and the end of another.

    Of the latter hardly two are equal, but each shares runs of words with many.
    """
    random = np.random.default_rng(seed)
    heads = real_texts().get("health desks", [])
    texts: list[str] = []
    for batch in simulate(seed=seed, posts=count // 2 if heads else count):
        texts += batch.column("text").to_pylist()
    if heads:
        words = [head.split() for head in heads]
        chosen = random.integers(0, len(words), (count - len(texts), 2)).tolist()
        texts += [
            " ".join(words[one][: len(words[one]) // 2] + words[two][len(words[two]) // 2 :])
            for one, two in chosen
        ]
    return table([texts[place] for place in random.permutation(len(texts))])
