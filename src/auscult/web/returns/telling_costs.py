"""What a period cost in plain values, and what each bet cost fully loaded."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from auscult.engine.returns.costed import Costs
from auscult.engine.returns.costs import NOBODYS
from auscult.web.returns.costing import Book
from auscult.web.returns.grouping import Loaded
from auscult.web.returns.telling_engine import note, notes
from auscult.web.returns.telling_types import CostFacts, StepFacts, UncostedFacts
from auscult.web.returns.telling_words import Told


def cost_facts(book: Book, titles: Mapping[str, str]) -> CostFacts:
    """Return what a period cost.

    Parameters
    ----------
    book : Book
    titles : mapping of str to str
        Of the bets, by their numbers.
    """
    costs, said = book.costs, [*notes(book.costs.reasons)]
    if book.not_converted:
        said.append(note(Told.CURRENCIES, currencies=len(book.not_converted)))
    return CostFacts(
        paid=costs.total.paid,
        given=costs.total.given,
        minutes=costs.total.minutes,
        steps=tuple(
            StepFacts(kind=str(one.kind), given=one.given, start=one.start, end=one.end)
            for one in costs.waterfall()
        ),
        uncosted=tuple(
            UncostedFacts(
                what=titles.get(one.what, one.what),
                bet=int(one.what) if one.what in titles else None,
                missing=str(one.missing),
                minutes=one.minutes,
                given=one.given,
            )
            for one in costs.uncosted
        ),
        bets=len(titles),
        notes=tuple(said),
    )


def loaded(costs: Costs) -> Loaded:
    """Return what each bet cost, with its share of what was for all."""
    found = costs.fully_loaded()
    names = tuple(sorted((name for name in found if name != NOBODYS), key=_order))
    return Loaded(
        names=names,
        paid=np.array([found[name].paid for name in names], np.float64),
        given=np.array([found[name].given for name in names], np.float64),
        minutes=np.array([found[name].minutes for name in names], np.float64),
    )


def _order(name: str) -> tuple[int, str]:
    return len(name), name
