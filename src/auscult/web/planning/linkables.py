"""What of the plan can be linked to an objective: bets, and tasks."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor
from auscult.web.goals.links import Linkable, Target
from auscult.web.planning import queries
from auscult.web.planning.moves import BetState, CycleState

BET = "bet"


def _bets(actor: Actor) -> Iterator[Target]:
    fields = ("pk", "title", "state", "cycle__state", "amplifies")
    for number, title, state, cycle, amplifies in (
        queries.bets(actor).order_by("pk").values_list(*fields)
    ):
        over = cycle == CycleState.CLOSED or state == BetState.DROPPED
        change = reverse("planning:change-bet", args=[number])
        yield Target(
            number,
            title,
            reverse("planning:bet", args=[number]),
            over=over,
            social="" if over or amplifies else change,
        )


def _tasks(actor: Actor) -> Iterator[Target]:
    for number, title, bet in queries.tasks(actor).values_list("pk", "title", "bet_id"):
        yield Target(number, title, reverse("planning:bet", args=[bet]))


LINKABLES = (
    Linkable(kind=BET, label=_("bet"), rows=_bets),
    # A task serves what its bet serves.
    Linkable(kind="task", label=_("task"), rows=_tasks, alone=False),
)
