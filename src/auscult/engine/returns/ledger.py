"""From costs and outcomes to campaigns: the step between what was written down and its figures."""

from __future__ import annotations

from collections.abc import Mapping

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.campaigns import Campaigns, campaigns_of
from auscult.engine.returns.costed import Costs
from auscult.engine.returns.costs import NOBODYS, Kind


def campaigns_of_costs(
    costs: Costs,
    outcomes: Mapping[str, float],
    *,
    groups: Mapping[str, str] | None = None,
    with_given: bool = False,
) -> Campaigns:
    """Put each campaign's fully loaded cost beside what it brought.

    Parameters
    ----------
    costs : Costs
    outcomes : mapping of str to float
        Of each purpose or group; one that isn't named brought none.
    groups : mapping of str to str, optional
        The campaign of each purpose; else each purpose is one.
    with_given : bool
        Whether time of volunteers and ambassadors counts as cost. Show both.

    Raises
    ------
    Correctable
        Outcomes belong to something that the costs don't know.

    Examples
    --------
    >>> from datetime import date
    >>> from auscult.engine.returns.costs import Spent
    >>> from auscult.engine.returns.reckoning import reckon
    >>> day = {"first": date(2026, 1, 1), "last": date(2026, 1, 31)}
    >>> costs = reckon(Spent(purposes=("knee", "heart")), **day, currency="EUR")
    >>> campaigns_of_costs(costs, {"heart": 12}).outcomes.tolist()
    [12.0, 0.0]
    """
    loaded, labour = costs.fully_loaded(groups), costs.only(Kind.LABOUR).fully_loaded(groups)
    names = sorted(name for name in loaded if name != NOBODYS)
    _check_known(outcomes, names)
    amount = "with_given" if with_given else "paid"
    cost = [getattr(loaded[name], amount) for name in names]
    # Sums in another order may differ in their last place: labour isn't more than all.
    wages = [
        min(getattr(labour[name], amount), most) for name, most in zip(names, cost, strict=True)
    ]
    return campaigns_of(
        names=names,
        outcomes=[outcomes.get(name, 0.0) for name in names],
        cost=cost,
        labour=([loaded[name].minutes for name in names], wages),
        currency=costs.currency,
    )


def _check_known(outcomes: Mapping[str, float], names: list[str]) -> None:
    strangers = sorted(set(outcomes) - set(names))
    if strangers:
        raise Correctable(
            f"'{strangers[0]}' brought outcomes, and nothing is known of its cost.",
            field="outcomes",
            code="unknown-campaign",
            hint="Name it among the purposes of what was spent; then it is listed as not costed yet.",
        )
