"""What pages show of a mix: what each channel brought, how sure that is, and what can't be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from auscult.web.goals.amounts import amount
from auscult.web.returns.drawing_clouds import Densities, densities
from auscult.web.returns.drawing_lines import Curve, Day, Effect, Step, curve, effect
from auscult.web.returns.drawing_rows import Intervals, Row, intervals
from auscult.web.returns.study_models import Study, StudyState

LITTLE = 0.2  # of a width: learned less than that, the answers decide
MISFIT = 0.1  # of what was brought: further off, a curve isn't handed on without a word
CHECKS = {
    "spread": gettext_lazy("how much outcomes vary"),
    "largest": gettext_lazy("the largest outcome"),
    "smallest": gettext_lazy("the smallest outcome"),
    "memory": gettext_lazy("how alike neighbouring days are"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One channel as pages show it."""

    name: str
    number: int
    said: str
    code: str
    brought: Mapping[str, float]
    share: Mapping[str, float]  # in percent
    per_cost: Mapping[str, float] | None
    free: bool  # it cost nothing, so there is no ratio
    half_life: Mapping[str, float]
    learned: float  # in percent
    decided_by_answers: bool
    follows_demand: bool
    curve: Curve | None
    misfit: float  # in percent
    belief: Densities | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A mix as pages show it."""

    channels: tuple[Channel, ...]
    brought: Intervals
    groups: tuple[str, ...]
    course: Effect
    checks: tuple[Mapping[str, Any], ...]
    strange: bool
    holdout: Mapping[str, Any] | None
    diagnostics: Mapping[str, Any]
    first: date
    last: date
    outcomes: float


def shown(study: Study) -> Shown | None:
    """Return a mix as pages show it; None: there is none yet."""
    if study.state != StudyState.DONE:
        return None
    found: Mapping[str, Any] = study.answer
    asked = {one["name"]: one for one in study.question["channels"]}
    channels = tuple(_channel(found, at, asked) for at in range(len(found["contributions"])))
    return Shown(
        channels=channels,
        brought=_brought(found, channels),
        groups=tuple(map(_together, found["groups"])),
        course=_course(found),
        checks=tuple({**one, "name": CHECKS[one["code"]]} for one in found["checks"]),
        strange=any(one["strange"] for one in found["checks"]),
        holdout=_holdout(found["holdout"]),
        diagnostics={
            **found["diagnostics"],
            "divergent": 100 * found["diagnostics"]["divergent"],
        },
        first=date.fromisoformat(found["first"]),
        last=date.fromisoformat(found["last"]),
        outcomes=found["outcomes"],
    )


def _said(one: Mapping[str, Any]) -> str:
    low, high = amount(one["total"]["low90"]), amount(one["total"]["high90"])
    if one["code"] == "effect":
        return _("brought %(low)s to %(high)s") % {"low": low, "high": high}
    if one["code"] == "up-to":
        return _("brought up to %(high)s, perhaps nothing") % {"high": high}
    names = ", ".join(one["with"] or one["members"])
    return _("%(names)s always moved together: only their sum is known") % {"names": names}


def _together(one: Mapping[str, Any]) -> str:
    told = _(
        "%(names)s together brought %(low)s to %(high)s. They always moved together, so"
        " nobody can tell from these data which of them did it: only their sum is known."
    )
    return told % {
        "names": ", ".join(one["channels"]),
        "low": amount(one["total"]["low90"]),
        "high": amount(one["total"]["high90"]),
    }


def _channel(found: Mapping[str, Any], at: int, asked: Mapping[str, Mapping[str, Any]]) -> Channel:
    one, drawn = found["contributions"][at], found["curves"][at]
    belief = found["beliefs"][at]
    members = [asked.get(name, {}) for name in one["members"]]
    percent = {name: 100 * value for name, value in one["share"].items()}
    return Channel(
        name=one["channel"],
        number=at,
        said=_said(one),
        code=one["code"],
        brought=one["total"],
        share=percent,
        per_cost=one["per_cost"],
        free=all(member.get("cost") == 0 for member in members),
        half_life=one["half_life"],
        learned=max(100 * one["learned"], 0.0),
        decided_by_answers=one["learned"] < LITTLE,
        follows_demand=any(member.get("follows_demand", False) for member in members),
        curve=_curve(drawn),
        misfit=100 * drawn["misfit"],
        belief=densities(belief["before"], belief["after"]),
    )


def _curve(drawn: Mapping[str, Any]) -> Curve:
    columns = (drawn[name] for name in ("scales", "middle", "low", "high"))
    steps = [Step(x=x, y=y, low=low, high=high) for x, y, low, high in zip(*columns, strict=True)]
    return curve(steps, mark=1.0)


def _brought(found: Mapping[str, Any], channels: tuple[Channel, ...]) -> Intervals:
    """Return what each channel brought; those that moved together as one row with their sum."""
    rows = [
        Row(
            name=one.name,
            value=one.brought["central"],
            low=one.brought["low90"],
            high=one.brought["high90"],
            said=one.said,
        )
        for one in channels
        if one.code != "only-together"
    ]
    for group in found["groups"]:
        total = group["total"]
        names = " + ".join(group["channels"])
        rows.append(
            Row(
                name=names,
                value=total["central"],
                low=total["low90"],
                high=total["high90"],
                said=_("only their sum is known"),
            )
        )
    return intervals(rows)


def _course(found: Mapping[str, Any]) -> Effect:
    """Return outcomes beside what the model has them be."""
    first, step = date.fromisoformat(found["first"]), found["step"]
    columns = (found["course"][name] for name in ("seen", "middle", "low", "high"))
    days = [
        Day(day=first + timedelta(days=at * step), seen=seen, expected=expected, low=low, high=high)
        for at, (seen, expected, low, high) in enumerate(zip(*columns, strict=True))
    ]
    return effect(days, began=first)


def _holdout(found: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if found is None or "refused" in found:
        return found
    percent = {name: 100 * found[name] for name in ("inside50", "inside90")}
    return {**found, **percent, "better": found["error"] <= found["naive"]}
