"""Did it work? Asked by a form, worked out by the runner, shown, taken along and done again."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from auscult.engine.kernel.clock import FixedClock
from auscult.web.accounts import queries as accounts
from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import Actor, AuditEntry, User
from auscult.web.accounts.queries import system_actor
from auscult.web.returns import evidence, study_actions, studying
from auscult.web.returns.errors import ReturnsRefused, ReturnsUnknown
from auscult.web.returns.outcome_models import Outcome, OutcomeKind
from auscult.web.returns.study_actions import StudyWish, ask_study
from auscult.web.returns.study_models import Method, Study, StudyState
from auscult.web.returns.study_tables import Table
from auscult.web.returns.studying import work_due

pytestmark = pytest.mark.django_db
FIRST = date(2026, 6, 1)
BEGAN = date(2026, 9, 1)
DAYS = [FIRST + timedelta(days=at) for at in range(122)]


@pytest.fixture(autouse=True)
def simulated(monkeypatch: pytest.MonkeyPatch, clock: FixedClock) -> None:
    """Let people who come by a browser have the tests' clock; nothing is in work."""
    monkeypatch.setattr(accounts, "SystemClock", lambda: clock)
    studying.IN_WORK.clear()


def browser(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=actor.name))
    return client


def page(actor: Actor, name: str, *args: Any) -> str:
    answer = browser(actor).get(reverse(f"returns:{name}", args=args))
    assert answer.status_code == 200, answer.content.decode()[:500]
    return " ".join(answer.content.decode().split())


def runner(actor: Actor, clock: FixedClock) -> Actor:
    return system_actor(actor.organisation_id, "studies", clock=clock)


def work(owner: Actor, clock: FixedClock) -> None:
    while work_due(runner(owner, clock)):
        pass


def counted(planted: float) -> Table:
    """Calls of a clinic beside two others; so many more since September."""
    rng = np.random.default_rng(5)
    season = 1 + 0.1 * np.sin(np.arange(122) / 25)
    more = np.where(np.array(DAYS) >= BEGAN, planted, 0.0)
    columns = {
        "calls": rng.poisson(80 * season) + more,
        "hill": rng.poisson(100 * season),
        "mill": rng.poisson(60 * season),
    }
    return Table(
        times=DAYS, places=[], numbers={name: one.tolist() for name, one in columns.items()}
    )


def towns(planted: float, treated: str = "town 0") -> Table:
    """Fourteen towns by day, one of which gets so many more since September."""
    rng = np.random.default_rng(7)
    season = 1 + 0.1 * np.sin(np.arange(122) / 25)
    times, places, values = [], [], []
    for number in range(14):
        name = f"town {number}"
        more = np.where(np.array(DAYS) >= BEGAN, planted if name == treated else 0.0, 0.0)
        times += DAYS
        places += [name] * 122
        values += (rng.poisson((60 + 8 * number) * season) + more).tolist()
    return Table(times=times, places=places, numbers={"visits": values})


def sent(table: Table) -> SimpleUploadedFile:
    return SimpleUploadedFile("data.csv", table.as_csv().encode())


COMMON = {"title": "Autumn campaign", "upward": "up", "worthwhile": "10"}


def asked(actor: Actor, method: str, table: Table | None = None, **more: Any) -> Study:
    data = {**COMMON, **more} | ({"file": sent(table)} if table else {})
    answer = browser(actor).post(reverse("returns:ask-study", args=[method]), data)
    assert answer.status_code == 302, answer.content.decode()[:5000]
    return Study.objects.latest("pk")


def test_a_campaign_that_worked_is_found_shown_and_done_again(
    owner: Actor, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    study = asked(owner, "interrupted", counted(16), start=BEGAN.isoformat())
    assert study.state == StudyState.WAITING
    assert 'hx-trigger="every 2s"' in page(owner, "study", study.pk)
    work(owner, clock)
    study.refresh_from_db()
    assert (study.state, study.percent, study.error) == (StudyState.DONE, 100, "")
    found = study.answer
    assert found["verdict"] == "it worked"
    assert found["effect"]["low"] < 16 < found["effect"]["high"]
    said = page(owner, "study", study.pk)
    assert "It worked" in said
    assert "The outcome moved the wanted way, and chance doesn&#x27;t explain it." in said
    assert "nothing else began at the same time" in said
    assert 'hx-trigger="every 2s"' not in said
    assert said.count("<svg") >= 3, "the course, placebos in time and in space"
    assert "Autumn campaign" in page(owner, "studies")

    client = browser(owner)
    data = client.get(reverse("returns:study-parquet", args=[study.pk])).content
    told = client.get(reverse("returns:study-notebook", args=[study.pk])).content
    (tmp_path / f"study-{study.pk}.parquet").write_bytes(data)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec("".join(json.loads(told)["cells"][1]["source"]), names)
    assert names["found"].as_data() == found
    assert "it worked" in capsys.readouterr().out
    assert AuditEntry.objects.filter(action="take-study").count() == 2


def test_a_campaign_that_did_nothing_is_not_said_to_have_worked(
    owner: Actor, clock: FixedClock
) -> None:
    study = asked(owner, "interrupted", counted(0), start=BEGAN.isoformat())
    work(owner, clock)
    study.refresh_from_db()
    assert study.answer["verdict"] in {"no sign of it", "can't tell"}


def test_the_book_of_the_house_is_asked(owner: Actor, clock: FixedClock) -> None:
    kinds = [
        OutcomeKind.objects.create(organisation_id=owner.organisation_id, name=name, slug=name)
        for name in ("calls", "hill")
    ]
    table = counted(16)
    for kind in kinds:
        Outcome.objects.bulk_create(
            Outcome(
                organisation_id=owner.organisation_id,
                kind=kind,
                at=clock.now().replace(year=day.year, month=day.month, day=day.day),
                only_day=True,
                count=int(count),
                origin="typed",
            )
            for day, count in zip(DAYS, table.numbers[kind.name], strict=True)
        )
    study = asked(
        owner, "interrupted", start=BEGAN.isoformat(), kind=kinds[0].pk,
        controls=[f"kind:{kinds[1].pk}", f"kind:{kinds[0].pk}"],
        first_day=DAYS[0].isoformat(), last_day=DAYS[-1].isoformat(),
    )  # fmt: skip
    work(owner, clock)
    study.refresh_from_db()
    assert study.answer["verdict"] == "it worked"
    kept = Table.from_parquet(bytes(study.data))
    assert dict(kept.numbers) == {name: table.numbers[name] for name in ("calls", "hill")}
    (found,) = evidence.incremental(owner, kinds[0], date(2026, 9, 15), date(2026, 12, 31))
    assert (found.verdict, found.first, found.last) == ("it worked", BEGAN, DAYS[-1])
    assert found.low is not None
    assert found.high is not None
    assert found.low < 16 * 30 < found.high
    assert not evidence.incremental(owner, kinds[0], date(2026, 1, 1), date(2026, 8, 31))
    assert not evidence.incremental(owner, kinds[1], date(2026, 9, 15), date(2026, 12, 31))


@pytest.mark.parametrize("method", ["synthetic", "difference"])
def test_places_are_held_against_places(owner: Actor, clock: FixedClock, method: str) -> None:
    treated = "town 0\ntown 5\ntown 9"
    table = towns(40)
    study = asked(owner, method, table, start=BEGAN.isoformat(), treated=treated)
    work(owner, clock)
    study.refresh_from_db()
    assert study.state == StudyState.DONE, study.error
    assert study.answer["effect"]["mean"] > 5
    assert "What chance alone does" in page(owner, "study", study.pk)


def test_an_experiment_is_drawn_before_its_data_come(owner: Actor, clock: FixedClock) -> None:
    past = towns(0)
    study = asked(owner, "places", past, length="28")
    work(owner, clock)
    study.refresh_from_db()
    assert study.state == StudyState.DESIGNED, study.error
    drawn = study.design
    assert len(drawn["pairs"]) == 7
    assert 28 in drawn["power"]["sizes"]
    said = page(owner, "study", study.pk)
    assert "Who gets it" in said
    assert f"seed {study.seed}" in said
    treated = {one for one, _other in drawn["pairs"]}
    values = [
        value + (30 if place in treated and str(day) >= BEGAN.isoformat() else 0)
        for day, place, value in zip(past.times, past.places, past.numbers["visits"], strict=True)
    ]
    after = Table(times=past.times, places=past.places, numbers={"visits": values})
    where = reverse("returns:bring-study", args=[study.pk])
    answer = browser(owner).post(where, {"file": sent(after), "start": BEGAN.isoformat()})
    assert answer.status_code == 302, answer.content.decode()
    work(owner, clock)
    study.refresh_from_db()
    assert study.state == StudyState.DONE, study.error
    assert study.design == drawn, "it never changes"
    assert study.answer["verdict"] == "it worked"
    with pytest.raises(ReturnsRefused, match="waits for its data"):
        study_actions.bring_data(owner, study=study, data=after.as_parquet(), start="2026-09-01")


def test_a_switchback_is_drawn_and_analysed(owner: Actor, clock: FixedClock) -> None:
    past = Table(times=DAYS, places=[], numbers={"calls": counted(0).numbers["calls"]})
    start = date(2026, 10, 5)
    study = asked(
        owner, "switchback", past, start=start.isoformat(), stretch="7", skip="1", pairs="7"
    )
    work(owner, clock)
    study.refresh_from_db()
    assert study.state == StudyState.DESIGNED, study.error
    assert "When it is on" in page(owner, "study", study.pk)
    rng = np.random.default_rng(3)
    days = [start + timedelta(days=at) for at in range(98)]
    on = np.repeat(study.design["on"], 7)
    calls = rng.poisson(np.where(on, 110, 80)).astype(float).tolist()
    data = Table(times=days, places=[], numbers={"calls": calls})
    answer = browser(owner).post(
        reverse("returns:bring-study", args=[study.pk]), {"file": sent(data)}
    )
    assert answer.status_code == 302
    work(owner, clock)
    study.refresh_from_db()
    assert study.answer["verdict"] == "it worked"


def wish(table: Table | None = None, **more: Any) -> StudyWish:
    question = {
        "outcome": "calls",
        "controls": ["hill", "mill"],
        "start": BEGAN.isoformat(),
        "worthwhile": 0.1,
        "upward": True,
        "level": 0.05,
        **more,
    }
    data = (table or counted(16)).as_parquet()
    return StudyWish(title="Asked", method=Method.INTERRUPTED, question=question, data=data)


def test_what_was_left_by_a_runner_that_was_killed_is_done_again(
    owner: Actor, clock: FixedClock
) -> None:
    study = ask_study(owner, wish=wish(), seed=1)
    assert work_due(runner(owner, clock)), "the first slice claims it"
    study.refresh_from_db()
    assert (study.state, study.percent) == (StudyState.WORKING, 10)
    studying.IN_WORK.clear()  # what a process knew goes with it
    assert not work_due(runner(owner, clock)), "another holds it still"
    clock.advance(studying.HELD + timedelta(seconds=1))
    work(owner, clock)
    study.refresh_from_db()
    assert study.state == StudyState.DONE
    assert not work_due(runner(owner, clock)), "an answer is worked out once"


def test_what_is_removed_while_it_is_worked_out_is_gone(owner: Actor, clock: FixedClock) -> None:
    study = ask_study(owner, wish=wish(), seed=1)
    work_due(runner(owner, clock))
    study_actions.remove_study(owner, study=study)
    assert not work_due(runner(owner, clock))
    assert not Study.objects.exists()
    assert not studying.IN_WORK


def test_what_the_engine_refuses_is_said(owner: Actor, clock: FixedClock) -> None:
    early = wish(start=(FIRST + timedelta(days=5)).isoformat())
    study = ask_study(owner, wish=early, seed=1)
    work(owner, clock)
    study.refresh_from_db()
    assert study.state == StudyState.REFUSED
    said = page(owner, "study", study.pk)
    assert "Only 5 times lie before the start." in said
    assert "Work it out again" in said
    browser(owner).post(reverse("returns:study-again", args=[study.pk]))
    study.refresh_from_db()
    assert study.state == StudyState.WAITING


def test_a_form_says_what_is_wrong(owner: Actor) -> None:
    def refused(method: str = "interrupted", **data: Any) -> str:
        answer = browser(owner).post(
            reverse("returns:ask-study", args=[method]), {**COMMON, **data}
        )
        assert answer.status_code == 200
        return " ".join(answer.content.decode().split())

    start = BEGAN.isoformat()
    assert "choose a file with the data" in refused(start=start)
    assert "isn&#x27;t within the data" in refused(start="2030-01-01", file=sent(counted(1)))
    assert "must be one of: calls, hill, mill" in refused(
        start=start, file=sent(counted(1)), column="calling"
    )
    assert "isn&#x27;t among the series" in refused(
        "synthetic", start=start, file=sent(towns(1)), treated="Nowhere"
    )
    assert "no day; write it as" in refused(
        start=start, file=SimpleUploadedFile("a.csv", b"date,n\n2026-01-01,1\nx,2\ny,3\n")
    )
    assert not Study.objects.exists()
    assert browser(owner).get(reverse("returns:ask-study", args=["made-up"])).status_code == 404


def test_who_may(owner: Actor, persons: dict[str, Actor], stranger: Actor) -> None:
    study = ask_study(owner, wish=wish(), seed=1)
    for name, actor in persons.items():
        may_ask = name in {"owner", "editor", "analyst"}
        answer = browser(actor).get(reverse("returns:study", args=[study.pk]))
        assert answer.status_code == 200, name
        answer = browser(actor).get(reverse("returns:study-ways"))
        assert answer.status_code == (200 if may_ask else 403), name
        if not may_ask:
            with pytest.raises(NotAllowed):
                ask_study(actor, wish=wish(), seed=1)
    for name in ("study", "study-csv", "study-parquet", "study-notebook", "remove-study"):
        where = reverse(f"returns:{name}", args=[study.pk])
        assert browser(stranger).get(where).status_code == 404, name
    with pytest.raises(ReturnsUnknown):
        study_actions.remove_study(stranger, study=study)


def test_a_house_has_so_many_questions_at_once(
    owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(study_actions, "MOST_WAITING", 1)
    ask_study(owner, wish=wish(), seed=1)
    with pytest.raises(ReturnsRefused, match="wait until some are answered"):
        ask_study(owner, wish=wish(), seed=2)
