"""What pages show of a study: the verdict with its conditions, the effect, drawings of the checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from auscult.web.returns import study_words
from auscult.web.returns.board_words import day
from auscult.web.returns.drawing_lines import Curve, Day, Effect, Step, curve, effect
from auscult.web.returns.drawing_rows import Intervals, Row, intervals
from auscult.web.returns.study_models import Method, Study

MOST_WEIGHTS = 12
MOST_PLACEBOS = 12  # those that go farthest
BEFORE = 3  # times as long before the start as since is drawn, so that what came since is seen
FEWEST_BEFORE = 28
WORTH = 0.005  # a control with less weight isn't worth a line


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An answer as pages show it.

    Attributes
    ----------
    conditions : tuple of str
        What has to be said beside the verdict, the most important first.
    course : Effect or None
        What was, and what would have been.
    in_time, in_space : Intervals or None
        Placebos, the effect itself first.
    places : int
        Placebos in space, those that aren't drawn among them.
    weights : tuple of (str, float)
        Controls and what they count, in percent.
    size : mapping of str to float
        The effect without its sign, for a sentence that says "more" or "less".
    percent : float
        How often an interval holds.
    """

    verdict: str
    badge: str
    effect: Mapping[str, Any]
    size: Mapping[str, float | None]
    percent: float
    conditions: tuple[str, ...]
    course: Effect | None
    in_time: Intervals | None
    in_space: Intervals | None
    places: int
    weights: tuple[tuple[str, float], ...]
    left_out: int
    chances: tuple[tuple[str, float, int], ...]


def shown(study: Study) -> Shown | None:
    """Return a finding as pages show it; None: there is none, or it is a mix."""
    found: Mapping[str, Any] = study.answer
    if not found or study.method == Method.MIX:
        return None
    weights = [(name, 100 * share) for name, share in found["weights"] if share >= WORTH]
    return Shown(
        verdict=study_words.verdict(found),
        badge=study_words.BADGES.get(found["verdict"], ""),
        effect=_percents(found["effect"]),
        size=_size(found["effect"]),
        percent=100 * (1 - found["question"]["level"]),
        conditions=tuple(study_words.reasons(found["reasons"])),
        course=_course(found["course"]),
        in_time=_placebos(found, "in_time"),
        in_space=_placebos(found, "in_space"),
        places=len(found["in_space"]),
        weights=tuple(weights[:MOST_WEIGHTS]),
        left_out=len(found["weights"]) - len(weights[:MOST_WEIGHTS]),
        chances=tuple(
            (_arrangement(one["kind"]), 100 * one["p"], one["arrangements"])
            for one in found["chances"]
        ),
    )


def _percents(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return an effect with its shares in percent."""
    shares = ("relative", "relative_low", "relative_high", "probability")
    return {
        name: 100 * value if name in shares and value is not None else value
        for name, value in found.items()
    }


def _size(found: Mapping[str, Any]) -> dict[str, float | None]:
    relative = found["relative"]
    share = None if relative is None else abs(100 * relative)
    return {"mean": abs(found["mean"]), "relative": share}


def _arrangement(kind: str) -> str:
    return {
        "iid": _("times in any order"),
        "block": _("times shifted in a circle"),
        "places": _("which places had it"),
        "draw": _("what else the draw might have given"),
    }[kind]


def _day(moment: str | int) -> date:
    """Return a moment of a course as a day: a year is its first one."""
    return date(moment, 1, 1) if isinstance(moment, int) else date.fromisoformat(moment)


def _course(found: Mapping[str, Any] | None) -> Effect | None:
    if found is None:
        return None
    columns = (found[name] for name in ("times", "observed", "expected", "low", "high"))
    days = [
        Day(day=_day(moment), seen=seen, expected=expected, low=low, high=high)
        for moment, seen, expected, low, high in zip(*columns, strict=True)
    ]
    start = found["start"]
    first = max(0, start - max(BEFORE * (len(days) - start), FEWEST_BEFORE)) if start else 0
    return effect(days[first:], began=days[start].day)


def _placebos(found: Mapping[str, Any], where: str) -> Intervals | None:
    if not found[where]:
        return None
    farthest = sorted(found[where], key=lambda one: -abs(one["effect"]))[:MOST_PLACEBOS]
    said = {True: _("looks like an effect"), False: ""}
    rows = [
        Row(
            name=_place_or_day(one["of"]),
            value=one["effect"],
            low=one["low"],
            high=one["high"],
            said=said[one["found"]],
        )
        for one in found[where]
        if one in farthest
    ]
    return intervals([_own(found), *rows])


def _place_or_day(of: str) -> str:
    """Return what a placebo is of: the name of a place or a series, or a day as one is read."""
    try:
        return day(date.fromisoformat(of))
    except ValueError:
        return of


def _own(found: Mapping[str, Any]) -> Row:
    """Return the effect itself on the scale of its placebos: a share where ratios are compared."""
    ratios = found["method"] == "difference in differences"
    names = ("relative", "relative_low", "relative_high") if ratios else ("mean", "low", "high")
    value, low, high = (found["effect"][name] for name in names)
    return Row(name=_("the campaign itself"), value=value, low=low, high=high, own=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Days of a switchback that are alike."""

    first: date
    last: date
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What an experiment of a size would see."""

    size: int
    smallest: float | None  # in percent
    false: float
    found: tuple[float, ...]
    wanted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What was drawn and planned before the data came."""

    pairs: Sequence[Sequence[str]]
    stretches: tuple[Stretch, ...]
    sizes: tuple[Seen, ...]
    effects: tuple[float, ...]  # in percent
    power: Curve
    enough: int | None  # the smallest size that sees what would be worth while
    worthwhile: float
    seed: int


def design(study: Study) -> Design | None:
    """Return a study's design as pages show it; None: there is none."""
    from auscult.web.returns.study_answers import DAY, switchback_of  # noqa: PLC0415

    drawn: Mapping[str, Any] = study.design
    if not drawn:
        return None
    stretches: tuple[Stretch, ...] = ()
    if study.method == Method.SWITCHBACK:
        first, length = switchback_of(drawn).times[0], drawn["stretch"]
        stretches = tuple(
            Stretch(
                first=first + at * length * DAY, last=first + ((at + 1) * length - 1) * DAY, on=on
            )
            for at, on in enumerate(drawn["on"])
        )
    sizes = _sizes(study)
    worthwhile = 100 * study.question["worthwhile"]
    fits = (one.size for one in sizes if one.smallest is not None and one.smallest <= worthwhile)
    asked = next((one for one in sizes if one.wanted), sizes[0])
    effects = tuple(100 * one for one in drawn["power"]["effects"])
    steps = [Step(x=x, y=y / 100) for x, y in zip(effects, asked.found, strict=True)]
    return Design(
        pairs=drawn.get("pairs", []),
        stretches=stretches,
        sizes=sizes,
        effects=effects,
        power=curve([Step(x=0.0, y=asked.false / 100), *steps], top=1.0, mark=worthwhile),
        enough=next(fits, None),
        worthwhile=worthwhile,
        seed=drawn["seed"],
    )


def _sizes(study: Study) -> tuple[Seen, ...]:
    power = study.design["power"]
    wanted = study.question["length" if study.method == Method.PLACES else "pairs"]
    columns = (power[name] for name in ("sizes", "smallest", "false", "found"))
    return tuple(
        Seen(
            size=size,
            smallest=None if smallest is None else 100 * smallest,
            false=100 * false,
            found=tuple(100 * one for one in found),
            wanted=size == wanted,
        )
        for size, smallest, false, found in zip(*columns, strict=True)
    )
