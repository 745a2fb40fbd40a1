"""What pages show of the planner's answers: the newest, its curves drawn, its reasons in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.template.defaultfilters import floatformat
from django.utils.translation import gettext as _

from auscult.engine.planning.refusals import Refused
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.goals.drawing import HEIGHT, WIDTH, points
from auscult.web.planning import queries
from auscult.web.planning.models import Cycle
from auscult.web.planning.moves import AllocationState
from auscult.web.planning.resource_models import Allocation

FEW = 0.05  # points, or hours a week, that aren't worth a line
LOOSE = 1.5  # percent off the best; a search that wasn't ended early comes nearer
Answer = Mapping[str, Any]


def refusal(found: Allocation) -> str:
    """Return why a question wasn't answered, in the reader's language."""
    refused = found.answer.get("refused")
    return str(Refused.again(refused)) if refused else _(found.error) if found.error else ""


def allocations(actor: Actor, cycle: Cycle) -> QuerySet[Allocation]:
    """Return what was asked of the planner for a cycle, the newest first."""
    require(actor, Right.SEE_FIGURES, queries.SEE)
    rows = Allocation.objects.filter(cycle=cycle, cycle__organisation_id=actor.organisation_id)
    return rows.select_related("version", "user").defer("version__plan").order_by("-pk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A step of a curve, where it is drawn, and what it says."""

    x: float
    y: float
    step: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """What more of a resource brings, drawn from nothing to its last step.

    Attributes
    ----------
    skill : str
        Empty: money.
    range : str
        Outline of where it lies in 90 of 100 cases.
    zero_y : float
        Where nothing more is brought.
    """

    skill: str
    high: float
    low: float
    line: str
    range: str
    zero_y: float
    dots: tuple[Dot, ...]

    @property
    def half(self) -> float:
        """What stands in the middle under it."""
        return float(self.last["amount"]) / 2

    @property
    def percent_off(self) -> float:
        """How far off the best a step may be whose search was ended early; 0: none was."""
        off = 100 * max(float(dot.step.get("gap", 0.0)) for dot in self.dots)
        return off if off > LOOSE else 0.0

    @property
    def last(self) -> Answer:
        """The last step: the most that is asked about."""
        return self.dots[-1].step


def curve(found: Answer) -> Curve:
    """Return a curve of an answer, drawn."""
    steps = found["steps"]
    high = max([one["high"] for one in steps] + [0.0])
    low = min([one["low"] for one in steps] + [0.0])
    room = (high - low) or 1.0
    top = steps[-1]["amount"] or 1.0

    def at(amount: float, value: float) -> tuple[float, float]:
        x = round(WIDTH * amount / top, 1)
        return x, round(HEIGHT * (0.95 - 0.9 * (value - low) / room), 1)

    start = at(0.0, 0.0)
    line = [at(one["amount"], one["mean"]) for one in steps]
    forth = [at(one["amount"], one["high"]) for one in steps]
    back = [at(one["amount"], one["low"]) for one in reversed(steps)]
    return Curve(
        skill=found["skill"],
        high=high,
        low=low,
        line=points([start, *line]),
        range=points([start, *forth, *back]),
        zero_y=start[1],
        dots=tuple(Dot(x=x, y=y, step=step) for (x, y), step in zip(line, steps, strict=True)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """A bet that gets less than it could use."""

    title: str
    made: bool
    gain: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A bet that nothing can be said of."""

    bet: int
    title: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A bet that gets more or less than the plan from before gave it."""

    title: str
    before: float
    after: float
    why: tuple[str, ...]
    learned: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An answer as pages show it."""

    allocation: Allocation
    answer: Answer
    curves: tuple[Curve, ...]  # that bring something, the most valuable first
    enough: tuple[str, ...]  # of what more would bring nothing
    undone: tuple[Undone, ...]
    left_out: tuple[LeftOut, ...]
    changed: tuple[Changed, ...]
    outdated: bool  # the plan was changed since

    @property
    def percent_off(self) -> float:
        """How far below the best plan, in percent of its worth, this one may be."""
        return 100 * float(self.answer["gap"])


def shown(actor: Actor, cycle: Cycle) -> Shown | None:
    """Return the newest answer; None: there is none yet."""
    found = allocations(actor, cycle).filter(state=AllocationState.DONE).first()
    if found is None:
        return None
    answer: Answer = found.answer
    curves = sorted(map(curve, answer["curves"]), key=lambda one: -one.last["mean"])
    return Shown(
        allocation=found,
        answer=answer,
        curves=tuple(one for one in curves if one.last["mean"] >= FEW),
        enough=tuple(one.skill or _("money") for one in curves if one.last["mean"] < FEW),
        undone=tuple(_undone(one) for one in answer["undone"]),
        left_out=tuple(_left_out(one) for one in found.question["left_out"]),
        changed=tuple(_changed(one) for one in answer["changes"] if one["because"]),
        outdated=cycle.versions_kept > found.version.number,
    )


def _undone(one: Answer) -> Undone:
    return Undone(
        title=one["title"],
        made=one["made"],
        gain=one["gain"],
        why=WHY[one["why"]](", ".join(one["names"])),
    )


def _left_out(one: Answer) -> LeftOut:
    refused = one.get("refused")
    why = str(Refused.again(refused)) if refused else LEFT_OUT[one["why"]]()
    return LeftOut(bet=one["bet"], title=one["title"], why=why)


LEFT_OUT: dict[str, Callable[[], str]] = {
    "aimless": lambda: _("It serves no objective."),
    "closed": lambda: _("Its objective is closed."),
    "unsaid": lambda: _("Nobody has said yet what it should bring."),
    "no-way": lambda: _("Baseline and target of its objective are the same."),
}
WHY: dict[str, Callable[[str], str]] = {
    "skill": lambda names: _("Not enough hours of: %(names)s.") % {"names": names},
    "money": lambda _names: _("Not enough money."),
    "rival": lambda names: _("Either this or another: “%(names)s” is made.") % {"names": names},
    "awaits": lambda names: _("It waits for what isn't made: %(names)s.") % {"names": names},
    "full": lambda names: _("Its objective is reached without more: %(names)s.") % {"names": names},
    "nothing": lambda _names: _("More of it would bring nothing."),
    "limit": lambda _names: _("A minimum, a reserve or a share keeps it."),
}
CAUSES: dict[str, Callable[[], str]] = {
    "spent": lambda: _("what was spent so far, and the time that is left"),
    "learned": lambda: _("what was learned from check-ins"),
    "resources": lambda: _("hours or money that are there now"),
    "aims": lambda: _("objectives that are nearer, farther, or count differently"),
}


def _signed(hours: float) -> str:
    """Return more or fewer hours with their sign, as the language writes them."""
    return f"{'+' if hours > 0 else '−'}{floatformat(abs(hours), 1)}"


def _changed(one: Answer) -> Changed:
    why = [
        _("%(hours)s h a week: %(cause)s") % {"hours": _signed(hours), "cause": CAUSES[cause]()}
        for cause, hours in one["because"]
        if abs(hours) >= FEW
    ]
    return Changed(
        title=one["title"],
        before=one["before"],
        after=one["after"],
        why=tuple(why),
        learned=_learned(one),
    )


def _learned(one: Answer) -> str:
    if not one["unforeseen"]:
        return ""
    if one["more"]:
        return _(
            "It brought more than anybody had stated: the estimate was wrong, not only unsure."
        )
    return _("It brought less than anybody had stated: the estimate was wrong, not only unsure.")
