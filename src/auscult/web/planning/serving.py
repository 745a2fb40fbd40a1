"""A bet's objective, told to the goals as well: there it stands among what is done for it."""

from __future__ import annotations

from collections.abc import Sequence

from auscult.web.accounts.models import Actor
from auscult.web.goals.link_actions import add_link, add_links, remove_link
from auscult.web.goals.models import Objective
from auscult.web.goals.queries import links
from auscult.web.planning.linkables import BET
from auscult.web.planning.models import Bet


def link_objective(actor: Actor, bet: Bet, *, before: Objective | None = None) -> None:
    """Link a saved bet to its objective, in place of the one that it had before.

    Links to other objectives, which somebody made on the pages of the goals, stay.
    """
    if before == bet.objective and before is not None:
        return
    if before is not None:
        _unlink(actor, bet, before)
    if bet.objective is not None and bet.objective.closed_on is None:
        add_link(actor, objective=bet.objective, kind=BET, number=bet.pk)


def link_objectives(actor: Actor, bets: Sequence[tuple[Bet, Objective | None]]) -> None:
    """Link many saved bets, each to its objective in place of the one that it had before."""
    changed = [(bet, before) for bet, before in bets if before != bet.objective or before is None]
    for bet, before in changed:
        if before is not None:
            _unlink(actor, bet, before)
    serving = {
        bet.pk: bet.objective
        for bet, _before in changed
        if bet.objective is not None and bet.objective.closed_on is None
    }
    add_links(actor, kind=BET, serving=serving)


def _unlink(actor: Actor, bet: Bet, objective: Objective) -> None:
    for link in links(actor).filter(kind=BET, number=bet.pk, objective=objective):
        remove_link(actor, link=link)
