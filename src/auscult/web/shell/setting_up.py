"""The first set-up: five steps, each of which can be skipped, left and taken up again.

What is done is seen from what is there, not from a list of what was clicked: a source that was
connected elsewhere counts, and one that was removed doesn't. The simulated town counts for
nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from auscult.web.accounts import people
from auscult.web.accounts.errors import NotAMember
from auscult.web.accounts.invitations import invitations
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, may
from auscult.web.accounts.requests import actor_of
from auscult.web.goals import queries as goals
from auscult.web.goals.models import Step
from auscult.web.listening import queries as listening
from auscult.web.shell import first_run, lakeside
from auscult.web.shell.lakeside_marks import CONNECTOR, PRIORITY
from auscult.web.sources import queries as sources


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the set-up is: what is done, what was skipped, whether it is offered still."""

    done: frozenset[Step]
    skipped: frozenset[Step]
    ended: bool
    in_lakeside: bool

    @property
    def next(self) -> Step | None:
        """The first step that is neither done nor skipped; None: none is left."""
        return next((one for one in Step if one not in self.done | self.skipped), None)

    @property
    def number(self) -> int:
        """How many steps are done."""
        return len(self.done)

    def after(self, step: Step) -> str:
        """Return the address of the step that follows `step`, or of the end."""
        steps = list(Step)
        following = steps[steps.index(step) + 1 :]
        return address(following[0]) if following else reverse("set-up")

    def lines(self, current: Step | None = None) -> list[dict[str, Any]]:
        """Return the steps as `components/steps.html` takes them."""
        return [
            {
                "label": step.label,
                "address": address(step),
                "done": step in self.done,
                "current": step is current,
                "said": self._said(step),
            }
            for step in Step
        ]

    def _said(self, step: Step) -> str:
        if step in self.done:
            return _("done")
        return _("skipped") if step in self.skipped else ""


def address(step: Step) -> str:
    """Return the address of a step's page."""
    return reverse("set-up-step", args=[step.value])


def progress(actor: Actor) -> Progress:
    """Return how far the set-up of the actor's organisation is."""
    kept = goals.set_up(actor)
    seen = {
        Step.ORGANISATION: people.organisation(actor).name != first_run.ORGANISATION,
        Step.PRIORITIES: goals.priorities(actor).exclude(title=PRIORITY).exists(),
        Step.LISTENING: _own_watches(actor),
        Step.SOURCES: sources.sources(actor).exclude(connector=CONNECTOR).exists(),
        Step.PEOPLE: people.members(actor).count() > 1 or invitations(actor).exists(),
    }
    return Progress(
        done=frozenset(step for step, done in seen.items() if done),
        skipped=frozenset(Step(value) for value in kept.skipped),
        ended=kept.ended_at is not None,
        in_lakeside=in_lakeside(actor),
    )


def _own_watches(actor: Actor) -> bool:
    return listening.watches(actor).exclude(query__in=lakeside.watches().values()).exists()


def in_lakeside(actor: Actor) -> bool:
    """Return whether the simulated town is there."""
    return sources.sources(actor).filter(connector=CONNECTOR).exists()


def offered(request: HttpRequest) -> dict[str, Any]:
    """Give every template `set_up`: the progress, where it is to be offered, else nothing."""
    return {"set_up": SimpleLazyObject(lambda: _offered(request))}


def _offered(request: HttpRequest) -> Progress | None:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    try:
        actor = actor_of(request)
    except NotAMember:
        return None
    if not may(actor, Right.MANAGE_HOUSE) or goals.set_up(actor).ended_at is not None:
        return None
    return progress(actor)
