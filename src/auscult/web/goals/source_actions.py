"""Saying where the readings of an objective come from, and whether a machine may be asked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from auscult.engine.kernel.http import read_address, shown
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.goals import figures
from auscult.web.goals.changing import keep_change, of_objective
from auscult.web.goals.errors import GoalRefused, ObjectiveClosed
from auscult.web.goals.models import Objective, SourceKind

LONGEST_ADDRESS = 2_000
LONGEST_PATH = 200
MAY = gettext_noop("change where readings come from")


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceWish:
    """Where readings shall come from; of a kind that isn't chosen nothing counts."""

    kind: SourceKind
    figure: str = ""
    of: int = 0
    address: str = ""
    path: str = ""

    def settings(self) -> dict[str, Any]:
        """Return them as `Objective.source` keeps them."""
        if self.kind == SourceKind.FIGURE:
            return {"figure": self.figure, "of": self.of}
        if self.kind == SourceKind.WEB:
            return {"address": self.address.strip(), "path": self.path.strip()}
        return {}


@transaction.atomic
def save_source(actor: Actor, *, objective: Objective, wish: SourceWish) -> None:
    """Choose where readings come from; those that are there stay.

    A machine is asked only once an owner of the house has switched that on, and anew after
    each change of what is asked.

    Raises
    ------
    NotAllowed, GoalRefused, AddressRefused, ObjectiveClosed
    """
    require(actor, Right.EDIT_GOALS, MAY)
    if objective.closed_on is not None:
        raise ObjectiveClosed(objective.title)
    _check(actor, wish)
    before = of_objective(objective)
    changed = (objective.source_kind, objective.source) != (wish.kind, wish.settings())
    objective.source_kind, objective.source = wish.kind, wish.settings()
    objective.may_ask = objective.may_ask and not changed
    wanted = wish.kind == SourceKind.FIGURE or objective.may_ask
    objective.next_attempt = actor.clock.now() if wanted else None
    objective.source_error, objective.locked_until = "", None
    objective.save(
        update_fields=[
            *("source_kind", "source", "may_ask"),
            *("next_attempt", "locked_until", "source_error"),
        ]
    )
    keep_change(actor, objective, "save-source", before=before, after=of_objective(objective))


def _check(actor: Actor, wish: SourceWish) -> None:
    if wish.kind == SourceKind.FIGURE:
        figure = figures.figure(wish.figure)
        if figure is None or wish.of not in {number for number, _name in figure.of(actor)}:
            raise GoalRefused(
                "figure",
                f"{wish.figure} {wish.of}",
                _("a figure of the list, of your organisation"),
            )
    if wish.kind == SourceKind.WEB:
        read_address(wish.address)
        for field, most in (("address", LONGEST_ADDRESS), ("path", LONGEST_PATH)):
            given = getattr(wish, field)
            if len(given) > most:
                raise GoalRefused(
                    field, given[:80], _("at most %(most)s characters") % {"most": most}
                )


def mark(objective: Objective) -> str:
    """Return what differs where something else is asked: an owner allows what she has seen."""
    text = orjson.dumps(objective.source, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()[:16]


@transaction.atomic
def switch_asking(actor: Actor, *, objective: Objective, on: bool, seen: str | None = None) -> None:
    """Allow or forbid to ask another machine for an objective's readings: an owner's switch.

    Parameters
    ----------
    seen : str or None
        The `mark` of what stood there when the owner looked; None: as it is now.

    Raises
    ------
    NotAllowed, GoalRefused
    """
    require(actor, Right.MANAGE_HOUSE, "let another machine be asked")
    if objective.source_kind != SourceKind.WEB or objective.may_ask == on:
        return
    if on and seen is not None and seen != mark(objective):
        changed = shown(str(objective.source.get("address", "")))
        raise GoalRefused("address", changed, _("the one that you have seen: look at it again"))
    before = of_objective(objective)
    objective.may_ask = on
    objective.next_attempt = actor.clock.now() if on else None
    objective.source_error, objective.locked_until = "", None
    objective.save(update_fields=["may_ask", "next_attempt", "locked_until", "source_error"])
    keep_change(actor, objective, "switch-asking", before=before, after=of_objective(objective))
