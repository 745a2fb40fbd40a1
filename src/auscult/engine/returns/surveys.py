"""'How did you hear of us?': shares of answers, weighted, with intervals; and who didn't answer.

The interval is Wilson's, with as many answers as unweighted ones would tell as much (Kish). It holds
its level for shares near 0 and 1 too, where the usual one fails; where groups differ much it is
wider than it need be.

References
----------
E. B. Wilson, *Probable inference*, JASA 22 (1927); L. Kish, *Survey Sampling* (1965); C. Manski,
*Identification for Prediction and Decision* (2007), for what silence could hide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.campaigns import LEVEL, check_level
from auscult.engine.returns.columns import Floats, coded, sums
from auscult.engine.returns.reasons import Reason, Why

FEW = 30  # answers, below which the interval is what should be read


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """An answer's share.

    Attributes
    ----------
    answer : str
    value, low, high : float
        From 0 to 1, among those who would answer; with its interval.
    least, most : float
        Its share among all who were asked, if none or all of those who didn't answer would have said
        so. What a survey can't know lies between.
    """

    answer: str
    value: float
    low: float
    high: float
    least: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a survey says.

    Attributes
    ----------
    shares : tuple of Share
        Largest first.
    asked, answered : int
    effective : float
        As many unweighted answers would tell as much (Kish).
    reasons : tuple of Reason
    """

    shares: tuple[Share, ...]
    asked: int
    answered: int
    effective: float
    reasons: tuple[Reason, ...]

    @property
    def response(self) -> float:
        """Share of those asked who answered."""
        return self.answered / self.asked


def survey_of(
    *,
    answers: Any,
    asked: int | None = None,
    strata: Any = None,
    population: Mapping[str, float] | None = None,
    level: float = LEVEL,
) -> Survey:
    """Give the share of each answer.

    Parameters
    ----------
    answers : column of (str, or collection of str)
        What each who answered named; an empty one named nothing, and counts as an answer.
    asked : int, optional
        How many were asked; else as many as answered.
    strata : column of str, optional
        The group of each who answered (age, clinic).
    population : mapping of str to float, optional
        How many of each group there are in truth; answers are weighted to match.
    level : float

    Raises
    ------
    Correctable
        Nobody answered, more answered than were asked, or groups don't fit.

    Examples
    --------
    >>> found = survey_of(answers=["a friend", "the film", "the film", "the film"], asked=5)
    >>> [(one.answer, one.value, round(one.low, 2), round(one.high, 2)) for one in found.shares]
    [('the film', 0.75, 0.36, 0.94), ('a friend', 0.25, 0.06, 0.64)]
    """
    check_level(level)
    named = [_named(one) for one in answers]
    answered = len(named)
    asked = _asked(asked, answered)
    weights = _weights(answered, strata, population)
    effective = _effective(weights)
    return Survey(
        shares=tuple(sorted(_shares(named, weights, asked, level), key=_rank)),
        asked=asked,
        answered=answered,
        effective=effective,
        reasons=_told(answered, asked, effective, several=any(len(one) > 1 for one in named)),
    )


def _asked(asked: int | None, answered: int) -> int:
    asked = answered if asked is None else asked
    if not 0 < answered <= asked:
        raise Correctable(
            f"{answered} answered of {asked} who were asked.",
            field="asked",
            code="no-answers",
            hint="Give at least one answer, and as many asked as answered or more.",
        )
    return asked


def _shares(named: list[frozenset[str]], weights: Floats, asked: int, level: float) -> list[Share]:
    names = sorted(set().union(*named))
    said = np.array([[name in one for name in names] for one in named]).reshape(len(named), -1)
    values = weights @ said / weights.sum()
    response = len(named) / asked
    return [
        _share(name, float(value), _effective(weights), level, response)
        for name, value in zip(names, values, strict=True)
    ]


def _effective(weights: Floats) -> float:
    return float(weights.sum() ** 2 / (weights**2).sum())


def _rank(share: Share) -> tuple[float, str]:
    return -share.value, share.answer


def _named(answer: Any) -> frozenset[str]:
    if answer is None or isinstance(answer, str):
        return frozenset([answer.strip()] if answer and answer.strip() else [])
    return frozenset(str(one).strip() for one in answer if str(one).strip())


def _weights(answered: int, strata: Any, population: Mapping[str, float] | None) -> Floats:
    """Give each who answered the number of people that she stands for, shape (answered,)."""
    if strata is None and population is None:
        return np.ones(answered)
    if strata is None or population is None or len(strata) != answered:
        there = "none" if strata is None else str(len(strata))
        raise Correctable(
            f"Groups of {there} of {answered} answers are given, and"
            f" {'none' if population is None else len(population)} in the population.",
            field="strata",
            code="strata-do-not-fit",
            hint="Give the group of each answer, and how many people each group has in truth.",
        )
    groups, group = coded(strata)
    _check_groups(set(groups), population)
    each = np.array([population[name] for name in groups]) / sums(
        group, np.ones(answered), len(groups)
    )
    return np.asarray(each[group], np.float64)


def _check_groups(answering: set[str], population: Mapping[str, float]) -> None:
    unknown = sorted(answering - set(population))
    silent = sorted(name for name, size in population.items() if size and name not in answering)
    bad = [name for name, size in population.items() if not 0 <= size < np.inf]
    if unknown or silent or bad or not any(population[name] for name in answering):
        wrong = (
            f"the population doesn't say how many people group '{unknown[0]}' has"
            if unknown
            else f"nobody of group '{silent[0]}' answered"
            if silent
            else "the population has no people, or less than none"
        )
        raise Correctable(
            f"Answers can't be weighted: {wrong}.",
            field="population",
            code="strata-do-not-fit",
            hint="Give each group's size, and join groups of which nobody answered with their like.",
        )


def _share(answer: str, value: float, count: float, level: float, response: float) -> Share:
    low, high = wilson(value, count, level)
    return Share(
        answer=answer,
        value=value,
        low=low,
        high=high,
        least=response * value,
        most=response * value + 1 - response,
    )


def wilson(share: float, count: float, level: float = LEVEL) -> tuple[float, float]:
    """Give Wilson's interval of a share.

    Parameters
    ----------
    share : float
        From 0 to 1.
    count : float
        Of so many answers, above 0; not always whole.
    level : float
    """
    z = float(ndtri(0.5 + level / 2))
    middle = share + z**2 / (2 * count)
    away = z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    whole = 1 + z**2 / count
    return max(float((middle - away) / whole), 0.0), min(float((middle + away) / whole), 1.0)


def _told(answered: int, asked: int, effective: float, *, several: bool) -> tuple[Reason, ...]:
    said = []
    if asked > answered:
        percent = 100 * (1 - answered / asked)
        said.append(Reason(why=Why.NOT_ANSWERED, numbers=(("percent", percent),)))
    if several:
        said.append(Reason(why=Why.SEVERAL_ANSWERS))
    if effective < answered * (1 - 1e-9):
        numbers = (("answers", float(answered)), ("effective", round(effective, 1)))
        said.append(Reason(why=Why.WEIGHTED, numbers=numbers))
    if answered < FEW:
        said.append(Reason(why=Why.FEW_ANSWERS, numbers=(("answers", float(answered)),)))
    return tuple(said)
