"""Costs and outcomes of a period put together: by objective, bet, function, network, campaign, cycle.

A cost belongs to a bet, and a bet to one objective, function and cycle, so these sums are exact. A
bet may be on several networks, or have links of several campaigns; then its cost is shared by a
convention, which is told beside the figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from auscult.engine.returns.campaigns import LEVEL, Campaigns, Worth, lacking
from auscult.engine.returns.columns import Floats
from auscult.engine.returns.ratio import Bound, Ratio, cost_per_outcome, point
from auscult.engine.returns.reasons import Reason, Why
from auscult.engine.returns.spans import Span, span_of_sum
from auscult.web.accounts.models import Actor
from auscult.web.planning.models import Bet
from auscult.web.returns import queries
from auscult.web.returns.link_models import ShortLink
from auscult.web.returns.outcome_columns import AMBASSADORS, OTHERS
from auscult.web.returns.telling_engine import note, ratio_figure, span_figure
from auscult.web.returns.telling_outcomes import Brought
from auscult.web.returns.telling_types import GROUPINGS, Figure, GroupFacts, GroupingFacts, Note
from auscult.web.returns.telling_words import Told

NONE = ""  # the group of what belongs to none
# Groupings whose outcomes come from what the touches say themselves, not from their bets.
BY_TOUCH = {"network": "channel", "campaign": "campaign", "ambassadors": "ambassadors"}
CONVENTIONS = {
    "network": Told.NETWORKS_SHARED,
    "campaign": Told.CAMPAIGNS_SHARED,
    "ambassadors": Told.AMBASSADORS_SHARED,
}
Shares = Mapping[str, float]  # of a bet in each group; they add up to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What each bet cost, fully loaded, in the order of `names`.

    Attributes
    ----------
    names : tuple of str
        Numbers of bets.
    paid, given, minutes : array of float, shape (bets,)
    """

    names: tuple[str, ...]
    paid: Floats
    given: Floats
    minutes: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """To which groups bets belong: for each grouping, each bet's share in each group.

    Attributes
    ----------
    titles : mapping of (str, str) to str
        Name of a group, by grouping and key.
    of : mapping of str to (mapping of str to Shares)
        By grouping, and the number of the bet.
    """

    titles: Mapping[tuple[str, str], str]
    of: Mapping[str, Mapping[str, Shares]]


def members(actor: Actor, names: Sequence[str]) -> Members:
    """Return to which groups the bets of these numbers belong, in two queries."""
    rows = queries.bets(actor).filter(pk__in=[int(one) for one in names if one.isdigit()])
    links = _links(actor)
    titles: dict[tuple[str, str], str] = {}
    of: dict[str, dict[str, Shares]] = {by: {} for by in GROUPINGS}
    for bet in rows.select_related("objective", "function", "cycle"):
        for by, (shares, named) in _of_bet(bet, links.get(bet.pk, [])).items():
            of[by][str(bet.pk)] = shares
            titles.update({(by, key): name for key, name in named.items()})
    return Members(titles=titles, of=of)


def _links(actor: Actor) -> dict[int, list[tuple[str, bool]]]:
    """Return for each bet the campaign of each of its links, and whether it is the ambassadors'."""
    rows = ShortLink.objects.filter(organisation_id=actor.organisation_id, bet__isnull=False)
    found: dict[int, list[tuple[str, bool]]] = defaultdict(list)
    for bet, campaign, ambassadors in rows.values_list("bet_id", "campaign", "ambassadors"):
        if bet is not None:
            found[bet].append((campaign, ambassadors))
    return found


def _of_bet(
    bet: Bet, links: Sequence[tuple[str, bool]]
) -> dict[str, tuple[Shares, dict[str, str]]]:
    """Return a bet's share in the groups of each grouping, and what these are called."""
    networks = [str(one).strip().lower() for one in bet.networks if str(one).strip()]
    campaigns = sorted({name for name, _theirs in links if name}) or [bet.title]
    theirs = sum(one for _name, one in links) / len(links) if links else 0.0
    cycle = str(bet.cycle.number)
    return {
        "objective": _one(bet.objective_id, bet.objective),
        "bet": _one(bet.pk, bet.title),
        "function": _one(bet.function_id, bet.function),
        "network": _evenly(networks),
        "campaign": _evenly(campaigns),
        "ambassadors": (
            {AMBASSADORS: theirs, OTHERS: 1 - theirs} if theirs else {OTHERS: 1.0},
            {},
        ),
        "cycle": ({cycle: 1.0}, {cycle: bet.cycle.title}),
    }


def _one(number: int | None, named: object) -> tuple[Shares, dict[str, str]]:
    if number is None:
        return {NONE: 1.0}, {}
    return {str(number): 1.0}, {str(number): str(named)}


def _evenly(names: Sequence[str]) -> tuple[Shares, dict[str, str]]:
    once = sorted(set(names))
    if not once:
        return {NONE: 1.0}, {}
    return {name: 1 / len(once) for name in once}, {}


def groupings(
    loaded: Loaded,
    of: Members,
    brought: Brought | None,
    worth: Worth | None,
    *,
    currency: str,
    with_given: bool,
) -> tuple[GroupingFacts, ...]:
    """Return what each group cost and brought, by each of `GROUPINGS`."""
    asked = _Asked(loaded, brought, worth, currency=currency, with_given=with_given)
    return tuple(
        GroupingFacts(
            by=by,
            groups=_groups(by, of, asked),
            notes=(note(CONVENTIONS[by]),) if by in CONVENTIONS else (),
        )
        for by in GROUPINGS
    )


class _Asked:
    """What all groupings of a period share."""

    def __init__(
        self,
        loaded: Loaded,
        brought: Brought | None,
        worth: Worth | None,
        *,
        currency: str,
        with_given: bool,
    ) -> None:
        self.loaded, self.brought, self.worth, self.currency = loaded, brought, worth, currency
        self.cost = loaded.paid + loaded.given if with_given else loaded.paid
        self.credited = credited(loaded.names, brought)
        # Money that came in takes the place of a worth: of donations there is none.
        self.gains = brought is not None and brought.gained is not None

    def by_touch(self, by: str) -> tuple[dict[str, float], dict[str, float]]:
        """Return outcomes and money of each group as the touches themselves say it."""
        if self.brought is None:
            return {}, {}
        way = BY_TOUCH[by]
        return _lower(self.brought.outcomes(way), by), _lower(self.brought.values(way), by)


def _lower(found: Mapping[str, float], by: str) -> dict[str, float]:
    """Join networks that are written in another way."""
    joined: dict[str, float] = defaultdict(float)
    for name, number in found.items():
        joined[name.strip().lower() if by == "network" else name] += number
    return joined


def credited(names: Sequence[str], brought: Brought | None) -> tuple[Floats, Floats]:
    """Return the outcomes and the money that each bet is credited with, both (bets,)."""
    if brought is None:
        return np.zeros(len(names)), np.zeros(len(names))
    outcomes, values = brought.outcomes("bet"), brought.values("bet")
    return (
        np.array([outcomes.get(name, 0.0) for name in names], np.float64),
        np.array([values.get(name, 0.0) for name in names], np.float64),
    )


def _groups(by: str, of: Members, asked: _Asked) -> tuple[GroupFacts, ...]:
    loaded = asked.loaded
    keys = sorted({key for shares in of.of[by].values() for key in shares})
    told = asked.by_touch(by) if by in BY_TOUCH else ({}, {})
    keys = sorted({*keys, *(key for key, number in told[0].items() if number)})
    share = np.zeros((len(loaded.names), len(keys)))
    place = {key: at for at, key in enumerate(keys)}
    for row, name in enumerate(loaded.names):
        for key, part in of.of[by].get(name, {NONE: 1.0}).items():
            if key in place:
                share[row, place[key]] = part
    rows = [_group(by, key, share[:, at], told, asked, of) for key, at in place.items()]
    return tuple(sorted(rows, key=_rank))


def _rank(one: GroupFacts) -> tuple[bool, float, float, str]:
    return one.key == NONE, -one.paid - one.given, -one.outcomes, one.name


def _group(
    by: str,
    key: str,
    share: Floats,
    told: tuple[Mapping[str, float], Mapping[str, float]],
    asked: _Asked,
    of: Members,
) -> GroupFacts:
    of_touches = by in BY_TOUCH
    chosen = share > 0
    campaigns = Campaigns(
        names=tuple(name for name, one in zip(asked.loaded.names, chosen, strict=True) if one),
        outcomes=asked.credited[0][chosen],
        cost=(asked.cost * share)[chosen],
        cash=(asked.cost * share)[chosen],
        minutes=(asked.loaded.minutes * share)[chosen],
        gained=asked.credited[1][chosen] if asked.gains else None,
        currency=asked.currency,
    )
    outcomes = told[0].get(key, 0.0) if of_touches else float(campaigns.outcomes.sum())
    gained = told[1].get(key, 0.0) if of_touches else None
    return GroupFacts(
        key=key,
        name=of.titles.get((by, key), key),
        paid=float(asked.loaded.paid @ share),
        given=float(asked.loaded.given @ share),
        minutes=float(asked.loaded.minutes @ share),
        outcomes=outcomes,
        cost_per_outcome=_each(campaigns, outcomes, sums_only=of_touches),
        net_benefit=_net(campaigns, outcomes, gained, asked),
        campaigns=len(campaigns),
    )


def _each(campaigns: Campaigns, outcomes: float, *, sums_only: bool) -> Figure:
    """Return the cost per outcome of a group, with an interval where it has campaigns enough."""
    cost = float(campaigns.cost.sum())
    if not len(campaigns):
        return _undefined(note(Told.NO_COST_KNOWN))
    if outcomes <= 0:
        return _undefined(Note(code=str(Why.NO_OUTCOMES)))
    if not cost:
        return _undefined(Note(code=str(Why.COST_ZERO), numbers=(("outcomes", outcomes),)))
    if sums_only:
        return Figure(value=cost / outcomes, notes=(note(Told.SUM_ONLY),))
    found = ratio_figure(_ratio(campaigns, lacking(campaigns)))
    assert found is not None
    return found


def _ratio(campaigns: Campaigns, reason: Reason | None) -> Ratio:
    if reason is None:
        return cost_per_outcome(campaigns)
    return point(campaigns.cost, campaigns.outcomes, reason=reason)


def _undefined(why: Note) -> Figure:
    return Figure(value=None, bound=str(Bound.UNDEFINED), notes=(why,))


def _net(
    campaigns: Campaigns, outcomes: float, gained: float | None, asked: _Asked
) -> Figure | None:
    """Return what a group gained less what it cost; None where no value is known."""
    if not len(campaigns) or (asked.worth is None and not asked.gains):
        return None
    cost = float(campaigns.cost.sum())
    if gained is not None:  # by touches: only sums are known
        brought = gained if asked.gains else outcomes * _amount(asked.worth)
        return Figure(value=brought - cost)
    gain = campaigns.gained if asked.gains else campaigns.outcomes * _amount(asked.worth)
    assert gain is not None
    if lacking(campaigns) is None:
        return span_figure(span_of_sum(gain - campaigns.cost, LEVEL))
    return span_figure(Span(value=float(gain.sum()) - cost))


def _amount(worth: Worth | None) -> float:
    return worth.amount if worth is not None else 0.0
