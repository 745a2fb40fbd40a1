"""From differences to a verdict: the interval decides, and one rule holds for all claims.

"Holds here" if the interval lies above no difference, "doesn't" if it lies below what would
be worthwhile, "can't tell yet" otherwise. What lies between the two, surely something and
surely not worthwhile, is "doesn't" as well, and its reason says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from auscult.engine.kernel.errors import Correctable
from auscult.engine.planning.claims import evidence
from auscult.engine.planning.claims.evidence import Blocks, Units
from auscult.engine.planning.claims.findings import Kind, Reason, Verdict, Why

FEWEST = 8  # units: from fewer the spread, and so what is needed, can't be guessed


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Ratio, interval and verdict of one claim."""

    verdict: Verdict
    ratio: float | None
    low: float | None
    high: float | None
    evidence: float
    against: float
    units: int


def judge(drawn: Units | Blocks, worthwhile: float, level: float) -> Judged:
    """Judge one claim at one level."""
    low, high = evidence.interval(drawn, level)
    return Judged(
        verdict=_verdict(low, high, math.log(worthwhile)),
        ratio=math.exp(evidence.balance(drawn)) if drawn.size else None,
        low=math.exp(low) if low > -math.inf else None,
        high=math.exp(high) if high < math.inf else None,
        evidence=evidence.final(drawn),
        against=evidence.final(drawn, math.log(worthwhile), above=False),
        units=drawn.size,
    )


def together(
    claims: Sequence[tuple[Units | Blocks, float]], level: float
) -> tuple[list[Judged], float]:
    """Judge the claims of one page, so that few of the page's verdicts are wrong.

    Of K claims, let R be the largest number so that R of them get a verdict with intervals
    at ``level * R / K``. Then the share of wrong verdicts among those given is at most
    `level` on average, whatever the claims have in common: that is e-BY (Xu, Wang and Ramdas,
    *Post-selection inference for e-value based confidence intervals*, Electronic Journal of
    Statistics 18, 2024), as Benjamini and Hochberg's procedure is for tests; for values of
    evidence it needs no independence (Wang and Ramdas, JRSS B 84, 2022).

    Returns
    -------
    list of Judged, float
        In the order of the claims, and the level at which they were judged.
    """
    for decided in range(len(claims), 0, -1):
        share = level * decided / len(claims)
        judged = [judge(drawn, worthwhile, share) for drawn, worthwhile in claims]
        if sum(one.verdict is not Verdict.CANNOT_TELL for one in judged) >= decided:
            return judged, share
    share = level / max(len(claims), 1)
    return [judge(drawn, worthwhile, share) for drawn, worthwhile in claims], share


def check_level(level: float) -> None:
    """Refuse a level that isn't a probability.

    Raises
    ------
    Correctable
        It isn't between 0 and 1.
    """
    if not 0 < level < 1:
        raise Correctable(
            f"The level is {level}.",
            field="level",
            code="bad-level",
            hint="Give how often the interval may miss, between 0 and 1; 0.05 is usual.",
        )


def reasons(
    said: Judged, worthwhile: float, needed: int | None, have: int, kind: Kind
) -> list[Reason]:
    """Say why the verdict is what it is, and what a better one would take."""
    if said.ratio is None:
        return [Reason(why=Why.NO_CONTRAST)]
    told = [Reason(why=_why(said), numbers=(("worthwhile", worthwhile),))]
    if said.verdict is Verdict.CANNOT_TELL and said.units >= FEWEST:
        told.append(
            Reason(why=Why.TOO_FAR_AWAY)
            if needed is None
            else Reason(
                why=Why.NEEDED if kind is Kind.OBSERVED else Why.NEEDED_DAYS,
                numbers=(("needed", needed), ("have", have), ("worthwhile", worthwhile)),
            )
        )
    return told


def rounded(number: float) -> int:
    """Round up to two digits: the spread of few posts is known no better."""
    step = int(10 ** max(len(str(math.ceil(number))) - 2, 0))
    return math.ceil(number / step) * step


def of_looks(level: float, claims: int) -> list[Reason]:
    """Say what the interval guards against."""
    told = [Reason(why=Why.ANY_DAY, numbers=(("percent", round(100 * (1 - level), 2)),))]
    if claims > 1:
        told.append(Reason(why=Why.SEVERAL_CLAIMS, numbers=(("claims", claims),)))
    return told


def _verdict(low: float, high: float, worthwhile: float) -> Verdict:
    if high < worthwhile:
        return Verdict.DOES_NOT
    return Verdict.HOLDS if low > 0 else Verdict.CANNOT_TELL


def _why(said: Judged) -> Why:
    if said.verdict is Verdict.HOLDS:
        return Why.MORE
    if said.verdict is Verdict.CANNOT_TELL:
        return Why.OPEN
    if said.high is not None and said.high < 1:
        return Why.LESS
    above = said.low is not None and said.low > 1
    return Why.SMALLER_THAN_WORTHWHILE if above else Why.NOT_MORE
