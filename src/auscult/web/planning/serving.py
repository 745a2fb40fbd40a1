"""A bet's objective, told to the goals as well: there it stands among what is done for it."""

from __future__ import annotations

from auscult.web.accounts.models import Actor
from auscult.web.goals.link_actions import add_link, remove_link
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
        for link in links(actor).filter(kind=BET, number=bet.pk, objective=before):
            remove_link(actor, link=link)
    if bet.objective is not None and bet.objective.closed_on is None:
        add_link(actor, objective=bet.objective, kind=BET, number=bet.pk)
