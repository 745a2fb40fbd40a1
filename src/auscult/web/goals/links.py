"""What can be linked to an objective: rows of applications above, which hand themselves down.

Each application says in its `linkables.py` what it has; the shell collects them when Django
starts. So nothing here imports upward.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from django.utils.functional import Promise

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right


class Target(NamedTuple):
    """A row that can be linked: its number, its name, the address of its page.

    Attributes
    ----------
    over : bool
        Nothing is done for it any more: it keeps its name, and is no orphan.
    social : str
        Of a campaign on social media alone, where to say which initiative it amplifies.
    """

    number: int
    name: str
    address: str
    over: bool = False
    social: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linkable:
    """A kind of rows that can be linked to objectives.

    Attributes
    ----------
    kind : str
        Lower case, hyphens; 30 characters at most. It stands in the database.
    label : str
        One of them in words: "watch".
    rows : callable
        All rows of the actor's organisation.
    right : Right
        Who may open their pages; their names are figures, like everything here.
    alone : bool
        Whether one that serves no objective is listed as an orphan.
    """

    kind: str
    label: str | Promise
    rows: Callable[[Actor], Iterable[Target]]
    right: Right = Right.SEE_FIGURES
    alone: bool = True


_gather: list[Callable[[], Iterable[Linkable]]] = [tuple]


def put(gather: Callable[[], Iterable[Linkable]]) -> None:
    """Let these be all kinds that can be linked; they are gathered when first asked for."""
    _gather[:] = [gather]
    linkables.cache_clear()


@cache
def linkables() -> tuple[Linkable, ...]:
    """Return every kind that can be linked."""
    return tuple(_gather[0]())
