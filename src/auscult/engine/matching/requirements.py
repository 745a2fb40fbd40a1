"""What a watch requires: groups of terms of which a post must hold at least one each."""

from __future__ import annotations

from typing import NamedTuple

_MOST_GROUPS = 12
_MOST_OF_AN_OR = 3


class Group(NamedTuple):
    """Terms of which one is required, and the share of posts expected to hold one."""

    terms: tuple[int, ...]
    share: float


def all_of(one: list[Group], other: list[Group]) -> list[Group]:
    """Say what two conditions require together: the rarest groups, should there be many."""
    groups = [*one, *other]
    if len(groups) > _MOST_GROUPS:
        groups.sort(key=lambda group: group.share)
    return groups[:_MOST_GROUPS]


def any_of(alternatives: list[list[Group]]) -> list[Group]:
    """Say what is required when one of several conditions is enough.

    One of each alternative's rarest groups, one of their second rarest, and so on: each
    such union is required, and the unions differ where the alternatives give them room.
    """
    if not all(alternatives):
        return []
    ranked = [sorted(groups, key=lambda group: group.share) for groups in alternatives]
    most = min(_MOST_OF_AN_OR, max(len(groups) for groups in ranked))
    unions = []
    for rank in range(most):
        chosen = [groups[min(rank, len(groups) - 1)] for groups in ranked]
        terms = dict.fromkeys(term for group in chosen for term in group.terms)
        unions.append(Group(tuple(terms), sum(group.share for group in chosen)))
    return unions
