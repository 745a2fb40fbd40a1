"""What has to be said beside the figures of the ledger, as codes with numbers and as sentences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """Codes; `SENTENCES` has a sentence for each."""

    # Costs
    NOT_COSTED = "not-costed"
    GIVEN_TIME = "given-time"
    # Outcomes and their attribution
    MERGED = "merged"
    VALUES_DIFFER = "values-differ"
    WITHOUT_VALUE = "without-value"
    CONVENTION = "convention"
    DARK = "dark"
    ONLY_OUTCOMES = "only-outcomes"
    LOWERS = "lowers"
    # Surveys
    NOT_ANSWERED = "not-answered"
    SEVERAL_ANSWERS = "several-answers"
    WEIGHTED = "weighted"
    FEW_ANSWERS = "few-answers"
    # Figures
    COST_ZERO = "cost-zero"
    NO_OUTCOMES = "no-outcomes"
    FEW_CAMPAIGNS = "few-campaigns"
    FEW_OUTCOMES = "few-outcomes"
    AT_LEAST = "at-least"
    AT_MOST = "at-most"
    NO_BOUND = "no-bound"
    CAMPAIGNS_ALIKE = "campaigns-alike"
    AS_TOLD = "as-told"
    # Comparators
    PUBLISHED = "published"
    ONLY_COUNTED = "only-counted"
    # Exposure
    NO_RETURN = "no-return"


SENTENCES: dict[Why, str] = {
    Why.NOT_COSTED: "Items that have no cost yet: %(items)s. The true cost is higher.",
    Why.GIVEN_TIME: (
        "Volunteers and ambassadors gave %(minutes)s minutes; figures are shown with and without"
        " their value."
    ),
    Why.MERGED: "Outcomes that were told more than once and count once: %(merged)s.",
    Why.VALUES_DIFFER: (
        "Of those, %(differ)s were told with different values; the value told first counts."
    ),
    Why.WITHOUT_VALUE: "Outcomes without a value, which no sum of money contains: %(outcomes)s.",
    Why.CONVENTION: (
        "How an outcome is shared among its touches is a convention, not a cause. Whether it"
        " would have happened anyway, only an experiment or a comparison tells."
    ),
    Why.DARK: (
        "Nothing is known of what came before %(percent)s %% of the outcomes; no channel is"
        " credited with them."
    ),
    Why.ONLY_OUTCOMES: (
        "Only journeys that ended in an outcome are known. From these alone, each outcome is shared"
        " evenly among its channels; journeys that ended in nothing would say more."
    ),
    Why.LOWERS: (
        "Channels with less than no credit: %(channels)s. Journeys with them ended in an"
        " outcome less often than journeys without."
    ),
    Why.NOT_ANSWERED: (
        "%(percent)s %% of those asked didn't answer; if they differ from the others, the true"
        " share differs."
    ),
    Why.SEVERAL_ANSWERS: "Several answers were allowed, so shares add up to more than one.",
    Why.WEIGHTED: (
        "Answers are weighted to match the groups of all those asked about: %(answers)s answers"
        " tell as much as %(effective)s unweighted ones."
    ),
    Why.FEW_ANSWERS: "Only %(answers)s answers: read the intervals, not the shares.",
    Why.COST_ZERO: "Cost zero: ratio undefined; this is what it brought: %(outcomes)s.",
    Why.NO_OUTCOMES: "No outcomes: there is no cost of one.",
    Why.FEW_CAMPAIGNS: (
        "No interval: campaigns %(there)s, and at least %(needed)s are needed. %(missing)s more."
    ),
    Why.FEW_OUTCOMES: (
        "No interval: outcomes %(there)s, and at least %(needed)s are needed. %(missing)s more."
    ),
    Why.AT_LEAST: "At least %(low)s; the data set no upper limit.",
    Why.AT_MOST: "At most %(high)s; the data set no lower limit.",
    Why.NO_BOUND: "The data set no limits to this ratio; use the net benefit.",
    Why.CAMPAIGNS_ALIKE: (
        "Intervals take the %(campaigns)s campaigns as a sample of campaigns like them. They say"
        " nothing of campaigns of another kind."
    ),
    Why.AS_TOLD: (
        "Intervals are those of the model or experiment that told the incremental outcomes, with"
        " its conditions."
    ),
    Why.PUBLISHED: "A published rate, not the house's own experience.",
    Why.ONLY_COUNTED: (
        "Only a total is known of it, so its interval is that of a count and rather too narrow."
    ),
    Why.NO_RETURN: (
        "An assumption: what the exposure would have cost if bought. It is no outcome and part of"
        " no return."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """A code with the numbers of its sentence."""

    why: Why
    numbers: tuple[tuple[str, float], ...] = ()


def _plain(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) else f"{number:.3g}"


def say(
    reason: Reason,
    translate: Callable[[str], str] = str,
    shown: Callable[[float], str] = _plain,
) -> str:
    """Give a reason's sentence, in English or as `translate` has it.

    Parameters
    ----------
    reason : Reason
    translate : callable
        Takes the English sentence with its places for numbers, as in `SENTENCES`, and
        returns that of another language with the same places.
    shown : callable
        Takes a number and returns it as that language writes it.

    Examples
    --------
    >>> say(Reason(why=Why.COST_ZERO, numbers=(("outcomes", 12),)))
    'Cost zero: ratio undefined; this is what it brought: 12.'
    """
    numbers = {name: shown(number) for name, number in reason.numbers}
    return translate(SENTENCES[reason.why]) % numbers
