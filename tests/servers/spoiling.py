"""Answers that are JSON of the right shape but for one value, anywhere in it."""

from __future__ import annotations

from random import Random
from typing import Any

_ODD: tuple[Any, ...] = (
    *(None, True, False, -1, 0, 7, 1 << 70, 0.5, [], {}, [1], ["a"], [[]], [None], {"id": 3}),
    *({"code": 1}, {"rendered": None}, "", "0", "a", "\udc80", "\x00", "9999-99-99", "http://[x"),
    *("<p", "NaN", "2026-11-20T11:00:00", "https://x.example/"),
)


def spoiled(value: Any, random: Random) -> Any:
    """Return a JSON value in which one part is another or is missing."""
    deeper = random.random() < 0.9
    if isinstance(value, dict) and value and deeper:
        name = random.choice(sorted(value))
        if random.random() < 0.1:
            return {key: inner for key, inner in value.items() if key != name}
        return {**value, name: spoiled(value[name], random)}
    if isinstance(value, list) and value and deeper:
        place = random.randrange(len(value))
        return [*value[:place], spoiled(value[place], random), *value[place + 1 :]]
    return random.choice(_ODD)
