"""Claims and trials as pages and the API show them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from auscult.engine.planning.claims import Finding, Kept, Schedule
from auscult.web.goals.amounts import amount
from auscult.web.planning import claims_drawing, claims_findings
from auscult.web.planning.claims_drawing import Effect
from auscult.web.planning.claims_findings import Said
from auscult.web.planning.claims_models import Claim, Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A claim or a trial with what was found; None until it was tested first."""

    row: Claim | Trial
    finding: Finding | None
    said: Said | None
    effect: Effect | None

    @property
    def percent(self) -> str:
        """How certain the interval is meant to be, in percent."""
        return amount(100 * (1 - self.finding.level)) if self.finding else ""


def shown(row: Claim | Trial) -> Shown:
    """Return a claim or a trial with its finding in words and drawn."""
    if row.finding is None:
        return Shown(row=row, finding=None, said=None, effect=None)
    finding = claims_findings.from_data(row.finding)
    return Shown(
        row=row,
        finding=finding,
        said=claims_findings.in_words(finding),
        effect=claims_drawing.effect(finding),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How a trial goes.

    Attributes
    ----------
    over, followed, strayed, empty : int
        Days that are over; of them, those with a post as drawn, with another one, without any.
    """

    days: tuple[Kept, ...]
    over: int
    followed: int
    strayed: int
    empty: int


def course(trial: Trial, schedule: Schedule) -> Course:
    """Return how a trial goes, by what was read back last."""
    days = claims_findings.kept_from_data(schedule, trial.kept)
    over = [one for one in days if one.over]
    return Course(
        days=days,
        over=len(over),
        followed=_count(one.as_drawn for one in over),
        strayed=_count(one.posts > 0 and not one.as_drawn for one in over),
        empty=_count(not one.posts for one in over),
    )


def _count(flags: Iterable[bool]) -> int:
    return sum(flags)
