"""An experiment over places: paired by likeness in the past, one of each pair drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.words import gettext as _
from auscult.engine.returns.intervention import power, verdicts
from auscult.engine.returns.intervention.changes import (
    Scale,
    Window,
    changes,
    effect_of,
    positive_logarithm,
    worthwhile,
)
from auscult.engine.returns.intervention.findings import (
    USUAL,
    Arrangement,
    Chance,
    Course,
    Finding,
    Method,
    Question,
    Reason,
    Verdict,
    Why,
)
from auscult.engine.returns.intervention.panel import Floats, Moment, Panel
from auscult.engine.returns.intervention.power import Power
from auscult.engine.returns.intervention.randomisation import contrasts, judge


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacesDesign:
    """Who gets the campaign.

    Attributes
    ----------
    pairs : tuple of (str, str)
        The drawn place, and the one that goes without.
    """

    pairs: tuple[tuple[str, str], ...]

    @property
    def treated(self) -> tuple[str, ...]:
        """Give the places that were drawn."""
        return tuple(one for one, _ in self.pairs)


def design_places(
    data: Panel,
    *,
    rng: np.random.Generator,
    pairs: int | None = None,
    question: Question = USUAL,
) -> PlacesDesign:
    """Pair places that moved alike, and draw one of each pair.

    Parameters
    ----------
    data : Panel
        The past.
    rng : Generator
        Keep its seed: it proves the draw.
    pairs : int, optional
        How many, the most alike ones; all that can be made unless given.
    question : Question

    Raises
    ------
    Correctable
        The pairs are too few to reach the level, or more than there are places for.
    """
    most = len(data.names) // 2
    wanted = most if pairs is None else pairs
    if wanted > most:
        raise Correctable(
            _("{pairs} pairs are asked, and there are {places} places.").format(
                pairs=wanted, places=len(data.names)
            ),
            field="pairs",
            code="too-many-pairs",
            hint=_("Ask for at most {most}.").format(most=most),
        )
    power.check_pairs(wanted, question)
    turned = rng.integers(0, 2, wanted).astype(bool)
    return PlacesDesign(
        pairs=tuple(
            (data.names[other], data.names[one]) if turn else (data.names[one], data.names[other])
            for (one, other), turn in zip(_pairs(data)[:wanted], turned, strict=True)
        )
    )


def power_of_places(
    data: Panel,
    design: PlacesDesign,
    *,
    lengths: Sequence[int],
    rng: np.random.Generator,
    question: Question = USUAL,
) -> Power:
    """Say how long it would have to run, and what it could see.

    Parameters
    ----------
    data : Panel
        The past, without any campaign.
    design : PlacesDesign
        Only who is paired with whom counts.
    lengths : sequence of int
        Times that it might run; as many before the start are compared with them.
    rng : Generator
    question : Question

    Raises
    ------
    Correctable
        A length is more than half of the past.
    """
    one = data.places([first for first, _ in design.pairs], "design")
    other = data.places([second for _, second in design.pairs], "design")
    past = []
    for length in lengths:
        count = len(data.times) - 2 * length + 1
        if length < 1 or count < 1:
            raise Correctable(
                _("An experiment of {length} times is asked, and the past has {past}.").format(
                    length=length, past=len(data.times)
                ),
                field="lengths",
                code="past-too-short",
                hint=_("Ask for 1 to {most}: as much again is compared before it.").format(
                    most=len(data.times) // 2
                ),
            )
        rows = []
        for first in power.chosen(count, rng):
            window = Window(first=first, start=first + length, end=first + 2 * length)
            moved = changes(data, window, Scale.RATIO)
            rows.append(moved[one] - moved[other])
        past.append((length, np.array(rows)))
    return power.table(past, question, rng)


def analyse_places(
    data: Panel,
    design: PlacesDesign,
    *,
    start: Moment,
    rng: np.random.Generator,
    question: Question = USUAL,
) -> Finding:
    """Analyse what was drawn, by the draws that might have been.

    Parameters
    ----------
    data : Panel
        With the times of the experiment at its end, and at least as many before them.
    design : PlacesDesign
    start : date or int
    rng : Generator
        Used only where there are more than twelve pairs.
    question : Question

    Raises
    ------
    Correctable
        There are fewer times before the start than since, a place is unknown, or nothing was
        counted in a place.
    """
    known = data.before(start)
    length = len(data.times) - known
    if known < length:
        raise Correctable(
            _("{before} times lie before the start and {since} since.").format(
                before=known, since=length
            ),
            field="start",
            code="too-short",
            hint=_("Bring as many before the start as the experiment runs: those are compared."),
        )
    power.check_pairs(len(design.pairs), question)
    names = [name for pair in design.pairs for name in pair]
    return _answer(data.only(data.places(names, "design")), known, rng, question)


def _answer(inside: Panel, known: int, rng: np.random.Generator, question: Question) -> Finding:
    """Judge places that stand in pairs, the drawn one first."""
    length = len(inside.times) - known
    places = np.arange(len(inside.names))
    treated = places % 2 == 0
    weights = contrasts(places // 2, treated, rng)
    window = Window(first=known - length, start=known, end=len(inside.times))
    moved = changes(inside, window, Scale.RATIO)
    judged = judge(moved, treated, weights, question.level)
    observed = float(inside.values[known:, treated].mean())
    effect = effect_of(judged, Scale.RATIO, observed, length * int(treated.sum()))
    verdict = verdicts.judge(effect, question)
    apart = moved[treated] - moved[~treated]
    needed = pairs_needed(apart, question) if verdict is Verdict.CANNOT_TELL else None
    return Finding(
        method=Method.PLACES,
        verdict=verdict,
        question=question,
        effect=effect,
        course=_course(inside, treated, known, length),
        chances=(Chance(kind=Arrangement.DRAW, p=judged.p, arrangements=judged.draws),),
        needed=needed,
        reasons=(
            *verdicts.reasons(verdict, effect, question),
            *need_pairs(verdict, needed),
            Reason(why=Why.DRAWN),
            Reason(why=Why.SPILL_OVER),
            *verdicts.small_counts(inside.values[:known]),
        ),
    )


def pairs_needed(apart: Floats, question: Question) -> int | None:
    """Give how many further pairs it takes, from how their differences spread."""
    reach = worthwhile(Scale.RATIO, question, 1.0)
    pairs = float(apart.var(ddof=1)) * (verdicts.factor(question) / reach) ** 2
    return max(math.ceil(pairs) - apart.size, 1)


def need_pairs(verdict: Verdict, needed: int | None) -> list[Reason]:
    """Say it, where the verdict is open."""
    if verdict is not Verdict.CANNOT_TELL or needed is None:
        return []
    return [Reason(why=Why.NEEDED_PAIRS, numbers=(("pairs", needed),))]


def _pairs(data: Panel) -> list[tuple[int, int]]:
    """Pair places whose movements are nearest, the nearest first."""
    positive_logarithm(data.values.mean(axis=0), data)
    least = data.values[data.values > 0].min() / 2  # stands for nought
    moved = np.log(np.maximum(data.values, least))
    apart = moved[:, :, None] - moved[:, None, :]
    # What stays the same between two places doesn't matter: changes are compared.
    distance = apart.std(axis=0)
    free = set(range(len(data.names)))
    found = []
    rows, columns = np.triu_indices(len(data.names), 1)
    for at in np.argsort(distance[rows, columns], kind="stable"):
        one, other = int(rows[at]), int(columns[at])
        if one in free and other in free:
            found.append((one, other))
            free -= {one, other}
    return found


def _course(inside: Panel, treated: NDArray[np.bool_], known: int, length: int) -> Course:
    values = inside.values
    before = values[known - length : known].mean(axis=0)
    expected = before[treated].mean() * (values[:, ~treated] / before[~treated]).mean(axis=1)
    unknown = np.full(len(values), np.nan)
    return Course(
        times=inside.times,
        start=known,
        observed=values[:, treated].mean(axis=1),
        expected=expected,
        low=unknown,
        high=unknown,
    )
