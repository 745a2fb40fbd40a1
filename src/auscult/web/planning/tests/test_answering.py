"""Check-ins by mail: kept once, refused with an answer that says what to do, never believed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import date, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from django.test import override_settings
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from auscult.engine.kernel.clock import FixedClock
from auscult.web.accounts.models import Actor, AuditEntry, Membership, Role, User
from auscult.web.accounts.queries import system_actor
from auscult.web.delivery import sending
from auscult.web.delivery.models import Letter
from auscult.web.delivery.sealing import unsealed
from auscult.web.planning import actions, answering, digest, marks
from auscult.web.planning.answering import Outcome, take_reply
from auscult.web.planning.bet_actions import BetWish, move_bet, save_bet
from auscult.web.planning.errors import ReplyRefused
from auscult.web.planning.marks import Mark
from auscult.web.planning.models import Bet, CheckIn, Cycle, Task
from auscult.web.planning.moves import BetState, CycleState
from auscult.web.planning.people_models import ReadReply

pytestmark = pytest.mark.django_db
WEEK = date(2026, 11, 16)
LINES = "progress: 40\nconfidence: 4\nhours: 2,5\nblockers: Rain\n"


@pytest.fixture(autouse=True)
def house(settings: Any) -> None:
    settings.AUSCULT = dataclasses.replace(settings.AUSCULT, reply_address="plan@lakeside.example")


@pytest.fixture
def mate(teammate: Actor) -> User:
    User.objects.filter(username="teammate").update(email="teammate@lakeside.example")
    return User.objects.get(username="teammate")


@pytest.fixture
def place(mate: User, task: Task) -> str:
    """The address that the teammate's mail of this week is answered to."""
    return marks.address(Mark(cycle=task.bet.cycle_id, person=mate.pk, week=WEEK))


def mail(to: str, text: str = LINES, *, name: str = "<1@phone>", **headers: str) -> bytes:
    made = EmailMessage()
    made["From"] = headers.pop("sender", "Somebody <somebody@elsewhere.example>")
    made["To"] = to
    made["Message-ID"] = name
    for header, value in headers.items():
        made[header.replace("_", "-")] = value
    made.set_content(text)
    return made.as_bytes()


def answers() -> Iterator[tuple[str, str]]:
    for one in Letter.objects.order_by("pk"):
        yield one.recipient, unsealed(one.body)["text"]


def refused(raw: bytes, clock: FixedClock) -> str:
    """What the answer to a refused mail says first."""
    assert take_reply(raw, clock=clock).state == "refused"
    assert not CheckIn.objects.exists()
    ((recipient, text),) = answers()
    assert recipient == "teammate@lakeside.example"
    assert "progress:\nconfidence:\nhours:\nblockers:" in text
    assert "/plan/" in text
    return text.splitlines()[0]


def test_a_reply_checks_in_and_the_same_mail_changes_nothing(
    place: str, task: Task, mate: User, clock: FixedClock
) -> None:
    outcome = take_reply(mail(place), clock=clock)
    assert outcome == Outcome(state="kept", bets=("Films from the wards",))
    said = CheckIn.objects.get()
    assert (said.user, said.week, said.progress, said.confidence, said.hours, said.blockers) == (
        mate, WEEK, 40, 4, 2.5, "Rain",
    )  # fmt: skip
    CheckIn.objects.update(progress=70)
    assert take_reply(mail(place), clock=clock).state == "again"
    assert CheckIn.objects.get().progress == 70
    later = mail(place, LINES.replace("40", "80"), name="<2@phone>")
    assert take_reply(later, clock=clock).state == "kept"
    assert CheckIn.objects.get().progress == 80
    assert not Letter.objects.exists()
    told = AuditEntry.objects.filter(action="check-in")
    assert {one.actor for one in told} == {"teammate by mail"}


def test_who_sends_it_does_not_matter_and_where_it_stands_neither(
    place: str, clock: FixedClock
) -> None:
    raw = mail("someone@lakeside.example", Delivered_To=place.upper(), sender="")
    assert take_reply(raw, clock=clock).state == "kept"


def test_the_digest_is_answered_and_the_answer_is_read(
    owner: Actor, teammate: Actor, mate: User, task: Task, clock: FixedClock
) -> None:
    save_bet(owner, cycle=task.bet.cycle, wish=BetWish(title="Radio", owner=mate))
    actions.subscribe(teammate, wanted=True)
    runner = system_actor(owner.organisation_id, "planning", clock=clock)
    digest.send_digest(runner, week=WEEK)
    letter = Letter.objects.get()
    body = unsealed(letter.body)
    sent = sending._message(letter, body).message()
    read: Any = message_from_bytes(sent.as_bytes(), policy=default)
    text = read.get_body(("plain",)).get_content()
    form = text.partition("your hours of this week):")[2].partition("Read it on the page")[0]
    assert "bet: 1 (Films from the wards)\nprogress:\n" in form
    filled = form
    for line, value in (("progress:", 40), ("confidence:", 3), ("hours:", 2)):
        filled = filled.replace(line, f"{line} {value}")
    quoted = "\n".join(f"> {line}" for line in text.splitlines())
    whole = f"{filled}\nOn Monday, Auscult wrote:\n{quoted}\n"
    outcome = take_reply(mail(read["Reply-To"], whole), clock=clock)
    assert outcome.bets == ("Films from the wards", "Radio")


def test_who_has_nothing_to_say_or_no_mailbox_is_set_gets_no_mark(
    owner: Actor, onlooker: Actor, teammate: Actor, mate: User, task: Task, settings: Any
) -> None:
    User.objects.filter(username=onlooker.name).update(email="onlooker@lakeside.example")
    for actor in (onlooker, teammate):
        actions.subscribe(actor, wanted=True)
    runner = system_actor(owner.organisation_id, "planning", clock=owner.clock)
    digest.send_digest(runner, week=WEEK)
    said = {one.recipient.partition("@")[0]: unsealed(one.body) for one in Letter.objects.all()}
    assert said["onlooker"]["reply_to"] == []
    assert said["teammate"]["reply_to"][0].startswith("plan+")
    Letter.objects.all().delete()
    settings.AUSCULT = dataclasses.replace(settings.AUSCULT, reply_address="")
    digest.send_digest(runner, week=WEEK + timedelta(days=7))
    bodies = [unsealed(one.body) for one in Letter.objects.all()]
    assert [one["reply_to"] for one in bodies] == [[], []]
    assert not any("Or answer this mail" in one["text"] for one in bodies)
    with pytest.raises(ReplyRefused, match="AUSCULT_REPLY_ADDRESS is empty"):
        take_reply(b"", clock=FixedClock(owner.clock.now()))


def test_a_mark_is_good_for_two_weeks(place: str, clock: FixedClock) -> None:
    clock.advance(timedelta(days=9, hours=11))  # Sunday, 29 November, 23:00
    assert take_reply(mail(place), clock=clock).state == "kept"
    assert CheckIn.objects.get().week == WEEK, "it tells of the week that it was asked about"
    CheckIn.objects.all().delete()
    clock.advance(timedelta(hours=1))
    said = refused(mail(place, name="<2@phone>"), clock)
    assert said == "The mail that you answered is older than two weeks."


def test_who_left_is_told(place: str, mate: User, clock: FixedClock) -> None:
    Membership.objects.filter(user=mate).delete()
    assert refused(mail(place), clock) == "You don't belong to this house any more."


def test_who_is_locked_out_checks_in_no_more(place: str, mate: User, clock: FixedClock) -> None:
    User.objects.filter(pk=mate.pk).update(is_active=False)
    assert take_reply(mail(place), clock=clock).state == "refused"
    assert not CheckIn.objects.exists()
    assert not Letter.objects.exists()


def test_who_may_not_check_in_any_more_is_told(place: str, mate: User, clock: FixedClock) -> None:
    Membership.objects.filter(user=mate).update(role=Role.GUEST)
    assert "check in" in refused(mail(place), clock)


def test_a_closed_cycle_takes_nothing(place: str, clock: FixedClock) -> None:
    Cycle.objects.update(state=CycleState.CLOSED)
    assert refused(mail(place), clock) == "The cycle “First hundred” is closed."


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Hello", "No line of your mail says how a bet goes."),
        (LINES.replace("40", "140"), "progress is 140, but must be from 0 to 100."),
        ("bet: 7\n" + LINES, "There is no bet 7 in “First hundred”."),
        (f"bet: 1\n{LINES}bet: 1\n{LINES}", "Your mail names a bet twice."),
        (f"bet: 1\n{LINES}bet: 9\n{LINES}", "There is no bet 9 in “First hundred”."),
        (LINES + "x" * 1_000_000, "Your mail is larger than a megabyte."),
    ],
)
def test_what_a_mail_lacks_is_answered_once_and_nothing_is_kept(
    place: str, clock: FixedClock, text: str, why: str
) -> None:
    raw = mail(place, text)
    assert refused(raw, clock) == why
    assert take_reply(raw, clock=clock).state == "again"
    assert Letter.objects.count() == 1
    assert AuditEntry.objects.filter(action="refuse-reply").count() == 1


def test_a_mail_that_names_no_bet_needs_exactly_one(
    owner: Actor, mate: User, place: str, task: Task, clock: FixedClock
) -> None:
    other = save_bet(owner, cycle=task.bet.cycle, wish=BetWish(title="Radio", owner=mate))
    said = refused(mail(place), clock)
    assert said == (
        "Your mail doesn't say which bet it is about; yours are "
        "1 (Films from the wards), 2 (Radio)."
    )
    move_bet(owner, bet=other, state=BetState.DROPPED)
    assert take_reply(mail(place, name="<2@phone>"), clock=clock).state == "kept"


def test_a_forged_mark_is_answered_to_us_alone_and_once_a_day(
    place: str, mate: User, clock: FixedClock
) -> None:
    other = "a" if place[place.index("@") - 1] != "a" else "b"
    forged = place.replace(place[place.index("@") - 1] + "@", other + "@")
    forged_mails = [
        mail(to, name=f"<{n}@phone>", sender=sender)
        for sender in ("stranger@elsewhere.example", "Mate <TEAMMATE@lakeside.example>", "")
        for n, to in enumerate((forged, "plan@lakeside.example", "plan+x@lakeside.example"))
    ]
    for raw in forged_mails:
        assert take_reply(raw, clock=clock).state == "refused"
    assert not CheckIn.objects.exists()
    ((recipient, text),) = answers()
    assert recipient == "teammate@lakeside.example"
    assert "isn't one that Auscult gave out" in text
    assert AuditEntry.objects.filter(action="refuse-reply").count() == 1  # nobody fills the trail
    with override_settings(SECRET_KEY="another house's"):
        assert take_reply(mail(place), clock=clock).state == "refused"


def test_programs_are_not_answered(place: str, clock: FixedClock) -> None:
    raw = mail(place, Auto_Submitted="auto-replied")
    assert take_reply(raw, clock=clock).state == "ignored"
    assert not CheckIn.objects.exists()
    assert not Letter.objects.exists()


def test_what_was_read_is_forgotten_in_the_end(place: str, clock: FixedClock) -> None:
    take_reply(mail(place), clock=clock)
    ReadReply.objects.update(at=clock.now() - timedelta(days=61))
    take_reply(mail(place, name="<2@phone>"), clock=clock)
    assert ReadReply.objects.count() == 1


def test_a_plan_that_is_gone_answers_nobody(place: str, clock: FixedClock) -> None:
    Cycle.objects.all().delete()
    assert take_reply(mail(place), clock=clock).state == "refused"
    assert not Letter.objects.exists()


def test_two_that_read_the_same_mail_at_once_keep_it_once(
    place: str, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert take_reply(mail(place), clock=clock).state == "kept"
    seen = iter([False, True])
    monkeypatch.setattr(answering, "_was_read", lambda *_given: next(seen))
    assert take_reply(mail(place, LINES.replace("40", "90")), clock=clock).state == "again"
    assert CheckIn.objects.get().progress == 40


@given(st.integers(1, 36**10), st.integers(1, 36**6), st.dates(date(1900, 1, 1), date(2199, 1, 1)))
def test_a_mark_is_read_as_it_was_written_and_fits(cycle: int, person: int, week: date) -> None:
    mark = Mark(cycle=cycle, person=person, week=week)
    place = marks.address(mark)
    assert marks.found(f"Auscult <{place.title()}>") == mark
    assert len(place.partition("@")[0]) <= 64


@given(st.text(alphabet="0123456789abcdefghijklmnopqrstuvwxyz-", max_size=60))
def test_no_made_up_mark_is_taken(text: str) -> None:
    with pytest.raises(ReplyRefused):
        marks.found(f"plan+{text}@lakeside.example")


@given(st.integers(0, 60), st.sampled_from("0123456789abcdefghijklmnopqrstuvwxyz-"))
def test_a_mark_with_another_character_is_none(at: int, other: str) -> None:
    mark = marks.written(Mark(cycle=12, person=345, week=WEEK))
    at %= len(mark)
    changed = mark[:at] + other + mark[at + 1 :]
    if changed != mark:
        with pytest.raises(ReplyRefused):
            marks.found(f"plan+{changed}@lakeside.example")


def test_the_form_speaks_the_readers_language(bet: Bet) -> None:
    with translation.override("de"):
        assert answering.form([bet]).startswith("vorhaben: 1 (Films from the wards)\nfortschritt:")
