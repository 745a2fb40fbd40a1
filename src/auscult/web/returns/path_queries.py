"""What stands before outcomes, by each rule side by side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from auscult.engine.returns.attribution import Attribution
from auscult.engine.returns.reasons import Reason, Why
from auscult.web.accounts.models import Actor
from auscult.web.planning import queries as planning
from auscult.web.returns import queries
from auscult.web.returns.cost_models import AttributionRule
from auscult.web.returns.happening import happened
from auscult.web.returns.outcome_models import OutcomeKind
from auscult.web.returns.outcome_queries import shared_by


@dataclass(frozen=True, slots=True, kw_only=True)
class Credited:
    """What a rule credits: outcomes, and how long its bar is in percent of the longest."""

    outcomes: float
    percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A channel (or bet, campaign, link) with what each rule credits it with.

    Attributes
    ----------
    name : str
        Empty: touches that have none.
    by_rule : tuple of Credited
        In the order of `AttributionRule`.
    assisted : int
        Outcomes before which it stands, and another one last.
    """

    name: str
    by_rule: tuple[Credited, ...]
    touched: int
    assisted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Ways to the outcomes of a period.

    Attributes
    ----------
    lines : tuple of Line
        The most by the house's rule first.
    shared : Attribution
        By the house's rule.
    untracked : int
    reasons : tuple of Reason
        Without what the page says itself, and what is of values alone.
    """

    lines: tuple[Line, ...]
    shared: Attribution
    untracked: int
    reasons: tuple[Reason, ...]


def paths(
    actor: Actor, kind: OutcomeKind, first: date, last: date, *, by: str = "channel"
) -> Paths:
    """Return what stands before the outcomes of a period, by each rule.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    found = happened(actor, kind, first, last, by=by)
    every = {rule: shared_by(actor, found.merged, rule) for rule in AttributionRule.values}
    ours = every[queries.ledger(actor).rule]
    shares = {
        rule: {one.channel: one.outcomes for one in shared.credits}
        for rule, shared in every.items()
    }
    longest = max((abs(one) for each in shares.values() for one in each.values()), default=0) or 1
    names = _names(actor) if by == "bet" else {}
    lines = tuple(
        Line(
            name=names.get(one.channel, one.channel),
            by_rule=tuple(
                Credited(
                    outcomes=shares[rule].get(one.channel, 0.0),
                    percent=100 * max(0.0, shares[rule].get(one.channel, 0.0)) / longest,
                )
                for rule in shares
            ),
            touched=one.touched,
            assisted=one.assisted,
        )
        for one in ours.credits
        if one.touched
    )
    said = {Why.CONVENTION, Why.DARK, Why.WITHOUT_VALUE}
    reasons = {one.why: one for each in every.values() for one in each.reasons} | {
        one.why: one for one in found.merged.reasons
    }
    return Paths(
        lines=lines,
        shared=ours,
        untracked=found.untracked,
        reasons=tuple(one for why, one in reasons.items() if why not in said),
    )


def _names(actor: Actor) -> dict[str, str]:
    return {str(number): title for number, title in planning.bets(actor).values_list("pk", "title")}
