"""How many were reached, and what that would have cost. None of it is a return.

A `PurchaseEquivalency` is no number and no `Worth`, so that no function that reckons a return takes
it: the Barcelona Principles of AMEC call advertising value equivalents no measure of value.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.reasons import Reason, Why


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseEquivalency:
    """What an exposure would have cost if bought (earned media value): an assumption.

    Attributes
    ----------
    would_have_cost : float
    currency : str
    assumption : str
        In words: "a page in the Sunday paper at list price".
    source : str
    day : date
    """

    would_have_cost: float
    currency: str
    assumption: str
    source: str
    day: date

    def __post_init__(self) -> None:
        """Refuse an assumption that isn't told."""
        if not (self.assumption.strip() and self.source.strip()):
            raise Correctable(
                "A purchase equivalency without its assumption or source can't be shown.",
                field="assumption",
                code="no-assumption",
                hint="Say what would have been bought, and who gives its price.",
            )
        if not 0 <= self.would_have_cost < np.inf:
            raise Correctable(
                f"The exposure would have cost {self.would_have_cost}.",
                field="would_have_cost",
                code="bad-amount",
                hint="Give a number of at least 0.",
            )

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What has to be said wherever it is shown."""
        return (Reason(why=Why.NO_RETURN),)

    def times_cost(self, cost: float) -> float | None:
        """Give how many times the cost it is; None at a cost of nought.

        Raises
        ------
        Correctable
            The cost isn't a number of at least 0.
        """
        _check_count(cost, "cost")
        return self.would_have_cost / cost if cost else None


def share_reached(*, reached: float, followers: float) -> float | None:
    """Give reach as a share of the followers there were when it was posted.

    It may exceed 1: posts travel beyond followers. None where there were no followers.

    Raises
    ------
    Correctable
        A number is below 0 or none.

    Examples
    --------
    >>> round(share_reached(reached=529_152, followers=528_623), 3)
    1.001
    """
    _check_count(reached, "reached")
    _check_count(followers, "followers")
    return reached / followers if followers else None


def times(percent: float) -> float:
    """Make "up by so many percent" into "so many times as much".

    Examples
    --------
    >>> times(8217)
    83.17
    """
    return 1 + percent / 100


def _check_count(number: float, field: str) -> None:
    if not 0 <= number < np.inf:
        raise Correctable(
            f"'{field}' is {number}.",
            field=field,
            code="bad-amount",
            hint="Give a number of at least 0.",
        )
