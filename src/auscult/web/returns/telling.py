"""What is told of a period: what it cost, what it brought, how sure that is, against what else.

One function puts together what the other parts of the ledger know, and asks the engine. Whatever
the engine refuses becomes a note in its place; no page falls over for it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from django.utils.translation import gettext as _

from auscult.engine.returns.campaigns import LEVEL, Campaigns, Worth, campaigns_of
from auscult.engine.returns.figures import payback
from auscult.engine.returns.ledger import campaigns_of_costs
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.returns import costing, grouping, queries
from auscult.web.returns.cost_checks import MOST_DAYS
from auscult.web.returns.cost_models import AttributionRule
from auscult.web.returns.errors import ReturnsRefused
from auscult.web.returns.evidence import incremental
from auscult.web.returns.outcome_models import OutcomeKind
from auscult.web.returns.telling_costs import cost_facts, loaded
from auscult.web.returns.telling_engine import attempt, figures_of, note
from auscult.web.returns.telling_evidence import Study, best, evidence_facts, study
from auscult.web.returns.telling_more import more_facts, more_waits
from auscult.web.returns.telling_outcomes import Brought, brought, outcome_facts
from auscult.web.returns.telling_surveys import survey_facts
from auscult.web.returns.telling_types import (
    ComparatorFacts,
    Facts,
    FiguresFacts,
    GroupingFacts,
    KindFacts,
    MoreFacts,
    Note,
    PaybackFacts,
    Question,
    WorthFacts,
)
from auscult.web.returns.telling_ways import Ours, comparator_facts, equivalency_facts
from auscult.web.returns.telling_words import Told
from auscult.web.returns.telling_worths import in_currency, newest_worth, worth_facts

BALANCE_POINTS = 60  # days at which the balance is told
EVERYTHING = "all"  # the one campaign of a period without bets
OURS = "social media"


def facts(actor: Actor, asked: Question) -> Facts:
    """Return all that is told of a period.

    The number of queries doesn't depend on how many bets, outcomes or other ways there are.

    Raises
    ------
    NotAllowed
    ReturnsUnknown
        The organisation has no such kind of outcome.
    ReturnsRefused
        The period ends before it begins or is too long, or the rule isn't known.
    """
    require(actor, Right.SEE_FIGURES, queries.SEE)
    rule = asked.rule or queries.ledger(actor).rule
    if rule not in AttributionRule.values:
        raise ReturnsRefused("rule", rule[:40], ", ".join(AttributionRule.values))
    if not 0 <= (asked.last - asked.first).days < MOST_DAYS:
        valid = _("a day from %(first)s on, and the period at most %(most)s days long")
        limits = {"first": asked.first.isoformat(), "most": MOST_DAYS}
        raise ReturnsRefused("last", asked.last.isoformat(), valid % limits)
    kind = None if asked.kind is None else queries.kind(actor, asked.kind)
    return _Period(actor, asked, kind, rule).facts()


class _Period:
    """A period with what is known of it, read once."""

    def __init__(self, actor: Actor, asked: Question, kind: OutcomeKind | None, rule: str) -> None:
        self.actor, self.asked, self.kind, self.rule = actor, asked, kind, rule
        self.days = asked.first, asked.last
        self.terms = queries.ledger(actor)
        self.notes: list[Note] = []
        self.book = costing.book(actor, *self.days)
        self.loaded = loaded(self.book.costs)
        self.members = grouping.members(actor, self.loaded.names)
        self.brought = self._brought()
        self.evidence = [] if kind is None else incremental(actor, kind, *self.days)
        self.said_worth = None if kind is None else newest_worth(actor, kind)
        self.worth = self._worth()
        self.study = self._study(with_given=asked.with_given)

    def _brought(self) -> Brought | None:
        if self.kind is None:
            self.notes.append(note(Told.NO_KIND))
            return None
        kind, window = self.kind, self.terms.window_days
        return attempt(lambda: brought(self.actor, kind, self.asked, self.rule, window), self.notes)

    def _worth(self) -> Worth | None:
        """Return the worth that figures use: none where money came in by itself."""
        row = self.said_worth
        if self.kind is None or self._gained():
            return None
        if row is None:
            self.notes.append(note(Told.NO_WORTH))
            return None
        return attempt(lambda: in_currency(self.actor, row, self.terms.currency), self.notes)

    def _gained(self) -> bool:
        return self.brought is not None and self.brought.gained is not None

    def _study(self, *, with_given: bool) -> Study | None:
        told = best(self.evidence, *self.days)
        if told is None:
            return None
        return attempt(
            lambda: study(self.actor, told, self.book.costs, with_given=with_given), self.notes
        )

    def facts(self) -> Facts:
        """Put all together."""
        titles = {key: name for (by, key), name in self.members.titles.items() if by == "bet"}
        given = self.asked.with_given
        incremental = self._incremental(self.study, with_given=given)
        tracked = self._tracked(with_given=given)
        return Facts(
            asked=self.asked,
            kind=self._kind(),
            currency=self.terms.currency,
            rule=self.rule,
            window_days=self.terms.window_days,
            level=LEVEL,
            cost=cost_facts(self.book, titles),
            outcomes=None if self.brought is None else outcome_facts(self.brought),
            surveys=survey_facts(self.actor, self.kind, *self.days),
            worth=self._worth_facts(),
            figures=tuple(one for one in (incremental, tracked) if one is not None),
            other_way=self._other_way(),
            payback=self._payback(),
            comparators=self._comparators(),
            equivalencies=equivalency_facts(self.actor, self.days),
            groupings=self._groupings(),
            evidence=evidence_facts(self.evidence),
            more=self._more(),
            notes=tuple(self.notes),
        )

    def _more(self) -> MoreFacts | None:
        found = more_facts(self.actor)
        if found is None and more_waits(self.actor):
            self.notes.append(note(Told.MORE_WAITS))
        return found

    def _kind(self) -> KindFacts | None:
        if self.kind is None:
            return None
        aim = self.kind.objective
        return KindFacts(
            number=self.kind.pk,
            name=self.kind.name,
            slug=self.kind.slug,
            what=self.kind.what,
            objective=None if aim is None else aim.title,
        )

    def _worth_facts(self) -> WorthFacts | None:
        if self.said_worth is None or self._gained():
            return None
        return worth_facts(self.said_worth)

    def _campaigns(self, *, with_given: bool) -> Campaigns:
        """Return the bets with what each cost and brought; without any, all as one campaign."""
        costs, names = self.book.costs, self.loaded.names
        outcomes, values = grouping.credited(names, self.brought)
        if not names:
            return self._as_one(with_given=with_given)
        found = campaigns_of_costs(
            costs, dict(zip(names, outcomes.tolist(), strict=True)), with_given=with_given
        )
        if not self._gained():
            return found
        of = dict(zip(names, values.tolist(), strict=True))
        return replace(found, gained=np.array([of[name] for name in found.names]))

    def _as_one(self, *, with_given: bool) -> Campaigns:
        total = self.book.costs.total
        counted = float(self.brought.counted) if self.brought else 0.0
        return campaigns_of(
            names=[EVERYTHING],
            outcomes=[counted],
            cost=[total.with_given if with_given else total.paid],
            gained=[self.brought.gained] if self.brought and self._gained() else None,
            currency=self.terms.currency,
        )

    def _tracked(self, *, with_given: bool) -> FiguresFacts | None:
        if self.brought is None:
            return None
        campaigns = self._campaigns(with_given=with_given)
        said = [note(Told.ONLY_TRACKED)]
        left = self.brought.counted - float(campaigns.outcomes.sum())
        if not self.loaded.names:
            said.append(note(Told.ALL_AS_ONE))
        elif left > 1e-6:
            said.append(note(Told.NOT_OF_BETS, outcomes=round(left, 2)))
        if with_given:
            said.append(note(Told.WITH_GIVEN))
        return attempt(
            lambda: figures_of(
                campaigns, self.worth, days=self.days, with_given=with_given, said=said
            ),
            self.notes,
        )

    def _incremental(self, found: Study | None, *, with_given: bool) -> FiguresFacts | None:
        if found is None:
            return None
        return attempt(
            lambda: figures_of(
                found.drawn,
                self.worth,
                days=found.days,
                with_given=with_given,
                evidence=found.told.study,
                said=found.said,
            ),
            self.notes,
        )

    def _other_way(self) -> FiguresFacts | None:
        """Return what is told first with given time counted the other way."""
        if not self.book.costs.total.given:
            return None
        other = not self.asked.with_given
        if self.study is None:
            return self._tracked(with_given=other)
        return self._incremental(self._study(with_given=other), with_given=other)

    def _payback(self) -> PaybackFacts | None:
        """Return when what came in had paid for what went out."""
        if self.brought is None or (self.worth is None and not self._gained()):
            return None
        paid, given = self.book.costs.by_day()
        counted, gained = self.brought.daily(np.datetime64(self.asked.first, "D"), len(paid))
        cost = paid + given if self.asked.with_given else paid
        if self.worth is not None:
            gained = counted * self.worth.amount
        part = self._credited_part()
        gain = gained * part
        found = attempt(lambda: payback(cost=cost, gain=gain), self.notes)
        if found is None:
            return None
        shown = np.unique(np.linspace(0, len(paid) - 1, BALANCE_POINTS).astype(int))
        return PaybackFacts(
            day=found.day,
            lowest=found.lowest,
            balance=tuple(found.balance[shown].tolist()),
            days=tuple((shown + 1).tolist()),
            notes=() if part == 1 else (note(Told.BY_SHARE_OF_DAYS),),
        )

    def _credited_part(self) -> float:
        """Return how much of all outcomes (or of their money) the bets are credited with."""
        if self.brought is None or not self.brought.counted or not self.loaded.names:
            return 1.0
        outcomes, values = grouping.credited(self.loaded.names, self.brought)
        if self._gained():
            return float(values.sum()) / (self.brought.gained or 1.0)
        return float(outcomes.sum()) / self.brought.counted

    def _comparators(self) -> tuple[ComparatorFacts, ...]:
        if self.kind is None:
            return ()
        campaigns = None
        if self.brought is not None:
            campaigns = self._campaigns(with_given=self.asked.with_given), *self.days
        ours = Ours(
            channel=OURS,
            outcome=self.kind.slug,
            currency=self.terms.currency,
            day=queries.today(self.actor),
            tracked=campaigns,
            incremental=(self.study.drawn, *self.study.days) if self.study else None,
        )
        return comparator_facts(self.actor, self.kind, self.days, ours)

    def _groupings(self) -> tuple[GroupingFacts, ...]:
        return grouping.groupings(
            self.loaded,
            self.members,
            self.brought,
            self.worth,
            currency=self.terms.currency,
            with_given=self.asked.with_given,
        )
