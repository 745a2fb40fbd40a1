"""Two plans field by field, as JSON: what changed, and the other plan from one and the changes."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Plan = dict[str, Any]
ABSENT: Any = object()  # a field that isn't there; null is a value


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field that isn't the same.

    Attributes
    ----------
    path : tuple of str
        The keys that lead to it, from the plan down; never empty.
    before, after : object
        What stands there; `ABSENT`: nothing.
    """

    path: tuple[str, ...]
    before: Any
    after: Any


def differences(before: Plan, after: Plan) -> list[Difference]:
    """Return what has to change in one plan to make it the other, by the order of the paths.

    Plans are nested dicts with string keys, as JSON has them; lists are compared as a whole.
    `applied(before, differences(before, after)) == after` for any two.
    """
    return list(_differences((), before, after))


def _differences(path: tuple[str, ...], before: Plan, after: Plan) -> Iterator[Difference]:
    for key in sorted(before.keys() | after.keys()):
        one, other = before.get(key, ABSENT), after.get(key, ABSENT)
        if isinstance(one, dict) and isinstance(other, dict):
            yield from _differences((*path, key), one, other)
        elif not _same(one, other):
            yield Difference(path=(*path, key), before=one, after=other)


def _same(one: Any, other: Any) -> bool:
    """Return whether JSON writes both alike: Python takes True for 1, and 1.0 for 1."""
    if type(one) is not type(other):
        return False
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    return bool(one == other)


def applied(plan: Plan, changes: Sequence[Difference]) -> Plan:
    """Return a plan after changes; the given one stays as it is."""
    made = copy.deepcopy(plan)
    for change in changes:
        place: Any = made
        for key in change.path[:-1]:
            place = place[key]
        if change.after is ABSENT:
            del place[change.path[-1]]
        else:
            place[change.path[-1]] = copy.deepcopy(change.after)
    return made


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield each field of a part of a plan with its path: what an added bet is made of."""
    if isinstance(value, Mapping) and value:
        for key in value:
            yield from leaves(value[key], (*path, key))
    else:
        yield path, value
