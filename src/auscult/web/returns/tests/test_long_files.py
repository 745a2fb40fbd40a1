"""Long files: the runner reads them in, batch by batch, and a kill costs and doubles nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from auscult.engine.kernel.clock import FixedClock
from auscult.web.accounts.models import Actor, AuditEntry, User
from auscult.web.accounts.queries import system_actor
from auscult.web.returns import (
    intake_actions,
    intake_becoming,
    intake_queries,
    intake_working,
    recording,
)
from auscult.web.returns.errors import IntakeRefused
from auscult.web.returns.intake_becoming import Meant
from auscult.web.returns.intake_models import BegunFile, WaitingFile
from auscult.web.returns.intake_reading import Choice
from auscult.web.returns.intake_working import work_due
from auscult.web.returns.outcome_models import Intake, IntakeState, Outcome, OutcomeKind, Touch

pytestmark = pytest.mark.django_db
ROWS = 50
TABLE = "date,event,order,channel\n" + "".join(
    f"{'yesterday' if at in {7, 33} else date(2026, 10, 1 + at % 30)},{'view' if at % 10 == 9 else 'call'},A-{at},mail\n"
    for at in range(ROWS)
)
KEPT = {f"A-{at}" for at in range(ROWS) if at not in {7, 33} and at % 10 != 9}


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let eight rows be a batch."""
    real = intake_becoming.Becoming.batches

    def batches(self: Any, data: bytes, *, after: int = 0) -> Any:
        return real(self, data, after=after, at_once=8)

    monkeypatch.setattr(intake_becoming.Becoming, "batches", batches)
    intake_working.IN_WORK.clear()
    yield
    intake_working.IN_WORK.clear()


@pytest.fixture
def call(owner: Actor) -> OutcomeKind:
    return OutcomeKind.objects.create(
        organisation_id=owner.organisation_id, name="Calls", slug="call", what="call"
    )


def runner(owner: Actor, clock: FixedClock) -> Actor:
    return system_actor(owner.organisation_id, "long-files", clock=clock)


def begun(owner: Actor, call: OutcomeKind, table: str = TABLE) -> Intake:
    file = intake_actions.bring_file(owner, origin="csv", name="x", data=table.encode())
    meant = Meant(choice=Choice(), kinds={"call": call}, items=ROWS)
    return intake_actions.read_in(owner, file=file, meant=meant)


def page(actor: Actor, name: str, *args: Any) -> str:
    client = Client()
    client.force_login(User.objects.get(username=actor.name))
    answer = client.get(reverse(f"returns:{name}", args=args))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def whole(intake: Intake) -> None:
    """Assert that a file is in the book: every row once, and nothing of the file kept."""
    intake.refresh_from_db()
    assert intake.state == IntakeState.READ
    assert intake.rows == Outcome.objects.count() == len(KEPT)
    assert Outcome.objects.values("order").distinct().count() == len(KEPT)
    assert Touch.objects.count() == len(KEPT)
    assert [row for row, _said in intake.remarks] == [9, 35]
    assert not BegunFile.objects.exists()
    assert not WaitingFile.objects.exists()


def test_a_long_file_is_read_in_by_the_runner_and_shows_how_far_it_is(
    owner: Actor, call: OutcomeKind, clock: FixedClock
) -> None:
    intake = begun(owner, call)
    assert intake.state == IntakeState.READING
    assert not Outcome.objects.exists()
    assert not WaitingFile.objects.exists()
    said = page(owner, "intake", intake.pk)
    assert 'hx-trigger="every 2s"' in said
    assert 'value="0"' in said
    for _slice in range(3):
        assert work_due(runner(owner, clock))
    assert 'value="48"' in page(owner, "intake", intake.pk)
    assert "being read in, 48 %" in page(owner, "intakes")
    with pytest.raises(IntakeRefused, match="read in already"):
        intake_actions.bring_file(owner, origin="csv", name="again", data=TABLE.encode())
    while work_due(runner(owner, clock)):
        pass
    whole(intake)
    assert "every 2s" not in page(owner, "intake", intake.pk)
    assert not intake_working.IN_WORK
    rows = AuditEntry.objects.filter(target="x").order_by("pk")
    assert [one.action for one in rows] == ["bring-file", "read-file-in", "record-outcomes"]
    assert rows[2].details == {"rows": 43, "outcomes": {"call": 43}, "origin": "csv"}


def test_what_a_process_left_is_gone_on_with_once_its_claim_is_over(
    owner: Actor, call: OutcomeKind, clock: FixedClock
) -> None:
    intake = begun(owner, call)
    work_due(runner(owner, clock))
    work_due(runner(owner, clock))
    other = dict(intake_working.IN_WORK)
    intake_working.IN_WORK.clear()  # what a process knew goes with it
    assert not work_due(runner(owner, clock)), "another holds it still"
    clock.advance(intake_working.HELD + timedelta(seconds=1))
    assert work_due(runner(owner, clock))
    now = dict(intake_working.IN_WORK)
    intake_working.IN_WORK.update(other)  # it only slept: its batch isn't kept a second time
    work_due(runner(owner, clock))
    assert Outcome.objects.count() <= 24
    intake_working.IN_WORK.update(now)
    while work_due(runner(owner, clock)):
        pass
    whole(intake)


def test_a_batch_is_kept_with_how_far_it_is_or_not_at_all(
    owner: Actor, call: OutcomeKind, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = begun(owner, call)
    work_due(runner(owner, clock))
    keep = recording.keep

    def broken(*args: Any) -> None:
        keep(*args)
        raise OperationalError("the disk is full")

    with monkeypatch.context() as now:
        now.setattr(recording, "keep", broken)
        with pytest.raises(OperationalError):
            work_due(runner(owner, clock))
    assert Outcome.objects.count() == 7
    assert BegunFile.objects.get().done == 8
    clock.advance(intake_working.HELD + timedelta(seconds=1))
    while work_due(runner(owner, clock)):
        pass
    whole(intake)


def test_a_file_is_taken_back_while_it_is_read_in(
    owner: Actor, call: OutcomeKind, clock: FixedClock
) -> None:
    intake = begun(owner, call)
    work_due(runner(owner, clock))
    assert intake_actions.take_back(owner, intake=intake) == 7
    assert not work_due(runner(owner, clock))
    for table in (Outcome, BegunFile, Intake):
        assert not table.objects.exists()
    assert not intake_working.IN_WORK


def test_what_breaks_leaves_nothing_and_says_why(
    owner: Actor, call: OutcomeKind, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = begun(owner, call)
    work_due(runner(owner, clock))
    with monkeypatch.context() as now:
        now.setattr(recording, "keep", lambda *_args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            work_due(runner(owner, clock))
    assert not Outcome.objects.exists()
    assert not BegunFile.objects.exists()
    assert "It broke while it was read in" in page(owner, "intake", intake.pk)
    assert "couldn&#x27;t be read in" in page(owner, "intakes")
    intake_actions.take_back(owner, intake=intake)
    lost = begun(owner, call)
    BegunFile.objects.update(sealed="lost")
    assert not work_due(runner(owner, clock))
    assert "nothing of it was kept" in page(owner, "intake", lost.pk)


def test_a_file_without_an_outcome_says_so(
    owner: Actor, call: OutcomeKind, clock: FixedClock
) -> None:
    intake = begun(owner, call, TABLE.replace("call", "visit"))
    while work_due(runner(owner, clock)):
        pass
    assert "Nothing of it is an outcome here" in page(owner, "intake", intake.pk)


def test_a_kind_that_goes_takes_its_rows_along(
    owner: Actor, call: OutcomeKind, clock: FixedClock
) -> None:
    intake = begun(owner, call)
    call.delete()
    while work_due(runner(owner, clock)):
        pass
    intake.refresh_from_db()
    assert intake.state == IntakeState.BROKEN
    assert intake_queries.brought(intake) == []
