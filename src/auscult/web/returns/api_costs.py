"""API: what was spent. Recorded time, what was bought, rates, and the sums of a period."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status
from pydantic import AfterValidator

from auscult.web.accounts.interfaces import (
    ApiRequest,
    Body,
    Cursor,
    Day,
    Limit,
    Listed,
    Number,
    Text,
    listed,
)
from auscult.web.accounts.models import Actor, User
from auscult.web.accounts.policies import Right, require
from auscult.web.returns import (
    cost_actions,
    cost_queries,
    costing,
    queries,
    rate_actions,
    time_actions,
)
from auscult.web.returns.cost_actions import ChargeWish, Share
from auscult.web.returns.cost_checks import MOST_DAYS
from auscult.web.returns.cost_models import Charge, Rate, TimeOrigin, Worked, WorkRole
from auscult.web.returns.errors import ReturnsRefused
from auscult.web.returns.time_actions import TimeWish

router = Router(tags=["costs"])
MOST_USES = 100


def _year(given: date) -> date:
    if not 1900 <= given.year < 2200:
        raise ValueError("write a year from 1900 to 2199")
    return given


Asked = Annotated[date, AfterValidator(_year)]


class TimeShown(Schema):
    """Minutes of somebody on a day."""

    number: int
    day: date
    minutes: int
    person: str | None = Field(description="Her user name; null: people without an account.")
    role: str | None = Field(description="Null: as what she usually works.")
    bet: int | None = Field(description="Null: for all that the house does.")
    how: str = Field(description="`timer`, `typed`, `file`, `program` or `estimate`.")
    note: str


class TimeSent(Body):
    """Minutes of a day."""

    day: Day
    minutes: int = Field(ge=1, le=time_actions.MOST_MINUTES)
    person: Text | None = Field(
        None, max_length=150, description="A user name; absent: whoever sends it, or see `role`."
    )
    role: Text | None = Field(
        None,
        max_length=rate_actions.LONGEST_NAME,
        description="A role's name: where she worked as something else.",
    )
    without_account: bool = Field(
        default=False, description="The minutes of people who have no account, by their role."
    )
    bet: Number | None = None
    estimate: bool = Field(default=False, description="Counts only where nothing else is known.")
    note: Text = Field("", max_length=200)


class UseSent(Body):
    """How much a bet uses something."""

    bet: Number
    share: float = Field(gt=0, le=cost_actions.MOST_SHARE, description="In any unit.")


class ChargeShown(Schema):
    """Something bought."""

    number: int
    what: str
    kind: str = Field(description="`tools`, `kit`, `advertising`, `production` or `other`.")
    amount: float | None = Field(description="Each time; null: not known yet, and listed so.")
    currency: str
    first_day: date
    last_day: date | None
    every: str = Field(description="`once`, `day`, `week`, `month`, `quarter` or `year`.")
    life_months: int | None = Field(description="Of kit: over which it wears off.")
    residual: float
    source: str
    uses: list[dict[str, Any]] = Field(description="Of each bet its number and its share.")


class ChargeSent(Body):
    """Something bought; fields as they are shown."""

    what: Text = Field(max_length=200)
    kind: Text = Field(max_length=20)
    amount: float | None = Field(None, ge=0)
    currency: Text | None = Field(None, max_length=3, description="Absent: the house's.")
    first_day: Day
    last_day: Day | None = None
    every: Text = Field("once", max_length=20)
    life_months: int | None = Field(None, ge=1, le=1_200)
    residual: float = Field(0.0, ge=0)
    source: Text = Field("", max_length=200)
    uses: list[UseSent] = Field(default_factory=list, max_length=MOST_USES)


class RateShown(Schema):
    """What an hour of a role costs from a day on."""

    number: int
    role: str
    given: bool = Field(description="The house doesn't pay for it.")
    hourly: float
    currency: str
    since: date
    source: str


class RateSent(Body):
    """What an hour of a role costs; a role that isn't there yet is made."""

    role: Text = Field(max_length=rate_actions.LONGEST_NAME)
    given: bool = Field(default=False, description="Of a new role: the house doesn't pay for it.")
    hourly: float = Field(ge=0)
    currency: Text | None = Field(None, max_length=3, description="Absent: the house's.")
    since: Day
    source: Text = Field(max_length=200)


class SumShown(Schema):
    """A sum both ways."""

    paid: float
    given: float = Field(description="What given time would have cost.")
    minutes: float


class UncostedShown(Schema):
    """Something that isn't free, and has no cost yet."""

    what: str = Field(description="A role, a thing, or a bet's number; empty: all that was done.")
    missing: str
    minutes: float


class CostsShown(Schema):
    """What a period cost."""

    first: date
    last: date
    currency: str
    total: SumShown
    kinds: dict[str, SumShown]
    bets: dict[str, SumShown] = Field(description="By the bet's number; empty: for all alike.")
    in_full: dict[str, SumShown] = Field(
        description="By bet, with its part of what is for all alike."
    )
    uncosted: list[UncostedShown]


def _time(row: Worked) -> dict[str, Any]:
    return {
        "number": row.pk,
        "day": row.day,
        "minutes": row.minutes,
        "person": row.user.username if row.user else None,
        "role": row.role.name if row.role else None,
        "bet": row.bet_id,
        "how": row.origin,
        "note": row.note,
    }


def _charge(row: Charge) -> dict[str, Any]:
    plain = (
        "what", "kind", "amount", "currency", "first_day", "last_day", "every", "life_months",
        "residual", "source",
    )  # fmt: skip
    uses = [{"bet": one.bet_id, "share": one.share} for one in row.uses.all()]
    return {"number": row.pk, **{name: getattr(row, name) for name in plain}, "uses": uses}


def _rate(row: Rate) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in ("hourly", "currency", "since", "source")}
    return {"number": row.pk, "role": row.role.name, "given": row.role.given, **plain}


@router.get("/costs", response=CostsShown, operation_id="costs", summary="Reckon a period's costs")
def costs(
    request: ApiRequest,
    first: Annotated[Asked, Query(description="The first day of the period.")],
    last: Annotated[Asked, Query(description="The last day; it belongs to it.")],
) -> dict[str, Any]:
    """Reckons what a period cost, with all labour, and lists what has no cost yet."""
    if not 0 <= (last - first).days < MOST_DAYS:
        valid = _("a day from %(first)s on, and the period at most %(most)s days long")
        limits = {"first": first.isoformat(), "most": MOST_DAYS}
        raise ReturnsRefused("last", last.isoformat(), valid % limits)
    found = costing.costs_of(request.actor, first, last)
    return {
        "first": first,
        "last": last,
        "currency": found.currency,
        "total": found.total,
        "kinds": {str(kind): total for kind, total in found.by_kind().items()},
        "bets": found.by_purpose(),
        "in_full": found.fully_loaded(),
        "uncosted": [
            {"what": one.what, "missing": str(one.missing), "minutes": one.minutes}
            for one in found.uncosted
        ],
    }


@router.get("/times", response=Listed[TimeShown], operation_id="times", summary="List time")
def times(request: ApiRequest, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
    """Lists recorded time of everybody, the newest row first."""
    require(request.actor, Right.SEE_COSTS, cost_queries.SEE_COSTS)
    rows = cost_queries.worked(request.actor)
    return listed(rows, kind="time", cursor=cursor, limit=limit, show=_time, newest_first=True)


@router.post("/times", response={201: TimeShown}, operation_id="add_time", summary="Record time")
def add_time(request: ApiRequest, body: TimeSent) -> Status[dict[str, Any]]:
    """Records minutes of a day: one's own, or with the right to, those of others."""
    actor = request.actor
    user = None if body.without_account else _person(actor, body.person)
    cost_queries.require_time(actor, user.pk if user else None)
    wish = TimeWish(
        day=body.day,
        minutes=body.minutes,
        user=user,
        role=_role(actor, body.role),
        bet=queries.found(queries.bets(actor), "bet", body.bet) if body.bet else None,
        origin=TimeOrigin.ESTIMATE if body.estimate else TimeOrigin.PROGRAM,
        note=body.note,
    )
    return Status(201, _time(time_actions.save_time(actor, wish=wish)))


def _person(actor: Actor, name: str | None) -> User | None:
    if name is None:
        return User.objects.filter(pk=actor.user_id or 0).first()
    found = cost_queries.people(actor).filter(username=name).first()
    if found is None:
        raise ReturnsRefused("person", name[:40], _("the user name of a member"))
    return found


def _role(actor: Actor, name: str | None) -> WorkRole | None:
    if name is None:
        return None
    found = cost_queries.role_names(actor).filter(name=name).first()
    if found is None:
        raise ReturnsRefused("role", name[:40], _("the name of a role of your organisation"))
    return found


@router.get(
    "/charges", response=Listed[ChargeShown], operation_id="charges", summary="List what was bought"
)
def charges(request: ApiRequest, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
    """Lists what was bought, the newest row first."""
    rows = cost_queries.charges(request.actor)
    return listed(rows, kind="charge", cursor=cursor, limit=limit, show=_charge, newest_first=True)


@router.post(
    "/charges",
    response={201: ChargeShown},
    operation_id="add_charge",
    summary="Record something bought",
)
def add_charge(request: ApiRequest, body: ChargeSent) -> Status[dict[str, Any]]:
    """Records something that was bought, once or again and again."""
    actor = request.actor
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    values = body.dict()
    known = {one.pk: one for one in queries.bets(actor).filter(pk__in=[u.bet for u in body.uses])}
    for one in body.uses:
        if one.bet not in known:
            raise ReturnsRefused("uses", one.bet, _("bets of your organisation"))
    values["uses"] = tuple(Share(bet=known[one.bet], share=one.share) for one in body.uses)
    values["currency"] = body.currency or queries.ledger(actor).currency
    made = cost_actions.save_charge(actor, wish=ChargeWish(**values))
    return Status(201, _charge(made))


@router.get("/rates", response=Listed[RateShown], operation_id="rates", summary="List rates")
def rates(request: ApiRequest, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
    """Lists what an hour of each role costs, the newest row first."""
    rows = cost_queries.rates(request.actor)
    return listed(rows, kind="rate", cursor=cursor, limit=limit, show=_rate, newest_first=True)


@router.post("/rates", response={201: RateShown}, operation_id="add_rate", summary="Add a rate")
def add_rate(request: ApiRequest, body: RateSent) -> Status[dict[str, Any]]:
    """Says what an hour of a role costs from a day on; a new role is made with it."""
    actor = request.actor
    require(actor, Right.EDIT_RETURNS, queries.CHANGE)
    wish = rate_actions.NamedRate(
        role=body.role,
        given=body.given,
        hourly=body.hourly,
        currency=body.currency or queries.ledger(actor).currency,
        since=body.since,
        source=body.source,
    )
    return Status(201, _rate(rate_actions.add_rate(actor, wish=wish)))
