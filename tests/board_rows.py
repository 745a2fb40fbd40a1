"""A house with costs, outcomes and other ways: rows for tests of the page for the board."""

# ruff: noqa: PLC0415 - models can be imported only once Django is set up

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auscult.web.accounts.models import Actor
    from auscult.web.planning.models import Bet
    from auscult.web.returns.outcome_models import OutcomeKind

BETS = (
    ("Films from the wards", 14, 420),
    ("Answers to parents", 22, 600),
    ("Knee talks, live", 9, 300),
    ("Blood donors' stories", 31, 480),
    ("A nurse's week", 4, 240),
    ("Open positions", 12, 360),
    ("Heart month", 17, 540),
    ("Questions to the pharmacy", 6, 180),
    ("The new wing", 2, 420),
    ("Thank you, volunteers", 3, 120),
)
WAYS = (
    ("Television", 24_000.0, 210.0),
    ("Local newspaper", 6_400.0, 48.0),
    ("Mail to households", 9_100.0, 35.0),
)
DARK = 41


def fill(actor: Actor, *, first: date, days: int = 100) -> OutcomeKind:
    """Write down a cycle: ten bets with hours, tools and advertisements, appointments, other ways."""
    from auscult.web.returns.cost_models import Rate, WorkRole
    from auscult.web.returns.outcome_models import OutcomeKind, Worth

    house = {"organisation_id": actor.organisation_id}
    for name, hourly, given in (("editor", 46.0, False), ("volunteer", 18.0, True)):
        role = WorkRole.objects.create(**house, name=name, given=given)
        Rate.objects.create(
            role=role,
            hourly=hourly,
            currency="EUR",
            since=first - timedelta(days=200),
            source="payroll office",
        )
    kind = OutcomeKind.objects.create(
        **house, name="Appointments", slug="appointments", what="appointment"
    )
    Worth.objects.create(
        kind=kind,
        amount=120,
        currency="EUR",
        source="controlling, contribution margin",
        day=first - timedelta(days=30),
    )
    bets = _bets(actor, first, days)
    _spend(actor, bets, first)
    _happen(actor, kind, bets, first)
    _ways(actor, kind, first, days)
    return kind


def _bets(actor: Actor, first: date, days: int) -> list[Bet]:
    from auscult.web.planning.models import Bet, Cycle

    cycle = Cycle.objects.create(
        organisation_id=actor.organisation_id,
        number=1,
        title="Summer and autumn",
        first_day=first,
        days=days,
        state="running",
    )
    rows = [
        Bet(cycle=cycle, number=number, title=title, networks=["Mastodon"])
        for number, (title, _brought, _minutes) in enumerate(BETS, start=1)
    ]
    return Bet.objects.bulk_create(rows)


def _spend(actor: Actor, bets: list[Bet], first: date) -> None:
    from auscult.web.returns.cost_models import Charge, Worked, WorkRole

    house = {"organisation_id": actor.organisation_id}
    roles = {one.name: one for one in WorkRole.objects.filter(**house)}
    rows = []
    for bet, (_title, _brought, minutes) in zip(bets, BETS, strict=True):
        # The last bet has no hours: it isn't free for that, and the page says so.
        for week in range(6 if bet is not bets[-1] else 0):
            when = first + timedelta(days=7 * week + bet.number % 5)
            told = {**house, "bet": bet, "day": when}
            rows.append(Worked(**told, role=roles["editor"], minutes=minutes // 3))
            if bet.number % 4 == 0:
                rows.append(Worked(**told, role=roles["volunteer"], minutes=90))
    Worked.objects.bulk_create(rows)
    for what, kind, amount, every in (
        ("Planning tool", "tools", 39.0, "month"),
        ("Posts advertised", "advertising", 850.0, "once"),
        ("Cutting the films", "production", 640.0, "once"),
        ("Photographs", "production", None, "once"),
    ):
        Charge.objects.create(
            **house,
            what=what,
            kind=kind,
            amount=amount,
            currency="EUR",
            first_day=first + timedelta(days=3),
            every=every,
            source="invoice",
        )


def _happen(actor: Actor, kind: OutcomeKind, bets: list[Bet], first: date) -> None:
    from auscult.web.returns.outcome_models import IntakeOrigin
    from auscult.web.returns.recording import OutcomeRow, TouchRow, record

    noon = datetime.combine(first, time(12), UTC)
    channels = ("mastodon", "bluesky", "newsletter")
    rows = []
    for bet, (_title, brought, _minutes) in zip(bets, BETS, strict=True):
        for place in range(brought):
            at = noon + timedelta(days=10 + (place * 3 + bet.number) % 60, minutes=place)
            seen = [
                TouchRow(
                    channel=channels[(place + turn) % 3], bet=bet, at=at - timedelta(days=2 - turn)
                )
                for turn in range(1 + place % 2)
            ]
            rows.append(OutcomeRow(kind=kind, at=at, touches=tuple(seen)))
    rows += [OutcomeRow(kind=kind, at=noon + timedelta(days=12 + at)) for at in range(DARK)]
    record(actor, rows, IntakeOrigin.TYPED)


def _ways(actor: Actor, kind: OutcomeKind, first: date, days: int) -> None:
    from auscult.web.returns.comparing_models import Comparator

    told = {
        "organisation_id": actor.organisation_id,
        "kind": kind,
        "currency": "EUR",
        "first_day": first,
        "source_day": first,
    }
    for channel, cost, outcomes in WAYS:
        Comparator.objects.create(
            **told,
            channel=channel,
            basis="own",
            last_day=first + timedelta(days=days - 1),
            cost=cost,
            outcomes=outcomes,
            source="agency's report and the desk's count",
        )
    Comparator.objects.create(
        **told,
        channel="Search advertisements",
        basis="published",
        last_day=first + timedelta(days=365),
        per_outcome=88,
        low=61,
        high=140,
        source="Trade survey of hospital marketing",
    )
