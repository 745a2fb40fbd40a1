"""What was bought, as CSV: out, and in again without anything twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext_noop

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.planning.models import Bet
from auscult.web.returns import cost_csv, cost_queries, queries
from auscult.web.returns.cost_actions import ChargeWish, Share, add_charges, check_charge
from auscult.web.returns.cost_csv import Line, bet_name, written
from auscult.web.returns.cost_models import Charge, Every

CHARGES = (
    "what", "kind", "amount", "currency", "first_day", "last_day", "every", "life_months",
    "residual", "source", "uses",
)  # fmt: skip
TAKE = gettext_noop("take costs away as a file")
NEEDED = ("what", "kind", "amount", "first_day")


def charges_as_csv(actor: Actor) -> str:
    """Return all that was bought, one a line.

    Raises
    ------
    NotAllowed
    """
    require(actor, Right.EXPORT, TAKE)
    rows = list(cost_queries.charges(actor))
    record_audit(actor, action="export-charges", target="csv", details={"rows": len(rows)})
    return written(CHARGES, map(_cells, rows))


def _cells(row: Charge) -> list[object]:
    uses = "; ".join(f"{bet_name(one.bet)}={one.share:g}" for one in row.uses.all())
    values = {name: getattr(row, name) for name in CHARGES if name != "uses"}
    return [*values.values(), uses]


@transaction.atomic
def read_charges(actor: Actor, *, raw: bytes) -> int:
    """Record what a file says was bought; rows that are there already aren't added again.

    Returns
    -------
    int
        How many were added.

    Raises
    ------
    NotAllowed, IntakeRefused
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    bets = cost_csv.bets_by_name(queries.bets(actor))
    currency = queries.ledger(actor).currency

    def wish_of(line: Line) -> ChargeWish:
        wish = ChargeWish(
            what=line.text("what"),
            kind=line.text("kind").casefold(),
            amount=cost_csv.number_or_none(line, "amount"),
            currency=(line.text("currency") or currency).upper(),
            first_day=cost_csv.day(line, "first_day"),
            last_day=cost_csv.day_or_none(line, "last_day"),
            every=line.text("every").casefold() or Every.ONCE,
            life_months=cost_csv.whole(line, "life_months") if line.text("life_months") else None,
            residual=cost_csv.number_or_none(line, "residual") or 0.0,
            source=line.text("source"),
            uses=tuple(_share(one, bets) for one in line.text("uses").split(";") if one.strip()),
        )
        check_charge(actor, wish)
        return wish

    wishes = cost_csv.read(raw, CHARGES, NEEDED, wish_of)
    there = Counter(_key_of_row(one) for one in cost_queries.charges(actor))
    new = []
    for wish in wishes:
        if there[_key(wish)]:
            there[_key(wish)] -= 1
        else:
            new.append(wish)
    add_charges(actor, wishes=new, origin="csv")
    return len(new)


def _share(text: str, bets: Mapping[tuple[int, int], Bet]) -> Share:
    name, _sign, share = text.partition("=")
    bet = cost_csv.bet_of(name, bets)
    line = Line(number=0, cells={"uses": share.strip() or "1"}, comma=True)
    return Share(bet=bet, share=cost_csv.number(line, "uses"))


def _key(wish: ChargeWish) -> tuple[object, ...]:
    plain = (wish.what, wish.kind, wish.amount, wish.currency, wish.first_day, wish.last_day)
    uses = frozenset((one.bet.pk, one.share) for one in wish.uses)
    return (*plain, wish.every, wish.life_months, wish.residual, wish.source, uses)


def _key_of_row(row: Charge) -> tuple[object, ...]:
    plain = (row.what, row.kind, row.amount, row.currency, row.first_day, row.last_day)
    uses = frozenset((one.bet_id, one.share) for one in row.uses.all())
    return (*plain, row.every, row.life_months, row.residual, row.source, uses)
