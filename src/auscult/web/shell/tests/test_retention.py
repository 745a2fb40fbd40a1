"""What is older than it may be goes, everywhere, counted in the audit trail."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now as real_now

from auscult.engine.kernel.clock import FixedClock
from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts import audit
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import Actor, AuditEntry, Membership, Organisation, User
from auscult.web.accounts.people_actions import remove_member
from auscult.web.accounts.queries import system_actor
from auscult.web.alerts.models import Alert
from auscult.web.briefs.models import Brief
from auscult.web.dashboards.models import DayFigures
from auscult.web.delivery.actions import post_mail
from auscult.web.delivery.models import Letter, State
from auscult.web.listening.models import HourlyCount, Mention, Watch
from auscult.web.shell import retention
from auscult.web.shell.jobs import JOBS
from auscult.web.sources.models import BrokenLine, Source
from programs import user_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def worker(actor: Actor) -> Actor:
    return system_actor(actor.organisation_id, "retention", clock=actor.clock)


def client_of(actor: Actor) -> Client:
    client = Client()
    client.force_login(user_of(actor), backend="auscult.web.accounts.sign_in.Passwords")
    return client


def test_letters_stay_for_as_long_as_the_house_says(owner: Actor, clock: FixedClock) -> None:
    retention.set_rules(owner, days={"letters": 60})
    post_mail(owner, to=["a@b.example"], subject="s", text="t", key="k")
    Letter.objects.update(state=State.SENT)
    for days, left in ((45, 1), (16, 0)):
        clock.advance(days * DAY)
        for job in JOBS:
            while job.run(worker(owner)):
                pass
        assert Letter.objects.count() == left


def test_a_person_decides_and_that_is_written_down(owner: Actor) -> None:
    assert retention.rules(owner)["letters"] == 30
    retention.set_rules(owner, days={"letters": 7, "figures": None})
    assert retention.rules(owner)["letters"] == 7
    entry = AuditEntry.objects.get(action="set-retention")
    assert entry.details == {"letters": [30, 7]}


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"audit": 364}, "365 to 36500"),
        ({"letters": 0}, "1 to 36500"),
        ({"letters": 40_000}, "1 to 36500"),
        ({"dreams": 1}, "The kinds are mentions, samples"),
    ],
)
def test_what_cannot_be_is_refused(owner: Actor, days: dict[str, int], said: str) -> None:
    with pytest.raises(Correctable) as caught:
        retention.set_rules(owner, days=days)
    assert said in caught.value.hint


def test_only_who_may_decides(persons: dict[str, Actor]) -> None:
    for name, actor in persons.items():
        allowed = name in {"owner", "privacy"}
        assert client_of(actor).get(reverse("retention")).status_code == (200 if allowed else 403)
        if not allowed:
            with pytest.raises(NotAllowed):
                retention.set_rules(actor, days={"letters": 7})


def test_the_page_decides(owner: Actor) -> None:
    client = client_of(owner)
    kept = {name: days or "" for name, days in retention.rules(owner).items()}
    assert client.post(reverse("retention"), {**kept, "audit": "100"}).status_code == 400
    assert client.post(reverse("retention"), {**kept, "lines": "14"}).status_code == 302
    assert retention.rules(owner)["lines"] == 14
    assert retention.rules(owner)["mentions"] is None


def _planted(owner: Actor, clock: FixedClock) -> Source:
    now = clock.now()
    source = Source.objects.create(
        organisation_id=owner.organisation_id, name="s", connector="files",
        next_attempt=now, created_at=now,
    )  # fmt: skip
    for age in (1, 50, 100, 400):
        at = now - age * DAY
        Mention.objects.create(
            id=age, organisation_id=owner.organisation_id, origin=source, uri=f"at://{age}",
            created_at=at, collected_at=at, text="flu",
        )  # fmt: skip
        BrokenLine.objects.create(source=source, location="x", line=age, reason="r", at=at)
    return source


def test_old_rows_go_and_are_counted(owner: Actor, stranger: Actor, clock: FixedClock) -> None:
    _planted(owner, clock)
    Session.objects.create(
        session_key="old", session_data="", expire_date=real_now() - timedelta(days=400)
    )
    retention.set_rules(owner, days={"mentions": 60})
    while retention.apply(worker(owner)):
        pass
    assert set(Mention.objects.values_list("uri", flat=True)) == {"at://1", "at://50"}
    assert set(BrokenLine.objects.values_list("line", flat=True)) == {1, 50}
    assert not Session.objects.filter(session_key="old").exists()
    assert not HourlyCount.objects.exists()
    lines = AuditEntry.objects.get(action="expire-lines")
    assert (lines.actor, lines.details["rows"]) == ("retention", 2)
    mentions = AuditEntry.objects.filter(action="expire-mentions")
    assert sum(entry.details["mentions"] for entry in mentions) == 2
    before = AuditEntry.objects.count()
    assert not retention.apply(worker(owner))
    assert AuditEntry.objects.count() == before  # where nothing goes, nothing is written


def test_past_alerts_old_briefs_and_figures_of_days_go(
    owner: Actor, stranger: Actor, clock: FixedClock
) -> None:
    now = clock.now()
    for actor in (owner, stranger):
        mine = Organisation.objects.get(pk=actor.organisation_id)
        watch = Watch.objects.create(
            organisation=mine, name="w", query="flu", canonical="flu", created_at=now,
            changed_at=now,
        )  # fmt: skip
        for age in (20, 50, 100):
            at = now - age * DAY
            Brief.objects.create(organisation=mine, week=at.date(), made_at=at)
            DayFigures.objects.create(
                watch=watch, kind=1, day=at.date().toordinal(), best=b"", words=b"", names=b""
            )
            for past_at in (None, at):
                Alert.objects.create(
                    organisation=mine, name="n", kind="volume", key=f"{age} {past_at}", since=at,
                    raised_at=at, last_at=at, turned_at=at, past_at=past_at,
                    state="open" if past_at is None else "past",
                )  # fmt: skip
    retention.set_rules(owner, days={"alerts": 60, "briefs": 44, "figures": 30})
    for actor in (owner, stranger):
        while retention.apply(worker(actor)):
            pass

    def left(actor: Actor, rows: Any) -> int:
        mine: int = rows.filter(organisation_id=actor.organisation_id).count()
        return mine

    # What goes on stays; of a brief counts the end of its week.
    assert [left(one, Alert.objects) for one in (owner, stranger)] == [3 + 2, 6]
    assert [left(one, Brief.objects) for one in (owner, stranger)] == [2, 3]
    days = [
        DayFigures.objects.filter(watch__organisation_id=one.organisation_id).count()
        for one in (owner, stranger)
    ]
    assert days == [1, 3]


def test_the_account_of_who_left_goes_after_its_time(
    owner: Actor, teammate: Actor, stranger: Actor, clock: FixedClock
) -> None:
    member = Membership.objects.get(user__username=teammate.name)
    remove_member(owner, member=member)
    later = replace(worker(owner), clock=FixedClock(clock.now() + 31 * DAY))
    while retention.apply(worker(owner)) or retention.apply(worker(stranger)):
        pass
    assert User.objects.filter(username=teammate.name).exists(), "its time isn't over"
    member.save(force_insert=True)  # she came back
    while retention.apply(later):
        pass
    assert User.objects.filter(username=teammate.name).exists()
    member.delete()
    while retention.apply(later):
        pass
    assert not User.objects.filter(username=teammate.name).exists()
    assert User.objects.filter(username=owner.name).exists()
    assert AuditEntry.objects.get(action="expire-accounts").organisation_id == owner.organisation_id


def test_another_organisations_rows_stay(owner: Actor, stranger: Actor, clock: FixedClock) -> None:
    _planted(owner, clock)
    while retention.apply(worker(stranger)):
        pass
    assert BrokenLine.objects.count() == 4


def test_the_audit_trail_loses_its_beginning_alone(
    owner: Actor, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(10):
        record_audit(owner, action="look", target=str(number))
    clock.advance(800 * DAY)
    for number in range(10, 15):
        record_audit(owner, action="look", target=str(number))
    noted = audit.head(owner)
    clock.advance(400 * DAY)
    monkeypatch.setattr("auscult.web.accounts.audit_expiry.AT_ONCE", 4)
    while retention.apply(worker(owner)):
        assert audit.check(owner).broken is None
    done = audit.check(owner, noted=noted)
    assert (done.removed, done.broken) == (11, None)  # with that of the founding
    left = [entry.target for entry in AuditEntry.objects.filter(action="look").order_by("number")]
    assert left == ["10", "11", "12", "13", "14"]
