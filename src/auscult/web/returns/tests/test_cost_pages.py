"""The pages of costs as people use them: forms alone, without scripts, by who may."""

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
from auscult.web.returns import costing
from auscult.web.returns.cost_models import (
    Charge,
    ExchangeRate,
    Ledger,
    Rate,
    Timer,
    Worked,
    Worker,
    WorkRole,
)

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 16)  # the tests' clock stands on Friday, 20 November
FRIDAY = date(2026, 11, 20)


@pytest.fixture(autouse=True)
def simulated(monkeypatch: pytest.MonkeyPatch, clock: FixedClock) -> None:
    """Let people who come by a browser have the tests' clock."""
    monkeypatch.setattr(accounts, "SystemClock", lambda: clock)


@pytest.fixture
def bet(owner: Actor) -> Bet:
    cycle = Cycle.objects.create(
        organisation_id=owner.organisation_id,
        number=1,
        title="First hundred",
        first_day=MONDAY,
        state="running",
    )
    return Bet.objects.create(cycle=cycle, number=1, title="Films from the wards")


def browser(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=actor.name))
    return client


def page(actor: Actor, name: str, /, *args: Any, **query: Any) -> str:
    answer = browser(actor).get(reverse(f"returns:{name}", args=args), query)
    assert answer.status_code == 200, answer.content.decode()[:500]
    return " ".join(answer.content.decode().split())


def send(actor: Actor, name: str, /, *args: Any, **data: Any) -> Any:
    return browser(actor).post(reverse(f"returns:{name}", args=args), data)


def saved(actor: Actor, name: str, /, *args: Any, **data: Any) -> None:
    answer = send(actor, name, *args, **data)
    assert answer.status_code == 302, answer.content.decode()[-3000:]


def test_a_book_is_kept_by_forms_alone(owner: Actor, teammate: Actor, bet: Bet) -> None:
    """From nothing to a sum: everything that lacks is listed with the form that mends it."""
    assert "nobody told how long anybody worked on it" in page(owner, "costs")
    them = f"person_{teammate.user_id}"
    saved(owner, "add-time", day="2026-11-17", minutes="90", bet=bet.pk, user=teammate.user_id)
    said = page(owner, "costs")
    assert "90 minutes, and nobody said as what she works" in said
    assert f"/returns/costs/rates/people/#id_{them}" in said
    saved(owner, "add-role", name="Editor")
    editor = WorkRole.objects.get()
    saved(owner, "workers", **{them: editor.pk})
    said = page(owner, "costs")
    assert "Editor" in said
    assert f"/returns/costs/rates/add/?role={editor.pk}" in said
    rate = {"role": editor.pk, "hourly": "40", "currency": "EUR", "since": "2026-01-01"}
    saved(owner, "add-rate", **rate, source="payroll")
    charge = {"what": "Scheduler", "kind": "tools", "currency": "EUR", "every": "once"}
    saved(owner, "add-charge", **charge, amount="", first_day="2026-11-16")
    said = page(owner, "costs")
    assert "its amount isn&#x27;t known yet" in said
    row = Charge.objects.get()
    assert reverse("returns:charge", args=[row.pk]) in said
    used = {f"use_{bet.pk}": "2"}
    assert 'value="remove"' in page(owner, "charge", row.pk)
    assert Charge.objects.get() == row, "whoever only looks removes nothing"
    saved(owner, "charge", row.pk, **charge, amount="30", first_day="2026-11-16", **used)
    said = page(owner, "costs")
    assert "Everything that is written down has a cost." in said
    assert '<dd class="costs-sum"> 90 EUR </dd>' in said
    assert "Films from the wards: 2" in said
    assert costing.costs_of(owner, MONDAY, FRIDAY).by_purpose()[str(bet.pk)].paid == 90


def test_what_is_in_another_currency_leads_to_its_rate(owner: Actor, bet: Bet) -> None:
    charge = {"what": "Ads", "kind": "advertising", "amount": "100", "every": "once"}
    saved(owner, "add-charge", **charge, currency="usd", first_day="2026-11-16")
    said = page(owner, "costs")
    assert "no exchange rate from USD into EUR is known" in said
    assert "/returns/costs/exchange/add/?of=USD&amp;into=EUR" in said
    form = page(owner, "add-exchange", of="USD", into="EUR")
    assert 'value="USD"' in form
    rate = {"of": "EUR", "rate": "1.25", "into": "USD", "day": "2026-11-01", "source": "bank"}
    saved(owner, "add-exchange", **rate)
    assert '<dd class="costs-sum"> 80 EUR </dd>' in page(owner, "costs")
    saved(owner, "currency", currency="usd")
    assert Ledger.objects.get().currency == "USD"
    assert '<dd class="costs-sum"> 100 USD </dd>' in page(owner, "costs")
    same = send(owner, "add-exchange", **rate)
    assert "must be a day for which no rate of these currencies is there" in same.content.decode()
    found = ExchangeRate.objects.get()
    saved(owner, "exchange-rate", found.pk, do="remove")
    assert not ExchangeRate.objects.exists()


def test_the_period_is_a_cycle_or_days(owner: Actor, bet: Bet) -> None:
    charge = {"what": "Ads", "kind": "advertising", "amount": "77", "every": "once"}
    saved(owner, "add-charge", **charge, currency="EUR", first_day="2026-10-01")
    assert "77" not in page(owner, "costs")
    said = page(owner, "costs", first="2026-10-01", last="2026-10-31")
    assert '<dd class="costs-sum"> 77 EUR </dd>' in said
    assert "First hundred" in page(owner, "costs", cycle=1)
    for wrong in (
        {"first": "2026-10-31", "last": "2026-10-01"},
        {"first": "1990-10-01", "last": "2030-10-01"},
        {"first": "\0", "last": "9" * 400},
        {"first": "2026-10-01"},
        {"cycle": "9" * 30},
        {"cycle": "\0"},
    ):
        assert 'role="alert"' in page(owner, "costs", **wrong)
        assert 'role="alert"' in page(owner, "time", **wrong)


def test_kit_wears_off_and_what_cannot_be_is_said_beside_its_field(owner: Actor) -> None:
    kit = {
        "what": "Camera", "kind": "kit", "amount": "360", "currency": "EUR", "every": "once",
        "first_day": "2026-01-01", "life_months": "12", "residual": "60", "source": "invoice 7",
    }  # fmt: skip
    saved(owner, "add-charge", **kit)
    year = costing.costs_of(owner, date(2026, 1, 1), date(2026, 12, 31))
    assert year.total.paid == pytest.approx(300)
    assert "serves 12 months" in page(owner, "costs")
    for wrong, said in (
        ({"residual": "361"}, "must be at most the price"),
        ({"kind": "tools"}, "must be empty but for kit"),
        ({"every": "month"}, "must be empty but for kit"),
        ({"last_day": "2026-02-01"}, "must be empty but for kit"),
        ({"life_months": "", "residual": "5"}, "must be 0 where nothing wears off"),
        ({"currency": "€€€"}, "three letters, like EUR or USD"),
        ({"first_day": "0001-01-01"}, "must be a day from"),
        ({"amount": "1e999"}, 'role="alert"'),
        ({"amount": "nan"}, 'role="alert"'),
        ({"what": "x" * 10_000}, "at most 200 characters"),
        ({"what": "\0"}, "Null characters are not allowed"),
    ):
        answer = send(owner, "add-charge", **(kit | wrong))
        assert answer.status_code == 200
        assert said in answer.content.decode(), wrong
    assert Charge.objects.count() == 1


def test_the_clock_records_minutes_without_scripts(
    teammate: Actor, bet: Bet, clock: FixedClock
) -> None:
    saved(teammate, "start-timer", bet=bet.pk)
    clock.advance(timedelta(minutes=42, seconds=40))
    assert "It has run for 42 minutes" in page(teammate, "time")
    saved(teammate, "start-timer", bet="")
    clock.advance(timedelta(seconds=5))
    saved(teammate, "stop-timer", do="stop")
    rows = Worked.objects.order_by("pk").values_list("minutes", "bet", "user", "origin", "day")
    assert list(rows) == [
        (43, bet.pk, teammate.user_id, "timer", FRIDAY),
        (1, None, teammate.user_id, "timer", FRIDAY),
    ]
    saved(teammate, "start-timer", bet=bet.pk)
    saved(teammate, "stop-timer", do="drop")
    saved(teammate, "stop-timer", do="stop")
    assert (Worked.objects.count(), Timer.objects.count()) == (2, 0)
    saved(teammate, "start-timer", bet="")
    clock.advance(timedelta(days=3))
    answer = send(teammate, "stop-timer", do="stop")
    long = Worked.objects.latest("pk")
    assert (long.minutes, long.day) == (1440, FRIDAY)
    assert answer.url == reverse("returns:time-row", args=[long.pk])


def test_ones_own_time_is_everybodys_to_record_and_others_time_is_not(
    owner: Actor, persons: dict[str, Actor], bet: Bet
) -> None:
    ambassador, approver = persons["ambassador"], persons["approver"]
    entry = {"day": "2026-11-20", "minutes": "15", "bet": bet.pk}
    # The field isn't hers: it is her own time that she records.
    saved(ambassador, "add-time", **entry, user=owner.user_id)
    own = Worked.objects.get()
    assert own.user_id == ambassador.user_id
    saved(owner, "add-time", **entry, user=owner.user_id)
    theirs = Worked.objects.latest("pk")
    assert reverse("returns:time-row", args=[theirs.pk]) not in page(ambassador, "time")
    assert reverse("returns:time-row", args=[own.pk]) in page(ambassador, "time")
    assert 'href="/returns/costs/"' not in page(ambassador, "time")
    assert browser(ambassador).get(reverse("returns:costs")).status_code == 403
    assert send(ambassador, "time-row", theirs.pk, do="remove").status_code == 403
    assert "the-ambassador" in page(approver, "time")
    assert send(approver, "time-row", own.pk, do="remove").status_code == 403
    saved(ambassador, "time-row", own.pk, **(entry | {"minutes": "20"}), estimated="on")
    own.refresh_from_db()
    assert (own.minutes, own.origin) == (20, "estimate")
    saved(owner, "time-row", own.pk, do="remove")
    saved(ambassador, "start-timer")
    assert browser(persons["guest"]).get(reverse("returns:time")).status_code == 403
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"save-time", "remove-time", "start-timer"} <= actions


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"minutes": "1441"}, "from 1 to 1440"),
        ({"minutes": "0"}, 'role="alert"'),
        ({"day": "2026-11-21"}, "today or earlier"),
        ({"user": ""}, "given for people without an account"),
        ({"bet": "9" * 30}, 'role="alert"'),
        ({"note": "x" * 10_000}, 'role="alert"'),
    ],
)
def test_time_that_cannot_be_is_refused(
    owner: Actor, bet: Bet, wrong: dict[str, str], said: str
) -> None:
    entry = {"day": "2026-11-20", "minutes": "15", "bet": str(bet.pk), "user": str(owner.user_id)}
    answer = send(owner, "add-time", **(entry | wrong))
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not Worked.objects.exists()


def test_rates_have_a_source_and_a_day(owner: Actor, teammate: Actor) -> None:
    assert "No role is named yet" in page(owner, "rates")
    saved(owner, "add-role", name="Volunteer", given="on")
    role = WorkRole.objects.get()
    again = send(owner, "add-role", name=" volunteer ")
    assert "must be one that isn" in again.content.decode()
    assert "no rate yet" in page(owner, "rates")
    rate = {"role": role.pk, "hourly": "20", "currency": "EUR", "since": "2026-01-01"}
    assert 'role="alert"' in send(owner, "add-rate", **rate, source="").content.decode()
    saved(owner, "add-rate", **rate, source="a published table")
    again = send(owner, "add-rate", **rate, source="another table")
    assert "on which no other rate of this role begins" in again.content.decode()
    found = Rate.objects.get()
    saved(owner, "rate", found.pk, **(rate | {"hourly": "21.5"}), source="a published table")
    said = page(teammate, "rates")
    assert "21.5 EUR" in said
    assert "a published table" in said
    saved(owner, "workers", **{f"person_{teammate.user_id}": role.pk})
    assert Worker.objects.get().role == role
    saved(owner, "workers", **{f"person_{teammate.user_id}": ""})
    assert not Worker.objects.exists()
    saved(owner, "role", role.pk, name="Volunteers", given="on")
    saved(owner, "rate", found.pk, do="remove")
    saved(owner, "role", role.pk, do="remove")
    assert not WorkRole.objects.exists()


def test_who_may_only_look_changes_nothing(persons: dict[str, Actor], bet: Bet) -> None:
    approver = persons["approver"]
    for name in ("costs", "rates", "exchange"):
        assert "/add/" not in page(approver, name).replace("/time/add/", "")
    for name in ("add-charge", "add-role", "add-rate", "workers", "add-exchange", "read-charges"):
        assert browser(approver).get(reverse(f"returns:{name}")).status_code == 403
    assert send(approver, "currency", currency="USD").status_code == 403
    for name in ("charges-as-csv", "times-as-csv"):
        assert browser(approver).get(reverse(f"returns:{name}")).status_code == 403


def test_files_go_out_and_come_in_again_without_anything_twice(
    owner: Actor, teammate: Actor, bet: Bet
) -> None:
    role = WorkRole.objects.create(organisation_id=owner.organisation_id, name="Nurse")
    bought = (
        "what;kind;amount;currency;first_day;last_day;every;life_months;residual;source;uses\r\n"
        "Scheduler;tools;29,90;;1.1.2026;;month;;;invoice 1;#1.1=2\r\n"
        "=Camera;KIT;360;EUR;2026-02-01;;once;36;60;;\r\n"
        "Studio;other;;EUR;2026-02-01;;;;;;\r\n"
    )
    for _again in range(2):
        saved(owner, "read-charges", file=SimpleUploadedFile("b.csv", bought.encode()))
    rows = Charge.objects.order_by("pk").values_list("what", "amount", "every", "life_months")
    assert list(rows) == [
        ("Scheduler", 29.9, "month", None),
        ("=Camera", 360.0, "once", 36),
        ("Studio", None, "once", None),
    ]
    out = browser(owner).get(reverse("returns:charges-as-csv")).content
    assert b"'=Camera" in out
    assert b"#1.1=2" in out
    saved(owner, "read-charges", file=SimpleUploadedFile("b.csv", out))
    assert Charge.objects.count() == 3

    worked = (
        "day,minutes,person,role,bet,how,note\n"
        "2026-11-17,45,Teammate,,#1.1,,filming\n"
        "2026-11-17,45,teammate,,#1.1,,filming\n"
        "2026-11-18,600,,Nurse,,estimate,open day\n"
    )
    for _again in range(2):
        saved(owner, "read-times", file=SimpleUploadedFile("t.csv", worked.encode()))
    out = browser(owner).get(reverse("returns:times-as-csv")).content
    saved(owner, "read-times", file=SimpleUploadedFile("t.csv", out))
    found = Worked.objects.order_by("pk").values_list("user", "role", "bet", "origin", "minutes")
    assert list(found) == [
        (teammate.user_id, None, bet.pk, "file", 45),
        (teammate.user_id, None, bet.pk, "file", 45),
        (None, role.pk, None, "estimate", 600),
    ]
    kept = AuditEntry.objects.filter(action="add-times").order_by("pk")
    assert [one.details["rows"] for one in kept] == [3, 0, 0]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("read-charges", "what,kind,amount,first_day\nAds,banner,1,2026-01-01\n", "row 2: kind is"),
        ("read-charges", "what,kind,amount,first_day\nAds,tools,1 000,2026-01-01\n", "amount is"),
        ("read-charges", "what,kind,amount,first_day\nAds,tools,1,soon\n", "write a day as"),
        ("read-charges", "what,kind\nAds,tools\n", "there is no column “amount”"),
        ("read-charges", "what,what\n", "stands there twice"),
        ("read-charges", "\x00", 'role="alert"'),
        ("read-times", "day,minutes,person\n2026-11-17,5,nobody\n", "is no member of your"),
        ("read-times", "day,minutes,role\n2026-11-17,5,Nurse\n", "there is no role"),
        ("read-times", "day,minutes,person,bet\n2026-11-17,5,owner,#7.7\n", "there is no bet"),
        ("read-times", "day,minutes,person\n2026-12-17,5,owner\n", "today or earlier"),
        ("read-times", "day,minutes,person\n2026-11-17,5.5,owner\n", "write a whole number"),
        ("read-times", 'day,minutes\n"2026', "This is no CSV"),
    ],
)
def test_a_file_says_of_each_row_what_is_wrong_and_nothing_is_kept(
    owner: Actor, bet: Bet, name: str, text: str, said: str
) -> None:
    answer = send(owner, name, file=SimpleUploadedFile("x.csv", text.encode()))
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not Charge.objects.exists()
    assert not Worked.objects.exists()


def test_another_house_sees_and_changes_nothing_of_it(
    owner: Actor, stranger: Actor, bet: Bet
) -> None:
    entry = {"day": "2026-11-20", "minutes": "15", "bet": bet.pk}
    saved(owner, "add-time", **entry, user=owner.user_id)
    charge = {"what": "Ads", "kind": "advertising", "amount": "77", "every": "once"}
    saved(owner, "add-charge", **charge, currency="EUR", first_day="2026-11-16")
    saved(owner, "add-role", name="Editor")
    number = Worked.objects.get().pk
    for name, row in (
        ("time-row", number),
        ("charge", Charge.objects.get().pk),
        ("role", WorkRole.objects.get().pk),
    ):
        address = reverse(f"returns:{name}", args=[row])
        assert browser(stranger).get(address).status_code == 404
        assert send(stranger, name, row, do="remove").status_code == 404
    said = page(stranger, "costs", first="2026-11-01", last="2026-11-30")
    assert "Ads" not in said
    assert "Films" not in page(stranger, "add-time")
    wrong = send(stranger, "add-time", **entry, user=stranger.user_id)
    assert "Select a valid choice" in wrong.content.decode()
