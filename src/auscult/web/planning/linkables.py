"""What of the plan can be linked to an objective: bets, and tasks."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor
from auscult.web.goals.links import Linkable, Target
from auscult.web.planning import queries
from auscult.web.planning.moves import BetState, CycleState

BET = "bet"


def _bets(actor: Actor) -> Iterator[Target]:
    """Return the bets; those for no objective only as long as they are made."""
    over = Q(cycle__state=CycleState.CLOSED) | Q(state=BetState.DROPPED)
    rows = queries.bets(actor).exclude(over, objective=None).order_by("pk")
    for number, title in rows.values_list("pk", "title"):
        yield Target(number, title, reverse("planning:bet", args=[number]))


def _tasks(actor: Actor) -> Iterator[Target]:
    for number, title, bet in queries.tasks(actor).values_list("pk", "title", "bet_id"):
        yield Target(number, title, reverse("planning:bet", args=[bet]))


LINKABLES = (
    Linkable(kind=BET, label=_("bet"), rows=_bets),
    # A task serves what its bet serves.
    Linkable(kind="task", label=_("task"), rows=_tasks, alone=False),
)
