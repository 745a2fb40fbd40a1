"""Kinds, worths and typed outcomes; the ways here by each rule; what is forgotten, and linked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import Actor, AuditEntry, User
from auscult.web.accounts.queries import system_actor
from auscult.web.returns import (
    forgetting,
    linkables,
    outcome_actions,
    outcome_queries,
    path_queries,
    queries,
)
from auscult.web.returns.errors import ReturnsRefused, ReturnsUnknown
from auscult.web.returns.link_actions import LinkWish, save_link
from auscult.web.returns.link_counting import count_visit
from auscult.web.returns.link_models import Click, VisitCount
from auscult.web.returns.outcome_actions import KindWish, WorthWish, save_kind, save_worth
from auscult.web.returns.outcome_models import IntakeOrigin, Outcome, OutcomeKind, Worth
from auscult.web.returns.path_channels import channel_of
from auscult.web.returns.recording import OutcomeRow, TouchRow, record

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)


@pytest.fixture
def kind(owner: Actor) -> OutcomeKind:
    """Return a kind of outcome."""
    return save_kind(owner, wish=KindWish(name="First visits"))


@pytest.fixture
def pages(client: Client, owner: Actor) -> Client:
    """Return the browser of the owner."""
    client.force_login(User.objects.get(username="owner"))
    return client


def touch(channel: str, days: float) -> TouchRow:
    """Return a contact so many days before noon."""
    return TouchRow(channel=channel, at=NOON - timedelta(days=days))


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (KindWish(name=" "), "name"),
        (KindWish(name="x" * 101), "name"),
        (KindWish(name="x\0"), "name"),
        (KindWish(name="a", slug="Ä b"), "slug"),
        (KindWish(name="???"), "slug"),
        (KindWish(name="First visits"), "name"),
        (KindWish(name="Others", slug="first-visits"), "slug"),
    ],
)
def test_a_kind_that_cannot_be_is_refused(
    owner: Actor, kind: OutcomeKind, wish: KindWish, field: str
) -> None:
    assert kind.slug == "first-visits"
    with pytest.raises(ReturnsRefused) as refused:
        save_kind(owner, wish=wish)
    assert refused.value.field == field


def test_kinds_are_the_house_s_own(
    owner: Actor, stranger: Actor, persons: Any, kind: OutcomeKind
) -> None:
    save_kind(stranger, wish=KindWish(name="First visits"))
    with pytest.raises(ReturnsUnknown):
        queries.kind(stranger, kind.pk)
    for role in ("guest", "approver", "privacy", "ambassador"):
        with pytest.raises(NotAllowed):
            save_kind(persons[role], wish=KindWish(name="Mine"))
        with pytest.raises(NotAllowed):
            record(persons[role], [OutcomeRow(kind=kind, at=NOON)], IntakeOrigin.TYPED)


def test_the_newest_worth_stands_first_and_a_day_has_one(owner: Actor, kind: OutcomeKind) -> None:
    for amount, day in ((80.0, TODAY), (90.0, TODAY), (70.0, TODAY - timedelta(days=400))):
        wish = WorthWish(amount=amount, currency="EUR", source="controlling", day=day)
        save_worth(owner, kind=kind, wish=wish)
    assert list(Worth.objects.order_by("day").values_list("amount", flat=True)) == [70.0, 90.0]
    for wrong in (
        {"amount": float("inf")},
        {"currency": "eu"},
        {"source": ""},
        {"day": TODAY + timedelta(days=1)},
    ):
        given: dict[str, Any] = {"amount": 1, "currency": "EUR", "source": "a", "day": TODAY}
        with pytest.raises(ReturnsRefused):
            save_worth(owner, kind=kind, wish=WorthWish(**(given | wrong)))


def test_outcomes_are_typed_shown_and_taken_back(pages: Client, kind: OutcomeKind) -> None:
    sent = {"kind": kind.pk, "day": "2026-11-10", "count": "4", "channel": "Poster", "currency": ""}
    page = pages.post("/returns/outcomes/add/", sent, follow=True).content.decode()
    assert "4 outcomes" in page
    kept = Outcome.objects.get()
    assert (kept.only_day, kept.count, kept.origin) == (True, 4, "typed")
    assert kept.touches.get().channel == "Poster"
    wrong = pages.post("/returns/outcomes/add/", sent | {"day": "2036-01-01", "channel": ""})
    assert "Day" in wrong.content.decode()
    pages.post(f"/returns/outcomes/kinds/{kind.pk}/remove/")
    assert OutcomeKind.objects.exists()
    pages.post(f"/returns/outcomes/{kept.pk}/remove/")
    assert not Outcome.objects.exists()
    pages.post(f"/returns/outcomes/kinds/{kind.pk}/remove/")
    assert not OutcomeKind.objects.exists()
    taken = AuditEntry.objects.filter(action="remove-outcome").get()
    assert taken.details["count"] == 4


@pytest.mark.parametrize(
    "asked",
    [
        "kind=999999999999999999999",
        "first=2026-11-20&last=2026-01-01",
        "first=0001-01-01",
        "first=1990-01-01",
        "first=%00&last=x",
        "kind=" + "9" * 10_000,
        "page=-1",
    ],
)
def test_wrong_questions_break_no_page(pages: Client, kind: OutcomeKind, asked: str) -> None:
    for page in ("outcomes/", "outcomes/paths/"):
        assert pages.get(f"/returns/{page}?{asked}&by=none").status_code == 200


def test_each_rule_shares_the_same_outcomes(owner: Actor, kind: OutcomeKind, pages: Client) -> None:
    ways = (
        (touch("poster", 9), touch("mastodon", 3), touch("mail", 1)),
        (touch("mastodon", 2),),
        (),
    )
    record(owner, [OutcomeRow(kind=kind, at=NOON, touches=one) for one in ways], IntakeOrigin.CSV)
    record(owner, [OutcomeRow(kind=kind, at=NOON, tracked=False)], IntakeOrigin.SITE)
    found = path_queries.paths(owner, kind, TODAY - timedelta(days=30), TODAY)
    credited = {line.name: [one.outcomes for one in line.by_rule] for line in found.lines}
    third = pytest.approx(1 / 3)
    assert credited == {
        "mastodon": [1, 1, pytest.approx(4 / 3), pytest.approx(1.2), pytest.approx(4 / 3)],
        "mail": [0, 1, third, pytest.approx(0.4), third],
        "poster": [1, 0, third, pytest.approx(0.4), third],
    }
    assert (found.shared.dark, found.shared.assisted, found.untracked) == (2, 1, 1)
    page = pages.get("/returns/outcomes/paths/?first=2026-11-01").content.decode()
    assert "is a convention, not a cause" in page
    assert "mastodon" in page
    pages.post("/returns/outcomes/paths/rule/", {"rule": "first", "window_days": "5"})
    assert (queries.ledger(owner).rule, queries.ledger(owner).window_days) == ("first", 5)
    again = path_queries.paths(owner, kind, TODAY - timedelta(days=30), TODAY)
    assert [line.name for line in again.lines] == ["mastodon", "mail"]
    wrong = pages.post("/returns/outcomes/paths/rule/", {"rule": "best", "window_days": "0"})
    assert wrong.status_code == 200
    assert queries.ledger(owner).rule == "first"


@pytest.mark.parametrize(
    ("source", "referrer", "channel"),
    [
        ("IG", "", "instagram"),
        ("Station  poster", "https://t.co/x", "station poster"),
        ("", "https://www.google.co.uk/", "search"),
        ("", "https://l.facebook.com/l.php?u=1", "facebook"),
        ("", "https://notfacebook.com/", "other websites"),
        ("", "https://clinic.example/", ""),
        ("", "nonsense", ""),
        ("", "https://[::1", ""),
        ("x" * 10_000, "", "x" * 60),
    ],
)
def test_channels_are_known_by_a_table(source: str, referrer: str, channel: str) -> None:
    own = ("https://www.clinic.example",)
    assert channel_of(source=source, referrer=referrer, own=own) == channel


def test_clicks_and_digests_are_forgotten_and_sums_stay(owner: Actor, kind: OutcomeKind) -> None:
    link = save_link(owner, wish=LinkWish(target="https://a.example", title="a", channel="mail"))
    count_visit(owner, link, tracked=True)
    record(owner, [OutcomeRow(kind=kind, at=NOON, order="1", visitor="2")], IntakeOrigin.CSV)
    actor = system_actor(owner.organisation_id, "retention", clock=owner.clock)
    past, future = NOON - timedelta(days=1), NOON + timedelta(days=400)
    assert (forgetting.forget_clicks(actor, past), forgetting.forget_keys(actor, past)) == (0, 0)
    assert (forgetting.forget_clicks(actor, future), forgetting.forget_keys(actor, future)) == (
        1,
        1,
    )
    assert forgetting.forget_keys(actor, future) == 0
    assert not Click.objects.exists()
    assert VisitCount.objects.get().visits == 1
    kept = Outcome.objects.get()
    assert (kept.order, kept.visitor, kept.count) == ("", "", 1)


def test_outcomes_can_be_the_readings_of_an_objective(owner: Actor, kind: OutcomeKind) -> None:
    assert linkables.by_day(owner, kind.pk, TODAY - timedelta(days=30), TODAY) == {}
    monday = datetime(2026, 11, 9, 12, tzinfo=UTC)
    rows = [OutcomeRow(kind=kind, at=monday + timedelta(days=day), count=2) for day in (0, 3)]
    record(owner, rows, IntakeOrigin.CSV)
    days = linkables.by_day(owner, kind.pk, TODAY - timedelta(days=30), TODAY)
    assert (min(days), max(days), sum(days.values())) == (monday.date(), TODAY, 4)
    weeks = linkables.by_week(owner, kind.pk, date(2026, 11, 12), TODAY)
    assert weeks == {date(2026, 11, 15): 4.0}
    assert linkables.by_day(owner, 1 << 40, TODAY, TODAY) == {}
    names = [target.name for one in linkables.LINKABLES for target in one.rows(owner)]
    assert names == ["First visits"]


def test_many_days_share_bars() -> None:
    days = tuple((TODAY + timedelta(days=place), 1) for place in range(365))
    drawn = outcome_queries.in_bars(days)
    assert len(drawn) <= outcome_queries.MOST_BARS
    assert sum(value for _day, value in drawn) == 365


def test_an_outcome_of_another_house_is_not_there(
    owner: Actor, stranger: Actor, kind: OutcomeKind
) -> None:
    record(owner, [OutcomeRow(kind=kind, at=NOON)], IntakeOrigin.CSV)
    kept = Outcome.objects.get()
    with pytest.raises(ReturnsUnknown):
        outcome_queries.outcome(stranger, kept.pk)
    outcome_actions.remove_outcome(owner, outcome=kept)
    assert not Outcome.objects.exists()
