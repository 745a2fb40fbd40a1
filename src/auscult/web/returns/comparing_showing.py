"""Other ways and assumptions as their pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from auscult.engine.returns.campaigns import LEVEL
from auscult.engine.returns.comparing import per_outcome
from auscult.web.accounts.models import Actor
from auscult.web.returns import comparing_queries
from auscult.web.returns.board_words import money, range_of
from auscult.web.returns.comparing_models import Comparator
from auscult.web.returns.telling_engine import ratio_figure
from auscult.web.returns.telling_ways import known_of
from auscult.web.returns.telling_words import said


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Another way with what an outcome costs by it.

    Attributes
    ----------
    each : str
        Empty where there is none: `said` says why.
    range : str
        Its interval in words; empty: there is none.
    """

    comparator: Comparator
    each: str
    range: str
    said: tuple[str, ...]


def rows(actor: Actor) -> list[Row]:
    """Return the other ways, the newest period first."""
    return [_row(one) for one in comparing_queries.comparators(actor)]


def _row(one: Comparator) -> Row:
    figure = ratio_figure(per_outcome(known_of(one), LEVEL))
    assert figure is not None
    return Row(
        comparator=one,
        each="" if figure.value is None else money(figure.value, one.currency),
        range=range_of(figure, one.currency),
        said=tuple(said(note) for note in figure.notes),
    )
