"""Recorded time as CSV: out, and in again without anything twice."""

from __future__ import annotations

from collections import Counter

from django.db import transaction
from django.utils.translation import gettext as _

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor, User
from auscult.web.accounts.policies import Right, require
from auscult.web.returns import cost_csv, cost_queries, queries
from auscult.web.returns.cost_csv import CellRefused, Line, bet_name, written
from auscult.web.returns.cost_files import TAKE
from auscult.web.returns.cost_models import TimeOrigin, Worked, WorkRole
from auscult.web.returns.time_actions import TimeWish, add_times, check_time, here

TIMES = ("day", "minutes", "person", "role", "bet", "how", "note")
NEEDED = ("day", "minutes")


def times_as_csv(actor: Actor) -> str:
    """Return all recorded time, a row a line.

    Raises
    ------
    NotAllowed
    """
    require(actor, Right.SEE_COSTS, cost_queries.SEE_COSTS)
    require(actor, Right.EXPORT, TAKE)
    rows = list(cost_queries.worked(actor))
    record_audit(actor, action="export-time", target="csv", details={"rows": len(rows)})
    return written(TIMES, map(_cells, rows))


def _cells(row: Worked) -> list[object]:
    person = row.user.username if row.user else ""
    role = row.role.name if row.role else ""
    return [row.day, row.minutes, person, role, bet_name(row.bet), row.origin, row.note]


class _House:
    """Whom and what a file may name."""

    def __init__(self, actor: Actor) -> None:
        self.people = {one.username.casefold(): one for one in cost_queries.people(actor)}
        self.roles = {one.name.casefold(): one for one in cost_queries.role_names(actor)}
        self.bets = cost_csv.bets_by_name(queries.bets(actor))

    def wish_of(self, line: Line) -> TimeWish:
        """Return what a line says."""
        how = line.text("how").casefold()
        bet = line.text("bet")
        return TimeWish(
            day=cost_csv.day(line, "day"),
            minutes=cost_csv.whole(line, "minutes"),
            user=self._person(line.text("person")),
            role=self._role(line.text("role")),
            bet=cost_csv.bet_of(bet, self.bets) if bet else None,
            # How it came here is by a file; that it is a guess stays.
            origin=TimeOrigin.ESTIMATE if how == TimeOrigin.ESTIMATE else TimeOrigin.FILE,
            note=line.text("note"),
        )

    def _person(self, name: str) -> User | None:
        if name and name.casefold() not in self.people:
            raise CellRefused(_("“%s” is no member of your organisation.") % name[:40])
        return self.people.get(name.casefold())

    def _role(self, name: str) -> WorkRole | None:
        if name and name.casefold() not in self.roles:
            raise CellRefused(_("there is no role “%s”; add it first.") % name[:40])
        return self.roles.get(name.casefold())


@transaction.atomic
def read_times(actor: Actor, *, raw: bytes) -> int:
    """Record the time that a file says; rows that are there already aren't added again.

    Returns
    -------
    int
        How many were added.

    Raises
    ------
    NotAllowed, IntakeRefused
    """
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    house, now = _House(actor), here(actor)

    def wish_of(line: Line) -> TimeWish:
        wish = house.wish_of(line)
        check_time(actor, wish, now)
        return wish

    wishes = cost_csv.read(raw, TIMES, NEEDED, wish_of)
    rows = Worked.objects.filter(
        organisation_id=actor.organisation_id, day__in={one.day for one in wishes}
    )
    there: Counter[tuple[object, ...]] = Counter(
        (one.day, one.minutes, one.user_id, one.role_id, one.bet_id, _guessed(one), one.note)
        for one in rows
    )
    new = []
    for wish in wishes:
        key = _key(wish)
        if there[key]:
            there[key] -= 1
        else:
            new.append(wish)
    add_times(actor, wishes=new, origin="csv")
    return len(new)


def _guessed(one: Worked | TimeWish) -> bool:
    return one.origin == TimeOrigin.ESTIMATE


def _key(wish: TimeWish) -> tuple[object, ...]:
    named = (one.pk if one else None for one in (wish.user, wish.role, wish.bet))
    return (wish.day, wish.minutes, *named, _guessed(wish), wish.note)
