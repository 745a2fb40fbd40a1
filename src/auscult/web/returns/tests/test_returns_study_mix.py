"""What each channel brought: asked by plain questions, fitted beside the runner, shown, handed on."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from auscult.engine.kernel.clock import FixedClock
from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts import queries as accounts
from auscult.web.accounts.models import Actor, Team, User
from auscult.web.accounts.queries import system_actor
from auscult.web.goals.models import Objective, Priority
from auscult.web.planning import actions as plan_actions
from auscult.web.planning.bet_actions import BetWish, save_bet
from auscult.web.planning.estimate_models import Estimate
from auscult.web.planning.models import Bet
from auscult.web.returns import (
    evidence,
    mix_notebook,
    mix_process,
    mix_views,
    mix_working,
    studying,
)
from auscult.web.returns.errors import ReturnsRefused
from auscult.web.returns.mix_asking import plain_series, suggested
from auscult.web.returns.outcome_models import OutcomeKind
from auscult.web.returns.study_answers import Asked
from auscult.web.returns.study_models import Method, Study, StudyState
from auscult.web.returns.study_tables import Table
from auscult.web.returns.studying import work_due

pytestmark = pytest.mark.django_db
FIRST = date(2026, 6, 1)
DAYS = [FIRST + timedelta(days=at) for at in range(120)]


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


def counted() -> tuple[Table, float]:
    """Calls that posts brought, beside radio that always ran with television; and by posts."""
    rng = np.random.default_rng(3)
    posts = rng.poisson(2, 120) * (rng.random(120) < 0.6)
    radio = rng.gamma(2, 10, 120) * (np.arange(120) % 21 < 7)
    brought = 12 * (1 - np.exp(-posts / 2.0))
    calls = rng.poisson(40 + brought + 0.15 * radio)
    numbers = {"calls": calls, "posts": posts, "radio": radio, "television": 3 * radio}
    plain = {name: one.astype(float).tolist() for name, one in numbers.items()}
    return Table(times=DAYS, places=[], numbers=plain), float(brought.sum())


def begun(owner: Actor, table: Table, **more: Any) -> Study:
    file = SimpleUploadedFile("mix.csv", table.as_csv().encode())
    sent = {"title": "Summer", "file": file, **more}
    answer = browser(owner).post(reverse("returns:ask-mix"), sent)
    assert answer.status_code == 302, answer.content.decode()
    return Study.objects.latest("pk")


def said(table: Table, **more: str) -> dict[str, str]:
    """Return a form about the channels as somebody sends it who changes little."""
    sent = {"outcome": "calls", "count": "on", **more}
    for at, _name in enumerate(table.names):
        usual = {"role": "channel", "echo": "unknown", "doubling": "unknown", "most": "70"}
        for part, value in usual.items():
            sent.setdefault(f"{part}_{at}", value)
    return sent


def test_columns_are_known_by_their_names_and_values() -> None:
    table, _brought = counted()
    found = suggested(Table(times=DAYS, places=[], numbers={"rain": [1.0] * 120, **table.numbers}))
    assert found["outcome"] == "calls"
    assert found["count"]
    assert found["roles"] == {
        "rain": "control", "posts": "channel", "radio": "channel", "television": "channel",
    }  # fmt: skip


def test_a_table_with_places_becomes_a_series_of_each() -> None:
    times = [day for day in DAYS[:70] for _place in "ab"]
    numbers = {"y": [float(at) for at in range(140)], "x": [1.0] * 140, "rain": [0.5] * 140}
    table = Table(times=times, places=["a", "b"] * 70, numbers=numbers)
    channel = {"name": "x", "cost": 0, "echo": [1, 2], "doubling": [1.2, 1.8], "at_most": 0.5}
    asked = {
        "outcome": "y", "count": True, "channels": [channel], "controls": ["rain"],
        "experiments": [],
    }  # fmt: skip
    series = plain_series(asked, table)
    assert series["places"] == ["a", "b"]
    assert series["outcome"][0][:3] == [0.0, 2.0, 4.0]
    assert series["outcome"][1][:3] == [1.0, 3.0, 5.0]
    assert series["controls"] == {"rain": [0.5] * 70}
    holed = Table(
        times=times[1:], places=table.places[1:],
        numbers={name: values[1:] for name, values in numbers.items()},
    )  # fmt: skip
    with pytest.raises(ReturnsRefused, match="a row for each day and place"):
        plain_series(asked, holed)


def test_people_are_asked_of_each_channel(owner: Actor) -> None:
    table, _brought = counted()
    study = begun(owner, table)
    assert study.state == StudyState.DESIGNED
    shown = page(owner, "mix-channels", study.pk)
    assert "After how many days is half of the echo of “radio” over?" in shown
    where = reverse("returns:mix-channels", args=[study.pk])
    nothing = said(table, role_1="out", role_2="out", role_3="out")
    answer = browser(owner).post(where, nothing)
    assert "at least one channel" in answer.content.decode()
    sent = said(table, echo_2="radio", cost_2="500", most_1="40", hold_out="on", follows_1="on")
    assert browser(owner).post(where, sent).status_code == 302
    study.refresh_from_db()
    assert study.state == StudyState.WAITING
    asked = study.question
    posts, radio, _television = asked["channels"]
    assert (posts["at_most"], radio["cost"], radio["echo"]) == (0.4, 500, [0.5, 7.0])
    assert [one["follows_demand"] for one in asked["channels"]] == [True, False, False]
    assert asked["holdout"] == 14
    again = page(owner, "mix-channels", study.pk)
    assert "radio" in again, "what was said stands there again"
    assert re.findall(r'<input[^>]*name="follows_(\d)"[^>]*checked', again) == ["1"]
    series = mix_process.series_of(plain_series(asked, table))
    assert [one.answers.follows_demand for one in series.channels] == [True, False, False]
    assert "'follows_demand': True" in mix_notebook.code(study, "study.parquet")


def test_a_missing_sampler_is_said_with_what_to_install(
    owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mix_views, "SAMPLER", "no_such_sampler")
    assert "auscult[mix]" in page(owner, "ask-mix")


def test_who_may_ask_a_mix(owner: Actor, persons: dict[str, Actor], stranger: Actor) -> None:
    study = begun(owner, counted()[0])
    where = reverse("returns:mix-channels", args=[study.pk])
    for name, actor in persons.items():
        expected = 200 if name in {"owner", "editor", "analyst"} else 403
        assert browser(actor).get(where).status_code == expected, name
    assert browser(stranger).get(where).status_code == 404
    assert browser(owner).get(reverse("returns:use-in-plan", args=[study.pk, 0])).status_code == 404


@pytest.fixture
def bet(owner: Actor) -> Bet:
    """Posts, for twenty more calls a day than four."""
    team = Team.objects.filter(organisation_id=owner.organisation_id).first()
    house = owner.organisation_id
    priority = Priority.objects.create(organisation_id=house, title="Calls", place=1, function=team)
    objective = Objective.objects.create(
        organisation_id=house, priority=priority, title="More calls", measure="", unit="calls",
        baseline=0, baseline_on=FIRST, target=2000, deadline=date(2027, 6, 1),
    )  # fmt: skip
    cycle = plan_actions.plan_cycle(owner, title="Autumn", first_day=date(2026, 11, 16))
    return save_bet(owner, cycle=cycle, wish=BetWish(title="Posts", objective=objective))


def fitted(owner: Actor, clock: FixedClock, bet: Bet, kind: OutcomeKind) -> tuple[Study, float]:
    table, truth = counted()
    study = begun(owner, table, kind=kind.pk)
    sent = said(table, bet_1=str(bet.pk), hold_out="on", cost_1="100", follows_3="on")
    where = reverse("returns:mix-channels", args=[study.pk])
    assert browser(owner).post(where, sent).status_code == 302
    runner = system_actor(owner.organisation_id, "studies", clock=clock)
    while work_due(runner):
        pass
    study.refresh_from_db()
    assert study.state == StudyState.DONE, study.error
    return study, truth


@pytest.mark.slow
def test_a_mix_from_the_file_to_the_plan(
    owner: Actor, clock: FixedClock, bet: Bet, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    pytest.importorskip("nutpie")
    kind = OutcomeKind.objects.create(
        organisation_id=owner.organisation_id, name="Calls", slug="calls"
    )
    study, truth = fitted(owner, clock, bet, kind)
    posts, both = study.answer["contributions"]
    assert (posts["channel"], both["members"]) == ("posts", ["radio", "television"])
    assert posts["total"]["low90"] < truth < posts["total"]["high90"]
    assert both["code"] == "only-together"
    assert len(orjson.dumps(study.answer)) < 200_000
    shown = page(owner, "study", study.pk)
    texts = ("only their sum is known", "hidden and foretold", "The four chains agree")
    for text in (*texts, "You said that it follows demand"):
        assert text in shown
    found = evidence.incremental(owner, kind, DAYS[0], DAYS[-1])
    assert [one.channels for one in found] == [("posts",), ("radio + television",)]
    (curve,) = evidence.curves(owner, bet)
    assert curve.channel == "posts"
    _handed_on(owner, bet, study)
    _done_again(owner, study, tmp_path, monkeypatch)
    assert "only-together" in capsys.readouterr().out


def _handed_on(owner: Actor, bet: Bet, study: Study) -> None:
    """Half of the outcomes count for the objective, whose way is 2,000."""
    use = reverse("returns:use-in-plan", args=[study.pk, 0])
    assert "Use “posts” in the plan" in page(owner, "use-in-plan", study.pk, 0)
    sent = {"bet": str(bet.pk), "hours": "5", "money": "120", "worth": "0.5"}
    assert browser(owner).post(use, sent).status_code == 302
    made = Estimate.objects.get()
    assert (made.hours, made.source) == (5, "posts in “Summer”")
    assert made.money == pytest.approx(120 * bet.cycle.days / 120)
    once = np.median(-np.array(made.ceiling) * np.expm1(-1 / np.array(made.pace)))
    total = study.answer["contributions"][0]["total"]["central"]
    assert once == pytest.approx(total * bet.cycle.days / 120 * 0.5 / 2000, rel=0.1)


def _done_again(
    owner: Actor, study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(owner)
    data = client.get(reverse("returns:study-parquet", args=[study.pk])).content
    told = client.get(reverse("returns:study-notebook", args=[study.pk])).content
    (tmp_path / f"study-{study.pk}.parquet").write_bytes(data)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec("".join(orjson.loads(told)["cells"][1]["source"]), names)
    again = names["found"].contributions[0].total.central
    assert again == pytest.approx(study.answer["contributions"][0]["total"]["central"], rel=0.05)


def asking() -> dict[str, Any]:
    channel = {"name": "posts", "cost": 0, "echo": [1, 2], "doubling": [1.2, 1.8], "at_most": 0.5}
    return {
        "outcome": "calls", "count": True, "channels": [channel], "controls": [],
        "experiments": [], "holdout": 0,
    }  # fmt: skip


@pytest.mark.slow
def test_what_the_process_refuses_is_said() -> None:
    table, _brought = counted()
    short = Table(times=DAYS[:30], places=[], numbers={k: v[:30] for k, v in table.numbers.items()})
    asked = Asked(method=Method.MIX, question=asking(), design={}, data=short.as_parquet(), seed=1)
    with pytest.raises(Correctable, match=r"There are 30 readings in 30 rows\."):
        list(mix_working.in_a_process(asked))


RUNNER = """
import sys
import django

django.setup()
from pathlib import Path
from auscult.web.returns.mix_working import in_a_process
from auscult.web.returns.study_answers import Asked
import orjson

said = orjson.loads(sys.argv[2])
asked = Asked(method="mix", question=said, design={}, data=Path(sys.argv[1]).read_bytes(), seed=1)
work = in_a_process(asked)
next(work)
print("begun", flush=True)
sys.stdin.read()
"""


@pytest.mark.slow
def test_a_fit_ends_with_its_runner_that_is_killed(tmp_path: Path) -> None:
    table, _brought = counted()
    data = tmp_path / "data.parquet"
    data.write_bytes(table.as_parquet())
    command = [sys.executable, "-c", RUNNER, str(data), orjson.dumps(asking()).decode()]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as runner:
        assert runner.stdout is not None
        assert runner.stderr is not None
        assert runner.stdout.readline() == b"begun\n", runner.stderr.read().decode()
        os.kill(runner.pid, signal.SIGKILL)
        # The fit has the same pipe for errors: it is closed once both are gone.
        runner.stderr.read()
