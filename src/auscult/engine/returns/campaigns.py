"""Campaigns with what each brought and cost, and what an outcome is worth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.columns import Floats, amounts_column, same_length
from auscult.engine.returns.reasons import Reason, Why, say

FEWEST_CAMPAIGNS = 8
FEWEST_OUTCOMES = 10
LEVEL = 0.9  # how often an interval is meant to hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What one outcome is worth to the house, and who says so.

    Attributes
    ----------
    amount : float
        0 or more.
    currency : str
    source : str
    day : date
        Of the source.

    Raises
    ------
    Correctable
        The amount isn't a number of at least 0, or no source is named.
    """

    amount: float
    currency: str
    source: str
    day: date

    def __post_init__(self) -> None:
        """Refuse what can't be, or rests on nothing."""
        if not 0 <= self.amount < np.inf:
            raise Correctable(
                f"The value of an outcome is {self.amount}.",
                field="amount",
                code="bad-amount",
                hint="Give a number of at least 0.",
            )
        if not self.source.strip():
            raise Correctable(
                f"Nobody is named who says that an outcome is worth {self.amount:g} {self.currency}.",
                field="source",
                code="no-source",
                hint="Name the source: accounts of last year, a published study.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaigns:
    """Campaigns (or posts, or places) side by side, as a sample of campaigns like them.

    Attributes
    ----------
    names : tuple of str
    outcomes : array of float, shape (campaigns,)
        Incremental ones where an experiment or a comparison tells them, else attributed ones. Single
        incremental ones may lie below 0.
    cost : array of float, shape (campaigns,)
        Fully loaded, 0 or more.
    cash : array of float, shape (campaigns,)
        The part of the cost that isn't labour.
    minutes : array of float, shape (campaigns,)
        Worked.
    gained : array of float, shape (campaigns,), or None
        Amounts that came in (donations), where no value of one outcome is needed.
    currency : str
    """

    names: tuple[str, ...]
    outcomes: Floats
    cost: Floats
    cash: Floats
    minutes: Floats
    gained: Floats | None
    currency: str

    def __len__(self) -> int:
        """Count them."""
        return len(self.names)

    def gain(self, worth: Worth | None) -> Floats:
        """Give what each brought in money, shape (campaigns,).

        Raises
        ------
        Correctable
            Neither a value of an outcome nor amounts are known; the value is in another currency;
            or it is no `Worth`: a purchase equivalency is no value.
        """
        if worth is None:
            if self.gained is None:
                raise Correctable(
                    "No value of an outcome is given.",
                    field="worth",
                    code="no-worth",
                    hint="Give a Worth with its source, or ask for the cost per outcome, which needs none.",
                )
            return self.gained
        check_worth(worth, self.currency)
        return self.outcomes * worth.amount


def campaigns_of(
    *,
    outcomes: Any,
    cost: Any,
    currency: str,
    names: Any = None,
    gained: Any = None,
    labour: tuple[Any, Any] | None = None,
) -> Campaigns:
    """Read campaigns from columns: lists, numpy, columns of pandas or Polars.

    Parameters
    ----------
    outcomes : column of float
    cost : column of float
        Fully loaded, 0 or more.
    currency : str
    names : column of str, optional
        Else their numbers.
    gained : column of float, optional
    labour : tuple of two columns of float, optional
        Minutes worked, and what they cost (a part of the cost).

    Raises
    ------
    Correctable
        Columns differ in length or hold what they can't; labour costs more than all.
    """
    names = (
        [str(at + 1) for at in range(len(cost))] if names is None else [str(one) for one in names]
    )
    minutes, wages = labour or (np.zeros(len(cost)), np.zeros(len(cost)))
    gains = cost if gained is None else gained
    same_length(
        names=names, outcomes=outcomes, cost=cost, gained=gains, minutes=minutes, labour=wages
    )
    spent = amounts_column(cost, "cost", least=0)
    return Campaigns(
        names=tuple(names),
        outcomes=amounts_column(outcomes, "outcomes"),
        cost=spent,
        cash=_cash(names, spent, amounts_column(wages, "labour", least=0)),
        minutes=amounts_column(minutes, "minutes", least=0),
        gained=None if gained is None else amounts_column(gained, "gained"),
        currency=currency,
    )


def _cash(names: list[str], spent: Floats, wages: Floats) -> Floats:
    """Give what isn't labour."""
    cash = spent - wages
    if (cash < -1e-6 * spent).any():
        at = int(np.argmin(cash))
        raise Correctable(
            f"Labour of '{names[at]}' costs more than all of it: {wages[at]:g} of {spent[at]:g}.",
            field="cost",
            code="labour-above-cost",
            hint="Give the fully loaded cost, labour in it.",
        )
    return np.maximum(cash, 0)


def check_worth(worth: Worth, currency: str) -> None:
    """Refuse what is no value of an outcome, or one in another currency.

    Raises
    ------
    Correctable
        It is; a purchase equivalency too.
    """
    if not isinstance(worth, Worth):
        raise Correctable(
            f"A {type(worth).__name__} isn't the value of an outcome.",
            field="worth",
            code="not-a-worth",
            hint="Give a Worth: what an outcome is worth to the house, with its source. What the"
            " exposure would have cost is no return.",
        )
    if worth.currency != currency:
        raise Correctable(
            f"The value is in {worth.currency} and the costs are in {currency}.",
            field="worth",
            code="two-currencies",
            hint=f"Convert the value into {currency} by a dated rate.",
        )


def lacking(campaigns: Campaigns) -> Reason | None:
    """Say what is missing for an interval, or nothing."""
    there = float(len(campaigns))
    if there < FEWEST_CAMPAIGNS:
        return _lack(Why.FEW_CAMPAIGNS, there, FEWEST_CAMPAIGNS)
    brought = float(campaigns.outcomes.sum())
    if brought < FEWEST_OUTCOMES:
        return _lack(Why.FEW_OUTCOMES, brought, FEWEST_OUTCOMES)
    return None


def _lack(why: Why, there: float, needed: int) -> Reason:
    numbers = (("there", there), ("needed", float(needed)), ("missing", needed - there))
    return Reason(why=why, numbers=numbers)


def check_enough(campaigns: Campaigns) -> None:
    """Refuse an interval of too little.

    Raises
    ------
    Correctable
        There are fewer than 8 campaigns, or they brought fewer than 10 outcomes.
    """
    reason = lacking(campaigns)
    if reason is not None:
        raise Correctable(
            say(reason),
            field="campaigns",
            code=reason.why.value,
            hint="Take more campaigns, or a longer time; the sums themselves can be shown.",
        )


def check_level(level: float) -> None:
    """Refuse what is no level of an interval.

    Raises
    ------
    Correctable
        It isn't between 0.5 and 1.
    """
    if not 0.5 <= level < 1:
        raise Correctable(
            f"The level is {level}.",
            field="level",
            code="bad-level",
            hint="Give how often the interval is to hold, from 0.5 to below 1; 0.9 is usual.",
        )
