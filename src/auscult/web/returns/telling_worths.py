"""What one outcome is worth, in the currency of the book."""

from __future__ import annotations

import numpy as np

from auscult.engine.returns.campaigns import Worth
from auscult.web.accounts.models import Actor
from auscult.web.returns import costing
from auscult.web.returns.outcome_models import OutcomeKind
from auscult.web.returns.outcome_models import Worth as Row
from auscult.web.returns.telling_types import WorthFacts


def newest_worth(actor: Actor, kind: OutcomeKind) -> Row | None:
    """Return what was said last of an outcome's worth, as it was said."""
    rows = Row.objects.filter(kind=kind, kind__organisation_id=actor.organisation_id)
    return rows.order_by("-day", "-pk").first()


def in_currency(actor: Actor, row: Row, currency: str) -> Worth:
    """Return a worth in a currency, by the rate of its own day.

    Raises
    ------
    Correctable
        No rate is known.
    """
    amount = row.amount
    if row.currency != currency:
        days = np.array([row.day], "datetime64[D]")
        known = costing.exchange(actor)
        amount = float(
            known.convert(np.array([amount]), of=row.currency, into=currency, days=days)[0]
        )
    return Worth(amount=amount, currency=currency, source=row.source, day=row.day)


def worth_facts(row: Row) -> WorthFacts:
    """Return a worth as it was said."""
    return WorthFacts(amount=row.amount, currency=row.currency, source=row.source, day=row.day)
