"""Figures of Auscult itself that can be an objective's readings, handed down like links."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.utils.functional import Promise

from auscult.web.accounts.models import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure with a value by day.

    Attributes
    ----------
    kind : str
        Lower case, hyphens. It stands in the database.
    label : str
        In words: "mentions a week of".
    of : callable
        What it can be the figure of: numbers and names of the actor's rows.
    values : callable
        `values(actor, number, first, last)`: the values from one day to another, both
        included. A day of which nobody knows isn't there; that is no zero.
    """

    kind: str
    label: str | Promise
    of: Callable[[Actor], Iterable[tuple[int, str]]]
    values: Callable[[Actor, int, date, date], Mapping[date, float]]


_gather: list[Callable[[], Iterable[Figure]]] = [tuple]


def put(gather: Callable[[], Iterable[Figure]]) -> None:
    """Let these be all figures that there are; they are gathered when first asked for."""
    _gather[:] = [gather]
    figures.cache_clear()


@cache
def figures() -> tuple[Figure, ...]:
    """Return every figure."""
    return tuple(_gather[0]())


def figure(kind: str) -> Figure | None:
    """Return a figure by its kind; None: its application is gone."""
    return next((one for one in figures() if one.kind == kind), None)
