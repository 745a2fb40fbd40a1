"""What was spent: minutes of people, tools, kit, advertising, production; once or again and again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.columns import (
    Codes,
    Days,
    Floats,
    amounts_column,
    coded,
    days_column,
    same_length,
)

NOBODYS = ""  # the purpose of what was bought for all alike


class Kind(StrEnum):
    """What was paid for; in this order in a waterfall."""

    LABOUR = "labour"
    TOOL = "tools"
    KIT = "kit"
    ADVERTISING = "advertising"
    PRODUCTION = "production"
    OTHER = "other"


class Every(StrEnum):
    """How often a charge comes. Months, quarters and years are those of the calendar."""

    ONCE = "once"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What an hour of a role costs, with all that an employer pays.

    Attributes
    ----------
    role : str
    hourly : float
        0 or more.
    currency : str
    since : date
        Until the role's next rate begins.
    source : str
        Who says so: payroll, a published table of volunteers' hours.

    Raises
    ------
    Correctable
        The rate isn't a number of at least 0.
    """

    role: str
    hourly: float
    currency: str
    since: date
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no rate."""
        _at_least_nought(self.hourly, "hourly", f"An hour of '{self.role}'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """Minutes that people worked, by day, role and purpose; many rows.

    Attributes
    ----------
    days : array of datetime64[D], shape (rows,)
    roles, purposes : tuple of str
    role, purpose : array of int, shape (rows,)
        Which of `roles` and of `purposes`.
    minutes : array of float, shape (rows,)
        0 or more.
    """

    days: Days
    roles: tuple[str, ...]
    role: Codes
    purposes: tuple[str, ...]
    purpose: Codes
    minutes: Floats


def minutes_of(*, days: Any, roles: Any, minutes: Any, purposes: Any) -> Minutes:
    """Read minutes from columns: lists, numpy, columns of pandas or Polars.

    Parameters
    ----------
    days : column of date
    roles : column of str
    minutes : column of float
        0 or more.
    purposes : column of str
        What the time was for: a task, a bet, a campaign. Groups of them come later.

    Raises
    ------
    Correctable
        Columns differ in length, or hold what they can't.
    """
    same_length(days=days, roles=roles, minutes=minutes, purposes=purposes)
    names, role = coded(roles)
    for_what, purpose = coded(purposes)
    return Minutes(
        days=days_column(days, "days"),
        roles=names,
        role=role,
        purposes=for_what,
        purpose=purpose,
        minutes=amounts_column(minutes, "minutes", least=0),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """Something bought: a subscription, an advertisement, a film made by others.

    Attributes
    ----------
    what : str
    kind : Kind
    amount : float or None
        Each time, 0 or more; None is not known yet, and is listed as such.
    currency : str
    first : date
        The day of what comes once; else the first day on which it runs.
    last : date or None
        The last day on which it runs. What comes once and has a last day is spread evenly over
        its days; what comes again and again without one goes on.
    every : Every
    used_for : mapping of str to float
        Purposes and how much each used it, in any unit; what isn't used for anything in
        particular belongs to all (`NOBODYS`).

    Raises
    ------
    Correctable
        The amount or a use is below 0, or it ends before it begins.
    """

    what: str
    kind: Kind
    amount: float | None
    currency: str
    first: date
    last: date | None = None
    every: Every = Every.ONCE
    used_for: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what can't be."""
        if self.amount is not None:
            _at_least_nought(self.amount, "amount", f"'{self.what}'")
        _check_use(self.what, self.used_for)
        if self.last is not None and self.last < self.first:
            raise Correctable(
                f"'{self.what}' ends on {self.last}, before it begins on {self.first}.",
                field="last",
                code="ends-before-it-begins",
                hint="Give a last day that isn't before the first.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """Something bought once that lasts: a camera, a microphone. It is written off in a straight line.

    Attributes
    ----------
    what : str
    price : float or None
        None is not known yet.
    currency : str
    bought : date
    life_months : int
        Calendar months for which it serves, 1 or more.
    residual : float
        What it is still worth then, from 0 to the price.
    used_for : mapping of str to float
        As for a charge.

    Raises
    ------
    Correctable
        A number is out of range.
    """

    what: str
    price: float | None
    currency: str
    bought: date
    life_months: int = 36
    residual: float = 0.0
    used_for: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what can't be."""
        if self.life_months < 1:
            raise Correctable(
                f"'{self.what}' is to last {self.life_months} months.",
                field="life_months",
                code="bad-life",
                hint="Give whole months, 1 or more; 36 is usual for a camera.",
            )
        if self.price is not None and not 0 <= self.residual <= self.price < np.inf:
            raise Correctable(
                f"'{self.what}' cost {self.price} and is to be worth {self.residual} in the end.",
                field="residual",
                code="bad-residual",
                hint="Give a price of 0 or more, and a residual value from 0 to the price.",
            )
        _check_use(self.what, self.used_for)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """All that is known to have been spent.

    Attributes
    ----------
    minutes : Minutes or None
    rates : tuple of Rate
    given : tuple of str
        Roles whose time the house doesn't pay for: volunteers, ambassadors. It is reckoned beside
        what is paid, so that both can be shown.
    charges : tuple of Charge
    kit : tuple of Kit
    purposes : tuple of str
        Everything that was done, also what has no cost yet: those without minutes are listed.
    """

    minutes: Minutes | None = None
    rates: tuple[Rate, ...] = ()
    given: tuple[str, ...] = ()
    charges: tuple[Charge, ...] = ()
    kit: tuple[Kit, ...] = ()
    purposes: tuple[str, ...] = ()


def _at_least_nought(amount: float, name: str, whose: str) -> None:
    if not 0 <= amount < np.inf:
        raise Correctable(
            f"{whose} costs {amount}.",
            field=name,
            code="bad-amount",
            hint="Give a number of at least 0; what isn't known yet is left out or None.",
        )


def _check_use(what: str, used_for: Mapping[str, float]) -> None:
    uses = list(used_for.values())
    if uses and not (all(0 <= use < np.inf for use in uses) and sum(uses) > 0):
        raise Correctable(
            f"The uses of '{what}' are {uses}.",
            field="used_for",
            code="bad-use",
            hint="Give numbers of at least 0 that aren't all 0; only their proportions count.",
        )
