"""Files on their way into the book: looked at, read in once, taken back; and whose they are."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from auscult.engine.kernel.clock import FixedClock
from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts import queries as accounts
from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import Actor, AuditEntry, User
from auscult.web.accounts.queries import system_actor
from auscult.web.returns import happening, intake_actions, intake_queries
from auscult.web.returns.errors import IntakeRefused, ReturnsRefused
from auscult.web.returns.intake_becoming import Meant
from auscult.web.returns.intake_models import WaitingFile
from auscult.web.returns.intake_reading import Choice
from auscult.web.returns.outcome_models import Intake, Outcome, OutcomeKind, PhoneLine, Touch
from auscult.web.returns.phone_actions import LineWish, save_line

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 20)
TABLE = (
    b"date;event;count;amount;channel;campaign\n"
    b"2026-11-18;Donation;2;1.250,50;Mastodon;Open day\n"
    b"2026-11-19;Sign-up;3;;;\n2026-11-19;View;99;;;\nyesterday;Sign-up;1;;;\n2027-03-01;Sign-up;1;;;\n"
)


@pytest.fixture(autouse=True)
def simulated(monkeypatch: pytest.MonkeyPatch, clock: FixedClock) -> None:
    """Let people who come by a browser have the tests' clock, on Friday 20 November 2026."""
    monkeypatch.setattr(accounts, "SystemClock", lambda: clock)


@pytest.fixture
def donation(owner: Actor) -> OutcomeKind:
    return OutcomeKind.objects.create(
        organisation_id=owner.organisation_id, name="Donations", slug="donation", what="donation"
    )


@pytest.fixture
def sign_up(owner: Actor) -> OutcomeKind:
    return OutcomeKind.objects.create(
        organisation_id=owner.organisation_id, name="Sign-ups", slug="sign-up", what="sign-up"
    )


def browser(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=actor.name))
    return client


def page(actor: Actor, name: str, *args: Any) -> str:
    answer = browser(actor).get(reverse(f"returns:{name}", args=args))
    assert answer.status_code == 200, answer.content.decode()[:500]
    return " ".join(answer.content.decode().split())


def brought(actor: Actor, data: bytes = TABLE, origin: str = "csv") -> Any:
    file = SimpleUploadedFile("november.csv", data)
    return browser(actor).post(reverse("returns:add-intake"), {"origin": origin, "file": file})


def sent(actor: Actor, **values: Any) -> Any:
    return browser(actor).post(reverse("returns:waiting-file"), values)


def by_hand(actor: Actor, data: bytes, origin: str = "csv", **meant: Any) -> Intake:
    file = intake_actions.bring_file(actor, origin=origin, name="x", data=data)
    return intake_actions.read_in(
        actor, file=file, meant=Meant(choice=meant.pop("choice", Choice()), **meant)
    )


def test_a_file_is_looked_at_and_then_read_in(
    owner: Actor, teammate: Actor, donation: OutcomeKind, sign_up: OutcomeKind
) -> None:
    assert brought(teammate).status_code == 302
    assert not Outcome.objects.exists()
    row = WaitingFile.objects.get()
    assert "Donation" not in row.sealed
    said = page(teammate, "waiting-file")
    assert "3 rows can be read, from 18 Nov 2026 to 19 Nov 2026." in said
    assert "“yesterday” is no day or moment" in said
    assert "2027-03-01 is no day from 1990 to today" in said
    assert f'<option value="{donation.pk}" selected>' in said, "named alike"
    assert "waits to be looked at" in page(teammate, "intakes")
    assert "waits to be looked at" not in page(owner, "intakes"), "hers alone"
    names = {"name_0": "View", "name_1": "Sign-up", "name_2": "Donation"}
    chosen = {"kind_0": "", "kind_1": sign_up.pk, "kind_2": donation.pk, "currency": "eur"}
    columns = {"column_at": "date", "column_name": "event", "column_count": "count",
               "column_amount": "amount", "column_channel": "channel",
               "column_campaign": "campaign"}  # fmt: skip
    answer = sent(teammate, do="keep", **names, **chosen, **columns)
    assert answer.status_code == 302, answer.content.decode()
    intake = Intake.objects.get()
    assert intake.rows == 2
    assert [row for row, _said in intake.remarks] == [5, 6]
    told = happening.told(owner, donation, FIRST, LAST)
    assert told.outcomes.value.tolist() == [1250.5, 1250.5]
    touch = Touch.objects.get()
    assert (touch.channel, touch.campaign) == ("mastodon", "Open day")
    assert not WaitingFile.objects.exists()
    assert "Row 5" in page(owner, "intake", intake.pk)
    trail = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"bring-file", "record-outcomes"} <= trail


def test_the_same_file_is_not_read_in_twice_until_it_is_taken_back(
    owner: Actor, persons: dict[str, Actor], donation: OutcomeKind
) -> None:
    guest = persons["guest"]
    intake = by_hand(owner, TABLE, kinds={"Donation": donation}, currency="EUR")
    with pytest.raises(IntakeRefused, match="read in already, on 2026-11-20"):
        intake_actions.bring_file(owner, origin="matomo", name="again", data=TABLE)
    assert "It was read in already" in brought(owner).content.decode()
    with pytest.raises(NotAllowed):
        intake_actions.take_back(guest, intake=intake)
    address = reverse("returns:take-back", args=[intake.pk])
    assert browser(guest).post(address).status_code == 403
    assert browser(owner).post(address).status_code == 302
    assert not Outcome.objects.exists()
    assert not Touch.objects.exists()
    by_hand(owner, TABLE, kinds={"Donation": donation}, currency="EUR")
    assert Outcome.objects.count() == 1


def test_columns_that_are_not_known_by_their_names_are_chosen(
    owner: Actor, sign_up: OutcomeKind
) -> None:
    assert brought(owner, b"Wann,Was,Wieviele\n2026-11-18,Anmeldung,4\n").status_code == 302
    said = page(owner, "waiting-file")
    assert "The columns are “Wann”, “Was”, “Wieviele”" in said
    columns = {"column_at": "Wann", "column_name": "Was", "column_count": "Wieviele"}
    said = sent(owner, do="look", **columns).content.decode()
    assert "Anmeldung" in said
    answer = sent(owner, do="keep", name_0="", kind_0=sign_up.pk, **columns)
    assert "The rows are read differently now" in answer.content.decode()
    assert sent(owner, do="keep", name_0="Anmeldung", kind_0="", **columns).status_code == 200
    assert not Outcome.objects.exists()
    answer = sent(owner, do="keep", name_0="Anmeldung", kind_0=sign_up.pk, **columns)
    assert answer.status_code == 302
    assert Outcome.objects.get().count == 4


def test_doubles_of_two_exports_count_once_and_totals_are_warned_of(
    owner: Actor, sign_up: OutcomeKind
) -> None:
    def visit(seconds: int) -> bytes:
        at = datetime(2026, 11, 18, 10, tzinfo=UTC) + timedelta(seconds=seconds)
        goal = {"type": "goal", "goalName": "Sign-up", "timestamp": int(at.timestamp())}
        shop = {**goal, "type": "ecommerceOrder", "orderId": "A-1"}
        visits = [{"visitorId": "v1", "referrerType": "direct", "actionDetails": [goal, shop]}]
        return json.dumps(visits).encode()

    kinds = {"Sign-up": sign_up}
    by_hand(owner, visit(0), "matomo", kinds=kinds)
    by_hand(owner, visit(60), "matomo", kinds=kinds)
    assert Outcome.objects.count() == 4
    assert len(happening.told(owner, sign_up, FIRST, LAST).outcomes) == 1
    brought(owner, b"date,nb_conversions\n2026-11-18,7\n", "matomo")
    said = page(owner, "waiting-file")
    assert "Sign-ups: 4 (from Matomo)" in said
    assert "they would count twice" in said
    assert "They are totals" in said


def test_calls_of_lines_become_outcomes_with_digests_of_callers(
    owner: Actor, sign_up: OutcomeKind
) -> None:
    wish = LineWish(number="+49 30 123-45", kind=sign_up, channel="Radio", campaign="Autumn")
    line = save_line(owner, wish=wish)
    assert line.number == "+493012345"
    data = (
        b"time,to,from,duration\n2026-11-18 09:00,03012345,+491715550001,75\n"
        b"2026-11-18 09:30,03012345,+491715550001,80\n2026-11-18 10:00,03012345,,4\n"
        b"2026-11-18 11:00,03099999,+491715550002,60\n"
    )
    brought(owner, data, "phone")
    assert "“03012345” is no telephone number" in page(owner, "waiting-file")
    how = {"country": "49", "least": "10", "column_at": "time", "column_dialled": "to",
           "column_caller": "from", "column_seconds": "duration"}  # fmt: skip
    said = " ".join(sent(owner, do="look", **how).content.decode().split())
    assert "Sign-ups, radio, Autumn" in said
    assert "?number=%2B493099999" in said
    assert sent(owner, do="keep", **how).status_code == 302
    rows = Outcome.objects.order_by("at")
    assert [len(one.caller) for one in rows] == [64, 64]
    assert "5550001" not in rows[0].caller
    assert len(happening.told(owner, sign_up, FIRST, LAST).outcomes) == 1, "one caller, one day"
    assert Touch.objects.filter(channel="radio", campaign="Autumn").count() == 2


def test_another_house_and_other_persons_do_not_get_at_it(
    owner: Actor,
    teammate: Actor,
    stranger: Actor,
    persons: dict[str, Actor],
    donation: OutcomeKind,
) -> None:
    intake = by_hand(owner, TABLE, kinds={"Donation": donation}, currency="EUR")
    wish = LineWish(number="+493012345", kind=donation, channel="radio")
    line = save_line(owner, wish=wish)
    file = intake_actions.bring_file(owner, origin="csv", name="x", data=b"date\n2026-11-18\n")
    for name, number in (("intake", intake.pk), ("phone-line", line.pk)):
        address = reverse(f"returns:{name}", args=[number])
        assert browser(stranger).get(address).status_code == 404
    for name, number in (("take-back", intake.pk), ("phone-line", line.pk)):
        address = reverse(f"returns:{name}", args=[number])
        assert browser(stranger).post(address, {"do": "remove"}).status_code == 404
    assert intake_queries.waiting(teammate) is None
    with pytest.raises(ReturnsRefused, match="that you brought"):
        intake_actions.read_in(teammate, file=file, meant=Meant(choice=Choice()))
    with pytest.raises(ReturnsRefused, match="of your organisation"):
        save_line(stranger, wish=wish)
    for name in ("add-intake", "waiting-file", "add-phone-line"):
        assert browser(persons["guest"]).get(reverse(f"returns:{name}")).status_code == 403
    assert browser(stranger).get(reverse("returns:waiting-file")).status_code == 302
    assert Intake.objects.exists()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "submitted file is empty"),
        (b"PK\x03\x04" + b"\0" * 50, "no text"),
        (b"#\n", "no table"),
        (b"[1", "is no JSON"),
    ],
)
def test_what_cannot_be_read_is_refused_at_once(owner: Actor, data: bytes, said: str) -> None:
    answer = brought(owner, data, "matomo")
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not WaitingFile.objects.exists()


def test_hostile_choices_do_not_break_the_page(owner: Actor, donation: OutcomeKind) -> None:
    brought(owner, b"date,event\n2026-11-18,<script>x</script>\n")
    assert "<script>x" not in page(owner, "waiting-file")
    for value in ("\0", "9" * 5000, "x" * 10_000, "-1", "🙂"):
        for do in ("look", "keep", value):
            answer = sent(owner, do=do, kind_0=value, name_0=value, column_at=value, currency=value)
            assert answer.status_code == 200, value
    assert not Outcome.objects.exists()
    assert brought(owner, b"x", "\0").status_code == 200


def test_a_file_that_nobody_reads_in_goes_after_a_day(
    owner: Actor, clock: FixedClock, donation: OutcomeKind
) -> None:
    intake_actions.bring_file(owner, origin="csv", name="x", data=TABLE)
    runner = system_actor(owner.organisation_id, "waiting-files", clock=clock)
    intake_actions.forget_waiting(runner)
    assert WaitingFile.objects.exists()
    WaitingFile.objects.update(at=clock.now() - timedelta(days=1, seconds=1))
    intake_actions.forget_waiting(runner)
    assert not WaitingFile.objects.exists()
    assert AuditEntry.objects.filter(action="expire-files").exists()


def test_a_file_is_put_away_and_replaced(owner: Actor) -> None:
    brought(owner)
    brought(owner, b"date\n2026-11-18\n")
    assert WaitingFile.objects.count() == 1
    assert sent(owner, do="drop").status_code == 302
    assert not WaitingFile.objects.exists()
    assert browser(owner).get(reverse("returns:waiting-file")).status_code == 302


def test_lines_are_kept_once_and_with_their_country(owner: Actor, sign_up: OutcomeKind) -> None:
    sent_values = {"number": "0049 30 12345", "kind": sign_up.pk, "channel": "poster"}
    address = reverse("returns:add-phone-line")
    assert browser(owner).post(address, sent_values).status_code == 302
    line = PhoneLine.objects.get()
    assert line.number == "+493012345"
    again = browser(owner).post(address, {**sent_values, "number": "+4930 12345"})
    assert "one that isn&#x27;t there yet" in again.content.decode()
    wrong = browser(owner).post(address, {**sent_values, "number": "030 12345"})
    assert "a telephone number with its country" in wrong.content.decode()
    change = reverse("returns:phone-line", args=[line.pk])
    assert browser(owner).post(change, {**sent_values, "campaign": "Spring"}).status_code == 302
    assert "Spring" in page(owner, "phone-lines")
    assert browser(owner).post(change, {"do": "remove"}).status_code == 302
    assert not PhoneLine.objects.exists()


def test_too_much_is_refused(owner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_actions, "MOST_BYTES", 10)
    with pytest.raises(Correctable, match="larger than"):
        intake_actions.bring_file(owner, origin="csv", name="x", data=TABLE)
