"""What waits for what: no circle, whoever waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import TypeVar

Node = TypeVar("Node", int, tuple[int, int])


def circle(depends_on: Mapping[Node, Iterable[Node]]) -> list[Node]:
    """Return a circle among things that depend on others, its first one again at its end.

    Parameters
    ----------
    depends_on : mapping of number to iterable of numbers
        For each thing the things that it waits for; a pair of numbers names a thing as well.

    Returns
    -------
    list of numbers
        Empty: nothing waits for itself, on whatever way.

    Examples
    --------
    >>> circle({1: [2], 2: []})
    []
    >>> sorted(set(circle({1: [2], 2: [3], 3: [1]})))
    [1, 2, 3]
    """
    try:
        TopologicalSorter(depends_on).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []
