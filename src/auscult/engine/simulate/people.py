"""Who lives in the town: homes, roles, habits, names, followers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from auscult.engine.simulate.communities import COMMUNITIES
from auscult.engine.simulate.draws import Floats, Rows, generator

ROLES = ("resident", "nurse", "staff", "journalist", "hospital", "rival", "troll", "spammer")
_RESIDENT, _NURSE, _STAFF, _JOURNALIST, _HOSPITAL, _RIVAL, _TROLL, _SPAMMER = range(len(ROLES))

# Accounts that are no person: community, handle, name, role, followers.
_DESKS = (
    ("news", "herald", "The Lakeside Herald", _JOURNALIST, 38_000),
    ("news", "wire", "Lake County Wire", _JOURNALIST, 21_000),
    ("news", "radio97", "Radio 97 Newsroom", _JOURNALIST, 9_400),
    ("news", "channel6", "Channel 6 Lakeside", _JOURNALIST, 27_000),
    ("news", "shorepost", "The Shore Post", _JOURNALIST, 4_100),
    ("hospital", "lakesidegeneral", "Lakeside General Hospital", _HOSPITAL, 11_800),
    ("rivals", "quillmoor", "Quillmoor Medical Center", _RIVAL, 16_900),
    ("rivals", "saintorlas", "St. Orla's", _RIVAL, 7_300),
    ("rivals", "brackwater", "Brackwater Clinic", _RIVAL, 2_200),
)
_TROLL_HOMES = {"town": 0.004, "square": 0.002, "politics": 0.02, "students": 0.004}


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """One row an account.

    `home` is a row of `COMMUNITIES`, `role` of `ROLES`; `activity` a heavy-tailed weight of
    how much somebody writes; `lower`, `plain` (no apostrophes), `drops` (no last full stop)
    say how; `careful` (0 to 1) how rarely the hand slips.
    """

    home: NDArray[np.int8]
    role: NDArray[np.int8]
    activity: Floats
    followers: Rows
    lower: NDArray[np.bool_]
    plain: NDArray[np.bool_]
    drops: NDArray[np.bool_]
    careful: Floats
    verified: NDArray[np.bool_]
    handle: pa.StringArray
    name: pa.StringArray

    def __len__(self) -> int:
        return len(self.home)


@cache
def _names() -> dict[str, tuple[list[str], list[str], list[str]]]:
    """Read first names, last names and how they look in a handle, by language."""
    page = files("auscult.engine.simulate") / "grammar" / "names.tsv"
    found: dict[str, tuple[list[str], list[str], list[str]]] = {}
    for line in page.read_text(encoding="utf-8").splitlines():
        language, first, last, latin = line.split("\t")
        found[language] = (first.split(), last.split(), latin.split())
    return found


def _shown(language: str, draw: Rows, number: int) -> tuple[str, str]:
    """Give a handle and a display name; the number keeps handles apart."""
    first_names, last_names, latin = _names()[language]
    first = int(draw[0] % len(first_names))
    last = last_names[int(draw[1] % len(last_names))]
    stem = latin[first].lower()
    handle = (
        f"{stem}{number}",
        f"{stem}-{number}",
        f"its-{stem}-{number}",
        f"{stem[:1]}-{number}-lake",
        f"the-real-{stem}-{number}",
    )[int(draw[2] % 5)]
    given = first_names[first]
    if language in ("vi", "zh"):
        return handle, last + ("" if language == "zh" else " ") + given
    shown = (
        f"{given} {last}",
        f"{given} {last[0]}.",
        given,
        given.lower(),
        f"{given} {last}",
    )
    return handle, shown[int(draw[3] % 5)]


def _homes(rng: np.random.Generator, people: int) -> NDArray[np.int8]:
    shares = np.array([community.people for community in COMMUNITIES])
    counts = np.floor(shares / shares.sum() * people).astype(np.int64)
    counts[0] += people - counts.sum()
    home = np.repeat(np.arange(len(COMMUNITIES), dtype=np.int8), counts)
    rng.shuffle(home)
    return home


def _roles(rng: np.random.Generator, home: NDArray[np.int8]) -> NDArray[np.int8]:
    role = np.zeros(home.size, np.int8)
    luck = rng.random(home.size)
    for number, community in enumerate(COMMUNITIES):
        here = home == number
        if community.key == "spam":
            role[here] = _SPAMMER
        elif community.key == "nurses":
            role[here] = _NURSE
        else:
            role[here & (luck < 0.006)] = _STAFF
            role[here & (luck < 0.002)] = _NURSE
            role[here & (luck > 1 - _TROLL_HOMES.get(community.key, 0))] = _TROLL
    return role


def _activity(rng: np.random.Generator, role: NDArray[np.int8]) -> Floats:
    """Draw how much each account writes: a few write a lot (Pareto), most hardly at all."""
    activity = rng.pareto(1.15, role.size) * rng.lognormal(0, 0.5, role.size)
    activity = np.minimum(activity, 400.0)
    activity[role == _TROLL] = 3 + 10 * rng.random(int((role == _TROLL).sum()))
    activity[role == _SPAMMER] = 1 + rng.random(int((role == _SPAMMER).sum()))
    return activity + 0.002


def settle(seed: int, people: int) -> People:
    """Let `people` accounts move in, and the town's institutions after them."""
    rng = generator(seed, "people")
    home = _homes(rng, people)
    role = _roles(rng, home)
    activity = _activity(rng, role)
    followers = (rng.lognormal(4.2, 1.3, people) * (0.5 + np.sqrt(activity))).astype(np.int64)
    followers[role == _SPAMMER] //= 20
    casual = np.array([community.lower for community in COMMUNITIES])[home]
    keys = [community.key for community in COMMUNITIES]
    desk_home = np.array([keys.index(desk[0]) for desk in _DESKS], np.int8)
    draws = rng.integers(0, 1 << 30, (people, 4))
    languages = [COMMUNITIES[number].language for number in home]
    shown = [
        _shown(language, draw, number)
        for number, (language, draw) in enumerate(zip(languages, draws, strict=True), 10)
    ]
    calm = np.zeros(len(_DESKS), bool)
    return People(
        home=np.concatenate([home, desk_home]),
        role=np.concatenate([role, np.array([desk[3] for desk in _DESKS], np.int8)]),
        activity=np.concatenate([activity, np.ones(len(_DESKS))]),
        followers=np.concatenate([followers, np.array([desk[4] for desk in _DESKS])]),
        lower=np.concatenate([rng.random(people) < casual, calm]),
        plain=np.concatenate([rng.random(people) < 0.3 * casual, calm]),
        drops=np.concatenate([rng.random(people) < 0.15 + 0.6 * casual, calm]),
        careful=np.concatenate([rng.random(people), np.ones(len(_DESKS))]),
        verified=np.concatenate([rng.random(people) < 0.004, ~calm]),
        handle=pa.array([handle for handle, _ in shown] + [desk[1] for desk in _DESKS]),
        name=pa.array([name for _, name in shown] + [desk[2] for desk in _DESKS]),
    )
