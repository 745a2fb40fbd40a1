"""Other ways as CSV: out, and in again without anything twice."""

from __future__ import annotations

from collections import Counter

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.returns import comparing_queries, cost_csv, queries
from auscult.web.returns.comparing_actions import (
    ComparatorWish,
    add_comparators,
    check_comparator,
)
from auscult.web.returns.comparing_models import Comparator
from auscult.web.returns.cost_csv import CellRefused, Line, written
from auscult.web.returns.outcome_models import OutcomeKind

COLUMNS = (
    "kind", "channel", "basis", "currency", "first_day", "last_day", "incremental", "cost",
    "outcomes", "per_outcome", "low", "high", "source", "source_day",
)  # fmt: skip
NEEDED = ("kind", "channel", "basis", "first_day", "last_day", "source", "source_day")
TAKE = gettext_noop("take other ways away as a file")
TRUTHS = {"": False, "no": False, "0": False, "yes": True, "1": True}
NUMBERS = ("cost", "outcomes", "per_outcome", "low", "high")


def comparators_as_csv(actor: Actor) -> str:
    """Return all other ways, one a line; a kind stands by its name for programs.

    Raises
    ------
    NotAllowed
    """
    require(actor, Right.EXPORT, TAKE)
    rows = list(comparing_queries.comparators(actor))
    record_audit(actor, action="export-comparators", target="csv", details={"rows": len(rows)})
    return written(COLUMNS, map(_cells, rows))


def _cells(row: Comparator) -> list[object]:
    special: dict[str, object] = {
        "kind": row.kind.slug,
        "incremental": "yes" if row.incremental else "no",
    }
    return [special.get(name, getattr(row, name)) for name in COLUMNS]


@transaction.atomic
def read_comparators(actor: Actor, *, raw: bytes) -> int:
    """Write down what a file says; return how many rows weren't there yet.

    Raises
    ------
    NotAllowed, IntakeRefused
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    kinds = {one.slug: one for one in queries.kinds(actor)}
    currency = queries.ledger(actor).currency

    def wish_of(line: Line) -> ComparatorWish:
        wish = ComparatorWish(
            kind=_kind(line, kinds),
            channel=line.text("channel"),
            basis=line.text("basis").casefold(),
            currency=(line.text("currency") or currency).upper(),
            first_day=cost_csv.day(line, "first_day"),
            last_day=cost_csv.day(line, "last_day"),
            source=line.text("source"),
            source_day=cost_csv.day(line, "source_day"),
            incremental=_truth(line, "incremental"),
            **{name: cost_csv.number_or_none(line, name) for name in NUMBERS},
        )
        check_comparator(actor, wish)
        return wish

    wishes = cost_csv.read(raw, COLUMNS, NEEDED, wish_of)
    there = Counter(_key(one) for one in comparing_queries.comparators(actor))
    new = []
    for wish in wishes:
        if there[_key(wish)]:
            there[_key(wish)] -= 1
        else:
            new.append(wish)
    return add_comparators(actor, wishes=new, origin="csv")


def _kind(line: Line, kinds: dict[str, OutcomeKind]) -> OutcomeKind:
    found = kinds.get(line.text("kind"))
    if found is None:
        words = {"given": line.text("kind")[:40], "known": ", ".join(sorted(kinds)[:20])}
        raise CellRefused(
            _("kind is “%(given)s”, but there is none of that name; known: %(known)s") % words
        )
    return found


def _truth(line: Line, column: str) -> bool:
    text = line.text(column).casefold()
    if text not in TRUTHS:
        words = {"column": column, "text": text[:40]}
        raise CellRefused(_("%(column)s is “%(text)s”; write yes or no.") % words)
    return TRUTHS[text]


def _key(one: Comparator | ComparatorWish) -> tuple[object, ...]:
    return (one.kind.pk, *(getattr(one, name) for name in COLUMNS if name != "kind"))
