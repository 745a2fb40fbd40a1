"""Outcomes of a period as columns, against a plain reading of the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from auscult.web.accounts.models import Actor, AuditEntry, Organisation
from auscult.web.returns import happening
from auscult.web.returns.cost_models import ExchangeRate, Ledger
from auscult.web.returns.errors import ReturnsRefused
from auscult.web.returns.link_models import ShortLink
from auscult.web.returns.outcome_columns import by_clock
from auscult.web.returns.outcome_models import IntakeOrigin, Outcome, OutcomeKind
from auscult.web.returns.recording import OutcomeRow, TouchRow, record

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 9, 1), date(2026, 9, 30)
NOON = datetime(2026, 9, 10, 12, tzinfo=UTC)


def a_kind(actor: Actor, slug: str = "appointment") -> OutcomeKind:
    """Return a kind of outcome."""
    return OutcomeKind.objects.create(
        organisation_id=actor.organisation_id, name=slug.title(), slug=slug
    )


def test_keys_are_kept_as_digests_alone(owner: Actor, stranger: Actor) -> None:
    ours, theirs = a_kind(owner), a_kind(stranger)
    named: dict[str, Any] = {"order": "A-17", "visitor": "A-17", "caller": "+49301234"}
    record(owner, [OutcomeRow(kind=ours, at=NOON, **named)], IntakeOrigin.CSV)
    record(stranger, [OutcomeRow(kind=theirs, at=NOON, **named)], IntakeOrigin.CSV)

    mine, other = Outcome.objects.order_by("pk")
    digests = [getattr(one, name) for one in (mine, other) for name in named]
    assert len(set(digests)) == 6  # by house and by what it is
    assert all(len(one) == 64 for one in digests)
    said = str(AuditEntry.objects.filter(action="record-outcomes").values_list())
    assert "A-17" not in said
    assert "49301234" not in said


def test_a_batch_has_one_entry_and_is_kept_whole_or_not_at_all(owner: Actor) -> None:
    kind = a_kind(owner)
    rows = [OutcomeRow(kind=kind, at=NOON, count=2), OutcomeRow(kind=kind, at=NOON)]
    assert record(owner, rows, IntakeOrigin.PROGRAM) == 2
    assert record(owner, [], IntakeOrigin.PROGRAM) == 0
    (entry,) = AuditEntry.objects.filter(action="record-outcomes")
    assert entry.details == {"rows": 2, "outcomes": {"appointment": 3}, "origin": "program"}

    with pytest.raises(ReturnsRefused, match=r"count is 0, but must be from 1 to 100000 \(row 2\)"):
        record(owner, [rows[0], OutcomeRow(kind=kind, at=NOON, count=0)], IntakeOrigin.CSV)
    assert Outcome.objects.count() == 2


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"at": NOON.replace(tzinfo=None)}, "at"),
        ({"at": NOON.replace(year=2027)}, "at"),
        ({"at": NOON.replace(year=1889)}, "at"),
        ({"count": 10**9}, "count"),
        ({"amount": float("nan"), "currency": "EUR"}, "amount"),
        ({"amount": -1.0, "currency": "EUR"}, "amount"),
        ({"amount": 5.0}, "currency"),
        ({"amount": 5.0, "currency": "euro"}, "currency"),
        ({"order": "x" * 501}, "order"),
        ({"touches": (TouchRow(channel=" ", at=NOON),)}, "channel"),
        ({"touches": (TouchRow(channel="a\0", at=NOON),)}, "channel"),
        ({"touches": (TouchRow(channel="a", campaign="\ud800", at=NOON),)}, "campaign"),
        ({"touches": (TouchRow(channel="a", campaign="b" * 101, at=NOON),)}, "campaign"),
        ({"touches": (TouchRow(channel="a", at=NOON),) * 101}, "touches"),
    ],
)
def test_what_cannot_be_is_refused(owner: Actor, wrong: dict[str, Any], field: str) -> None:
    row: dict[str, Any] = {"kind": a_kind(owner), "at": NOON} | wrong
    with pytest.raises(ReturnsRefused) as refused:
        record(owner, [OutcomeRow(**row)], IntakeOrigin.CSV)
    assert refused.value.field == field


def test_rows_of_another_house_are_refused(owner: Actor, stranger: Actor) -> None:
    ours, theirs = a_kind(owner), a_kind(stranger)
    link = ShortLink.objects.create(
        organisation_id=stranger.organisation_id, slug="x", target="https://x.example", made_at=NOON
    )
    touched = OutcomeRow(kind=ours, at=NOON, touches=(TouchRow(channel="a", at=NOON, link=link),))
    for row in (OutcomeRow(kind=theirs, at=NOON), touched):
        with pytest.raises(ReturnsRefused, match="of your organisation"):
            record(owner, [row], IntakeOrigin.CSV)
    with pytest.raises(ReturnsRefused, match="of your organisation"):
        happening.told(owner, theirs, FIRST, LAST)


def test_days_are_those_of_the_house(owner: Actor) -> None:
    Organisation.objects.filter(pk=owner.organisation_id).update(time_zone="America/New_York")
    kind = a_kind(owner)
    late = datetime(2026, 10, 1, 3, 30, tzinfo=UTC)  # 23.30 o'clock of the 30th there
    rows = [OutcomeRow(kind=kind, at=late), OutcomeRow(kind=kind, at=late, only_day=True)]
    record(owner, rows, IntakeOrigin.CSV)
    found = happening.told(owner, kind, LAST, LAST)
    said = sorted(str(one) for one in found.outcomes.at)
    assert said == ["2026-09-30T23:30:00", "2026-09-30T23:59:59"]
    assert len(happening.told(owner, kind, date(2026, 10, 1), date(2026, 10, 1)).outcomes) == 0


def _plain_pairs(rows: list[OutcomeRow]) -> Iterator[tuple[int, int]]:
    """Give pairs of rows that are the same: by order, or as a visitor's or caller's neighbours."""
    single = [place for place, row in enumerate(rows) if row.count == 1]
    for first in single:
        for second in single:
            if rows[first].order and rows[first].order == rows[second].order:
                yield first, second
    for name, days in (("visitor", 30), ("caller", 7)):
        for key in {getattr(rows[place], name) for place in single} - {""}:
            hers = [place for place in single if getattr(rows[place], name) == key]
            hers.sort(key=lambda place: rows[place].at)
            for first, second in pairwise(hers):
                near = rows[second].at - rows[first].at <= timedelta(days=days)
                orders = {rows[first].order, rows[second].order} - {""}
                if near and len(orders) < 2:
                    yield first, second


def _plain_merge(rows: list[OutcomeRow]) -> list[set[int]]:
    """Group rows that are the same, by joining pair after pair."""
    groups = [{place} for place in range(len(rows))]
    for first, second in _plain_pairs(rows):
        one = next(group for group in groups if first in group)
        other = next(group for group in groups if second in group)
        if one is not other:
            groups.remove(other)
            one |= other
    return groups


def _random_rows(kind: OutcomeKind, seed: int, size: int) -> list[OutcomeRow]:
    draw = np.random.default_rng(seed)
    begin = datetime(2026, 8, 1, tzinfo=UTC)

    def key(name: str, many: int) -> str:
        return f"{name}{draw.integers(many)}" if draw.random() < 0.5 else ""

    rows = []
    for _place in range(size):
        at = begin + timedelta(minutes=int(draw.integers(60 * 24 * 75)))
        channels = draw.choice(["mastodon", "search", "mail"], int(draw.integers(4)))
        touches = tuple(
            TouchRow(channel=str(one), at=at - timedelta(days=float(draw.random() * 40)))
            for one in channels
        )
        rows.append(
            OutcomeRow(
                kind=kind,
                at=at,
                count=int(draw.choice([1, 1, 1, 3])),
                order=key("o", 40),
                visitor=key("v", 40),
                caller=key("c", 40),
                touches=touches,
            )
        )
    return rows


@pytest.mark.parametrize("seed", range(4))
def test_columns_count_as_a_plain_reading_does(owner: Actor, seed: int) -> None:
    kind = a_kind(owner)
    rows = _random_rows(kind, seed, 80)
    record(owner, rows, IntakeOrigin.CSV)
    groups = _plain_merge(rows)

    whole = happening.happened(owner, kind, date(2026, 7, 1), date(2026, 11, 1))
    assert whole.counted == sum(one.count for one in rows)
    assert len(whole.merged.outcomes) == sum(
        max(rows[place].count for place in group) for group in groups
    )
    assert whole.merged.touches is not None
    expected: dict[str, float] = {}
    for group in groups:
        at = min(rows[place].at for place in group)
        met = {
            (touch.channel, touch.at)
            for place in group
            for touch in rows[place].touches
            if timedelta(0) <= at - touch.at <= timedelta(days=30)
        }
        if met:
            last = max(met, key=lambda one: (one[1], one[0]))
            times = rows[min(group)].count if len(group) == 1 else 1
            expected[last[0]] = expected.get(last[0], 0) + times
    found = happening.attributed(
        owner, kind, date(2026, 7, 1), date(2026, 11, 1), rule="last", by="channel"
    )
    credited = {one.channel: one.outcomes for one in found.credits if one.outcomes}
    assert credited == pytest.approx(expected)
    assert found.outcomes == len(whole.merged.outcomes)


def test_months_add_up_where_doubles_lie_across_them(owner: Actor) -> None:
    kind = a_kind(owner)
    end = datetime(2026, 9, 30, 18, tzinfo=UTC)
    rows = [
        OutcomeRow(kind=kind, at=end, order="1"),
        OutcomeRow(kind=kind, at=end + timedelta(days=1), order="1"),
        OutcomeRow(kind=kind, at=end + timedelta(days=1), order="2"),
    ]
    record(owner, rows, IntakeOrigin.CSV)
    october = happening.told(owner, kind, date(2026, 10, 1), date(2026, 10, 31))
    september = happening.told(owner, kind, FIRST, LAST)
    both = happening.told(owner, kind, FIRST, date(2026, 10, 31))
    assert [len(one.outcomes) for one in (september, october, both)] == [1, 1, 2]


def test_an_order_is_one_outcome_however_long_ago_it_was_told(
    owner: Actor, stranger: Actor
) -> None:
    kind, other = a_kind(owner), a_kind(owner, "call")
    long_ago = NOON - timedelta(days=700)
    rows = [
        OutcomeRow(kind=kind, at=long_ago, order="1"),
        OutcomeRow(kind=kind, at=NOON, order="1"),
        OutcomeRow(kind=kind, at=NOON, order="1", visitor="v"),
        OutcomeRow(kind=kind, at=NOON, order="2"),
        OutcomeRow(kind=other, at=long_ago, order="2"),
        OutcomeRow(kind=kind, at=NOON, order="3"),
        OutcomeRow(kind=kind, at=long_ago, order="3", count=2),  # many: never a double
        OutcomeRow(kind=kind, at=NOON, visitor="w"),
        OutcomeRow(kind=kind, at=long_ago, visitor="w"),
    ]
    record(owner, rows, IntakeOrigin.CSV)
    theirs = OutcomeRow(kind=a_kind(stranger), at=long_ago, order="2")
    record(stranger, [theirs], IntakeOrigin.CSV)
    assert len(happening.told(owner, kind, FIRST, LAST).outcomes) == 3
    ever = happening.told(owner, kind, long_ago.date(), LAST)
    before = happening.told(owner, kind, long_ago.date(), FIRST - timedelta(days=1))
    assert len(ever.outcomes) == len(before.outcomes) + 3
    Outcome.objects.filter(at=long_ago).update(order="")  # as retention does
    assert len(happening.told(owner, kind, FIRST, LAST).outcomes) == 4


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "Asia/Kathmandu", "Australia/Lord_Howe"])
def test_moments_are_by_the_clock_of_the_house_also_when_clocks_are_changed(zone: str) -> None:
    house = ZoneInfo(zone)
    seconds = np.arange(0, 400 * 86_400, 997) + int(NOON.timestamp()) - 300 * 86_400
    plain = [
        datetime.fromtimestamp(one, UTC).astimezone(house).replace(tzinfo=None)
        for one in seconds.tolist()
    ]
    found = by_clock(seconds, house)
    assert (found == np.array(plain, "datetime64[s]")).all()


def test_values_are_in_the_currency_of_the_book(owner: Actor) -> None:
    kind = a_kind(owner, "donation")
    Ledger.objects.create(organisation_id=owner.organisation_id, currency="EUR")
    ExchangeRate.objects.create(
        organisation_id=owner.organisation_id,
        of="EUR",
        into="USD",
        rate=1.25,
        day=date(2026, 9, 1),
        source="bank",
    )
    amounts = [(50.0, "USD"), (10.0, "EUR"), (7.0, "CHF"), (None, "")]
    rows = [OutcomeRow(kind=kind, at=NOON, amount=one, currency=code) for one, code in amounts]
    record(owner, rows, IntakeOrigin.CSV)
    found = happening.happened(owner, kind, FIRST, LAST)
    value = found.merged.outcomes.value
    assert sorted(value[~np.isnan(value)]) == [10.0, 40.0]
    assert found.unconverted == 1


def test_credit_goes_to_links_bets_campaigns_and_ambassadors(owner: Actor) -> None:
    kind = a_kind(owner)
    link = ShortLink.objects.create(
        organisation_id=owner.organisation_id, slug="flu", target="https://x.example", made_at=NOON
    )
    touch = TouchRow(channel="mastodon", campaign="Flu", at=NOON, link=link, ambassadors=True)
    plain = TouchRow(channel="mail", at=NOON)
    rows = [
        OutcomeRow(kind=kind, at=NOON, touches=(touch,)),
        OutcomeRow(kind=kind, at=NOON, touches=(plain,)),
        OutcomeRow(kind=kind, at=NOON),
        OutcomeRow(kind=kind, at=NOON, tracked=False),
    ]
    record(owner, rows, IntakeOrigin.CSV)

    def credited(by: str) -> dict[str, float]:
        found = happening.attributed(owner, kind, FIRST, LAST, by=by)
        assert (found.outcomes, found.dark) == (4, 2)
        return {one.channel: one.outcomes for one in found.credits}

    assert credited("channel") == {"mastodon": 1, "mail": 1}
    assert credited("campaign") == {"Flu": 1, "": 1}
    assert credited("link") == {"flu": 1, "": 1}
    assert credited("bet") == {"": 2}
    assert credited("ambassadors") == {"ambassadors": 1, "others": 1}
    assert happening.happened(owner, kind, FIRST, LAST).untracked == 1


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"rule": "best"}, "rule"),
        ({"by": "name"}, "by"),
        ({"last": date(2026, 8, 1)}, "last"),
        ({"last": date(2226, 8, 1)}, "last"),
    ],
)
def test_a_wrong_question_is_refused(owner: Actor, asked: dict[str, Any], field: str) -> None:
    kind = a_kind(owner)
    given: dict[str, Any] = {"first": FIRST, "last": LAST} | asked
    with pytest.raises(ReturnsRefused) as refused:
        happening.attributed(owner, kind, given.pop("first"), given.pop("last"), **given)
    assert refused.value.field == field
