"""The technical appendix: evidence, model, data with digests, seeds, and code that repeats it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from auscult.web.accounts.models import Actor
from auscult.web.planning import queries as planning
from auscult.web.returns.board_proofs import Proof, proofs
from auscult.web.returns.board_words import days, plain
from auscult.web.returns.cost_models import Charge, Worked
from auscult.web.returns.outcome_models import Outcome
from auscult.web.returns.study_models import Study
from auscult.web.returns.telling_types import Facts

SHORT = 16  # letters of a digest that are shown

CODE = """\
import json
from datetime import date
from pathlib import Path

from auscult.engine.returns.campaigns import Worth, campaigns_of
from auscult.engine.returns.figures import tell

facts = json.loads(Path("facts.json").read_text(encoding="utf-8"))
told = next(one for one in facts["figures"] if one["basis"] == "tracked")
by_bet = next(one for one in facts["groupings"] if one["by"] == "bet")
bets = [one for one in by_bet["groups"] if one["key"]]
cost = [one["paid"] + (one["given"] if told["with_given"] else 0) for one in bets]
outcomes = [one["outcomes"] for one in bets]
worth = None
if facts["worth"] and told["break_even"] and sum(outcomes):
    # What one is worth in the ledger's currency: break-even is outcomes times that.
    worth = Worth(
        amount=told["break_even"]["value"] / told["outcomes"]["value"],
        currency=facts["currency"],
        source=facts["worth"]["source"],
        day=date.fromisoformat(facts["worth"]["day"]),
    )
campaigns = campaigns_of(
    outcomes=outcomes,
    cost=cost,
    names=[one["name"] for one in bets],
    currency=facts["currency"],
)
again = tell(campaigns, worth, level=facts["level"])
print("outcomes", again.outcomes)
print("cost of each", again.cost_per_outcome)
print("net benefit", again.net_benefit)
print("return", again.roi)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows behind the figures: how many, of which days, and their digest."""

    name: str
    rows: int
    days: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A study that tells outcomes: how it was asked, with which seed, and of which data."""

    title: str
    method: str
    seed: int
    digest: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Appendix:
    """What a statistician asks."""

    proofs: tuple[Proof, ...]
    model: tuple[str, ...]
    tables: tuple[Table, ...]
    studies: tuple[Drawn, ...]
    repeatable: bool
    code: str


def appendix(actor: Actor, facts: Facts) -> Appendix:
    """Return the appendix of these facts."""
    bets = [one for one in facts.groupings if one.by == "bet"]
    return Appendix(
        proofs=proofs(facts),
        model=_model(facts),
        tables=_tables(actor, facts),
        studies=_studies(actor, facts),
        repeatable=bool(bets and any(one.key for one in bets[0].groups)) and bool(facts.figures),
        code=CODE,
    )


def _model(facts: Facts) -> tuple[str, ...]:
    words = {"level": round(100 * facts.level), "window": facts.window_days, "rule": facts.rule}
    return (
        _(
            "Campaigns (bets) are taken as a sample of campaigns like them. Sums: Hall's"
            " transformation of Student's t (1992). Ratios: Fieller's set (1954), which may have no"
            " upper end. Level: %(level)s of 100."
        )
        % words,
        _(
            "Intervals are refused below 8 campaigns or 10 outcomes. Measured coverage of a nominal"
            " 90 %% is 86 to 90 %% in skewed worlds; see the explanation of the returns."
        )
        % {},
        _("Attribution: “%(rule)s”, contacts up to %(window)s days before an outcome.") % words,
        _(
            "Other ways: totals vary as counts do (Jeffreys), published rates within their interval,"
            " campaigns are drawn anew; how probable it is that ours is cheaper comes from products"
            " of draws, so that nothing is divided by nought."
        ),
        _(
            "Studies: exact structural series, synthetic control or experiments, each with placebos."
        ),
    )


def _tables(actor: Actor, facts: Facts) -> tuple[Table, ...]:
    first, last = facts.asked.first, facts.asked.last
    house: dict[str, Any] = {"organisation_id": actor.organisation_id}
    charges = Charge.objects.filter(**house, first_day__lte=last).order_by("pk")
    worked = Worked.objects.filter(**house, day__range=(first, last)).order_by("pk")
    found = [
        _table(_("charges"), facts, charges.values_list("pk", "amount", "currency", "first_day")),
        _table(_("hours written down"), facts, worked.values_list("pk", "day", "minutes")),
    ]
    if facts.kind is not None:
        outcomes = Outcome.objects.filter(**house, kind_id=facts.kind.number).order_by("pk")
        columns = ("pk", "at", "count", "amount", "currency")
        found.append(_table(_("outcomes, of all days"), facts, outcomes.values_list(*columns)))
    bets = planning.bets(actor).filter(cycle__first_day__lte=last).order_by("pk")
    return (*found, _table(_("bets"), facts, bets.values_list("pk", "title")))


def _table(name: str, facts: Facts, rows: Iterable[tuple[Any, ...]]) -> Table:
    digest, count = hashlib.sha256(), 0
    for row in rows:
        digest.update(repr(tuple(map(str, row))).encode())
        count += 1
    return Table(
        name=name,
        rows=count,
        days=days(facts.asked.first, facts.asked.last),
        digest=digest.hexdigest()[:SHORT],
    )


def _studies(actor: Actor, facts: Facts) -> tuple[Drawn, ...]:
    numbers = [one.number for one in facts.evidence]
    rows = Study.objects.filter(organisation_id=actor.organisation_id, pk__in=numbers)
    return tuple(
        Drawn(
            title=one.title,
            method=one.get_method_display(),
            seed=one.seed,
            digest=hashlib.sha256(bytes(one.data)).hexdigest()[:SHORT],
            number=one.pk,
        )
        for one in rows.order_by("pk")
    )


def shown_rows(found: Appendix) -> list[str]:
    """Return the tables in words, for paper."""
    return [
        _("%(name)s: %(rows)s rows, %(days)s, SHA-256 %(digest)s…")
        % {"name": one.name, "rows": plain(one.rows), "days": one.days, "digest": one.digest}
        for one in found.tables
    ]
