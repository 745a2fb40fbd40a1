"""Figures, other ways and reach, as people and programs meet them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from auscult.engine.kernel.clock import FixedClock
from auscult.web.accounts import queries as accounts
from auscult.web.accounts.models import Actor, AuditEntry, User
from auscult.web.planning.models import Bet, Cycle
from auscult.web.returns.comparing_models import Comparator, Equivalency
from auscult.web.returns.cost_models import Rate, Worked, WorkRole
from auscult.web.returns.outcome_models import IntakeOrigin, OutcomeKind, Worth
from auscult.web.returns.published import published_rates
from auscult.web.returns.recording import OutcomeRow, TouchRow, record

FIRST, LAST = date(2026, 8, 1), date(2026, 11, 8)
WAY = {
    "channel": "Television",
    "first_day": "2026-08-01",
    "last_day": "2026-11-08",
    "basis": "own",
    "cost": "6500",
    "outcomes": "41",
    "currency": "EUR",
    "source": "invoice 118",
    "source_day": "2026-11-08",
    "do": "save",
}
EXPOSURE = {
    "what": "A page in the Sunday paper",
    "impressions": "753100",
    "per_1000": "10",
    "currency": "EUR",
    "first_day": "2026-08-01",
    "last_day": "2026-11-08",
    "source": "rate card",
    "source_day": "2026-01-01",
    "do": "save",
}


@pytest.fixture(autouse=True)
def same_clock(clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let people who come by a browser have the tests' clock."""
    monkeypatch.setattr(accounts, "SystemClock", lambda: clock)


@pytest.fixture
def calls(owner: Actor) -> OutcomeKind:
    """Calls, each worth 60 euros."""
    kind = OutcomeKind.objects.create(
        organisation_id=owner.organisation_id, name="Calls", slug="calls", what="call"
    )
    Worth.objects.create(
        kind=kind, amount=60, currency="EUR", source="accounts", day=date(2026, 1, 31)
    )
    return kind


@pytest.fixture
def bets(owner: Actor, calls: OutcomeKind) -> list[Bet]:
    """Nine bets with an hour and a few calls each."""
    cycle = Cycle.objects.create(
        organisation_id=owner.organisation_id,
        number=1,
        title="Summer",
        first_day=FIRST,
        days=100,
        state="running",
    )
    made = [
        Bet.objects.create(
            cycle=cycle, number=number, title=f"Bet <b>{number}</b>", networks=["Mastodon"]
        )
        for number in range(1, 10)
    ]
    role = WorkRole.objects.create(organisation_id=owner.organisation_id, name="editor")
    Rate.objects.create(
        role=role, hourly=42, currency="EUR", since=date(2026, 1, 1), source="payroll"
    )
    for bet in made:
        Worked.objects.create(
            organisation_id=owner.organisation_id, bet=bet, role=role, day=FIRST, minutes=60
        )
    at = owner.clock.now() - timedelta(days=30)
    rows = [
        OutcomeRow(
            kind=calls,
            at=at,
            touches=(TouchRow(channel="mastodon", bet=bet, at=at - timedelta(hours=1)),),
        )
        for bet in made
        for _again in range(bet.number)
    ]
    record(owner, rows, IntakeOrigin.TYPED)
    return made


def browser(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=actor.name))
    return client


def text_of(actor: Actor, name: str, *args: int, **query: Any) -> str:
    answer = browser(actor).get(reverse(f"returns:{name}", args=args), query)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def post(actor: Actor, name: str, *args: int, **data: Any) -> Any:
    return browser(actor).post(reverse(f"returns:{name}", args=args), data)


def test_an_empty_house_sees_its_next_step(owner: Actor, persons: dict[str, Actor]) -> None:
    assert "No bet of the plan touches these days" in text_of(owner, "figures")
    page = text_of(persons["guest"], "comparators")
    assert "First say what counts as an outcome" in page
    assert "doi:10.1186/s13063-019-3485-2" in page
    assert "Take it over" not in page
    assert "Nothing was assumed" in text_of(persons["guest"], "exposure")


def test_the_figures_of_a_period_with_their_drawings(owner: Actor, bets: list[Bet]) -> None:
    post(owner, "add-comparator", **WAY, kind=OutcomeKind.objects.get().pk)
    page = text_of(owner, "figures", by="bet", worth="20")
    assert "Bet &lt;b&gt;9&lt;/b&gt;" in page
    assert "<b>9</b>" not in page
    for title in (
        "What an outcome cost, beside other ways",
        "Does it pay?",
        "How much for how little?",
        "When it had paid for itself",
    ):
        assert title in page
    assert "Television, tracked" in page
    assert "If one were worth 20 EUR, it would pay in" in page
    assert 'value="20.0"' in page
    assert '<input type="hidden" name="by" value="bet">' in page
    network = text_of(owner, "figures", by="network")
    assert "shared evenly among them" in network


HOSTILE: tuple[dict[str, str], ...] = (
    {"by": "colour"},
    {"worth": "1e400"},
    {"worth": "-3"},
    {"kind": "999999999999999999999"},
    {"first": "9999-12-31", "last": "0001-01-01"},
    {"rule": "x" * 10_000},
    {"cycle": "\0"},
    {"given": "on", "by": "ambassadors", "worth": "1e11"},
)


def test_whatever_is_asked_there_is_a_page(owner: Actor, bets: list[Bet]) -> None:
    for query in HOSTILE:
        assert "Figures" in text_of(owner, "figures", **query), query


def test_another_way_is_added_changed_and_removed(owner: Actor, calls: OutcomeKind) -> None:
    assert post(owner, "add-comparator", **WAY, kind=calls.pk).status_code == 302
    row = Comparator.objects.get()
    assert "159 EUR" in text_of(owner, "comparators")
    post(owner, "comparator", row.pk, **{**WAY, "cost": "0", "kind": calls.pk})
    row.refresh_from_db()
    assert row.cost == 0
    assert "6,500" not in text_of(owner, "comparators")
    post(owner, "comparator", row.pk, do="remove")
    assert not Comparator.objects.exists()
    done = AuditEntry.objects.filter(action__contains="comparator")
    assert done.count() == 3


WRONG: tuple[tuple[dict[str, str], str], ...] = (
    ({"cost": ""}, "what it cost in all is"),
    ({"basis": "published"}, "Published: what one cost is"),
    ({"basis": "published", "per_outcome": "9", "low": "10"}, "at most the cost per outcome"),
    ({"last_day": "2026-07-01"}, "the first day or later"),
    ({"currency": "€"}, "at least 3"),
    ({"source": " "}, "required"),
    ({"cost": "1e300"}, "1000000000000"),
    ({"channel": "x\0"}, "Null characters"),
    ({"channel": "x" * 10_000}, "at most 100"),
    ({"kind": "99999"}, "valid choice"),
)


def test_what_no_other_way_can_be_is_said_beside_its_field(
    owner: Actor, calls: OutcomeKind
) -> None:
    for change, said in WRONG:
        answer = post(owner, "add-comparator", **{**WAY, "kind": calls.pk, **change})
        assert answer.status_code == 200
        assert said in answer.content.decode(), change
    assert not Comparator.objects.exists()


def test_a_published_rate_is_taken_over_with_its_source(owner: Actor, calls: OutcomeKind) -> None:
    rate = next(one for one in published_rates() if one.what == "call")
    page = text_of(owner, "add-comparator", published=str(rate.number))
    assert "doi:10.1111/bcp.12262" in page
    assert 'value="144' in page
    values = {
        **WAY,
        "basis": "published",
        "per_outcome": "144",
        "currency": "GBP",
        "source": rate.source,
        "source_day": rate.source_day.isoformat(),
    }
    assert post(owner, "add-comparator", **values, kind=calls.pk).status_code == 302
    made = Comparator.objects.get()
    assert (made.per_outcome, made.cost, made.outcomes) == (144, None, None)
    assert browser(owner).get(reverse("returns:add-comparator") + "?published=x").status_code == 404


def test_published_rates_name_their_source_and_day() -> None:
    for one in published_rates():
        assert "doi:" in one.source
        assert one.source_day < date(2026, 1, 1)
        assert one.per_outcome > 0


def test_other_ways_go_out_as_csv_and_come_in_once(owner: Actor, calls: OutcomeKind) -> None:
    post(owner, "add-comparator", **{**WAY, "channel": "=cmd()"}, kind=calls.pk)
    out = browser(owner).get(reverse("returns:comparators-as-csv")).content
    assert b"'=cmd()" in out

    def read(raw: bytes) -> Any:
        return post(owner, "read-comparators", file=SimpleUploadedFile("ways.csv", raw))

    assert read(out).status_code == 302
    assert Comparator.objects.count() == 1
    Comparator.objects.all().delete()
    read(out)
    assert Comparator.objects.get().channel == "=cmd()"
    wrong = read(out.replace(b"calls", b"births").replace(b",own,", b",guess,"))
    assert "there is none of that name; known: calls" in wrong.content.decode()
    assert Comparator.objects.count() == 1


def test_reach_may_exceed_all_and_growth_is_told_as_times(owner: Actor) -> None:
    page = text_of(owner, "exposure", reached="529152", followers="528623", percent="8217")
    assert "100.1 % of those who followed" in page
    assert "That is more than all" in page
    assert "83.17 times as much" in page
    assert "no share" in text_of(owner, "exposure", reached="5", followers="0")
    assert "Enter a number" in text_of(owner, "exposure", reached="a lot")


def test_what_was_assumed_is_labelled_and_in_no_figure(owner: Actor, bets: list[Bet]) -> None:
    assert post(owner, "add-equivalency", **EXPOSURE).status_code == 302
    page = text_of(owner, "exposure")
    assert "7,531 EUR" in page
    assert "Assumption: would have cost" in page
    figures = text_of(owner, "figures")
    assert "7,531" not in figures
    assert "is in none of these figures" in figures
    row = Equivalency.objects.get()
    post(owner, "equivalency", row.pk, **{**EXPOSURE, "per_1000": "20"})
    assert "15,062 EUR" in text_of(owner, "exposure")
    post(owner, "equivalency", row.pk, do="remove")
    assert not Equivalency.objects.exists()


def test_who_may_only_look_changes_nothing_and_strangers_find_nothing(
    owner: Actor, stranger: Actor, persons: dict[str, Actor], calls: OutcomeKind
) -> None:
    post(owner, "add-comparator", **WAY, kind=calls.pk)
    post(owner, "add-equivalency", **EXPOSURE)
    way, assumed = Comparator.objects.get(), Equivalency.objects.get()
    for name, args in (
        ("add-comparator", []),
        ("comparator", [way.pk]),
        ("read-comparators", []),
        ("add-equivalency", []),
        ("equivalency", [assumed.pk]),
    ):
        address = reverse(f"returns:{name}", args=args)
        assert browser(persons["guest"]).get(address).status_code == 403
        assert browser(persons["guest"]).post(address, {"do": "remove"}).status_code == 403
        if args:
            assert browser(stranger).get(address).status_code == 404
            assert browser(stranger).post(address, {"do": "remove"}).status_code == 404
    assert browser(persons["guest"]).get(reverse("returns:comparators-as-csv")).status_code == 403
    assert "Television" in text_of(persons["guest"], "comparators")
    assert "Television" not in text_of(stranger, "comparators")
    assert "Sunday" not in text_of(stranger, "exposure")
    assert Comparator.objects.exists()


def test_programs_read_the_facts_and_write_other_ways(
    owner: Actor, persons: dict[str, Actor], stranger: Actor, bets: list[Bet]
) -> None:
    kind = OutcomeKind.objects.get()
    asked: dict[str, str | int] = {"first": "2026-08-01", "last": "2026-11-08", "kind": kind.pk}
    told = browser(persons["guest"]).get("/api/v1/returns/facts", asked)
    assert told.status_code == 200, told.content
    facts = told.json()["facts"]
    assert facts["cost"]["paid"] == 9 * 42
    assert facts["figures"][0]["outcomes"]["value"] == 45
    assert browser(stranger).get("/api/v1/returns/facts", asked).status_code == 404
    late = {**asked, "last": "2026-07-01"}
    assert browser(owner).get("/api/v1/returns/facts", late).status_code == 422
    names = ("channel", "basis", "currency", "first_day", "last_day", "source", "source_day")
    sent = {name: WAY[name] for name in names} | {"kind": kind.pk, "cost": 6500, "outcomes": 41}
    made = browser(owner).post("/api/v1/comparators", sent, content_type="application/json")
    assert made.status_code == 201, made.content
    number = made.json()["number"]
    address = f"/api/v1/comparators/{number}"
    changed = browser(owner).put(address, {**sent, "cost": 0}, content_type="application/json")
    assert changed.json()["cost"] == 0
    listed = browser(persons["guest"]).get("/api/v1/comparators").json()["items"]
    assert [one["number"] for one in listed] == [number]
    refused = browser(persons["guest"]).put(address, sent, content_type="application/json")
    assert refused.status_code == 403
    assert browser(stranger).put(address, sent, content_type="application/json").status_code == 404
    assert browser(stranger).get("/api/v1/comparators").json()["items"] == []
