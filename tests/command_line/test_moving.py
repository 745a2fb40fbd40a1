"""An organisation goes from one installation to another, of another kind of database, too."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from auscult.web.shell.testing import start_postgres

COMMAND = Path(sys.executable).with_name("auscult")
SETTINGS = {
    name: value
    for name, value in os.environ.items()
    if name not in {"AUSCULT_DATABASE_URL", "AUSCULT_SECRET_KEY", "AUSCULT_ARCHIVE"}
} | {"PHRASE": "correct horse battery", "WRONG": "another long phrase", "SHORT": "abc"}
PLANT = """
import sys
from datetime import timedelta
from pathlib import Path
from auscult.web.shell.start import start
start(Path(sys.argv[1]))
from django.db import transaction
from auscult.web.accounts.actions import add_member, add_organisation
from auscult.web.accounts.models import Role, User
from auscult.web.accounts.queries import actor_for
from auscult.web.listening.actions import forget, save_watch
from auscult.web.shell.first_run import owner
from auscult.web.shell.retention import set_rules
from auscult.web.sources.actions import Keep, add_source
actor = actor_for(owner())
kim = add_member(actor, username="kim", email="kim@house.example", role=Role.ANALYST)
kim.set_password("a long password of kim")
kim.save()
gone = add_member(actor, username="gone", role=Role.EDITOR)
save_watch(actor_for(gone), name="by somebody who left", query="shot NOT dog")
gone.delete()
add_source(actor, name="secret", connector="youtube",
    config={"searches": ["flu"], "key": "AIzaVerySecretKey0123456789"}, keep=Keep(ttl_days=9))
set_rules(actor, days={"lines": 14})
forget(actor, uris=["p:3"], reason="asked")
from datetime import date
from auscult.web.goals.link_actions import add_link
from auscult.web.goals.models import Origin
from auscult.web.goals.objective_actions import ObjectiveWish, save_objective
from auscult.web.goals.priority_actions import PriorityWish, save_priority
from auscult.web.goals.reading_actions import Given, save_readings
from auscult.web.listening.models import Watch
want = save_priority(actor, wish=PriorityWish(title="More flu shots", owner_id=actor.user_id))
goal = save_objective(actor, wish=ObjectiveWish(priority=want, title="Shots", measure="shots",
    baseline=10, baseline_on=date(2026, 1, 1), target=20, deadline=date(2026, 12, 31)))
save_readings(actor, objective=goal, given=[Given(day=date(2026, 2, 1), value=12.5)],
    origin=Origin.TYPED)
add_link(actor, objective=goal, kind="watch", number=Watch.objects.earliest("pk").pk)
from auscult.web.planning import bet_actions, opening, queries, review_actions
from auscult.web.planning.actions import start_cycle, subscribe
from auscult.web.planning.models import ReviewKind, Verdict
from auscult.web.planning.moves import AssumptionState
cycle = opening.open_cycle(actor, title="Winter", first_day=queries.today(actor), focus=[want],
    template="flu-season")
start_cycle(actor, cycle=cycle)
bet = bet_actions.save_bet(actor, cycle=cycle, wish=bet_actions.BetWish(title="Talks",
    objective=goal, effects=(bet_actions.Effect(hours=2, low=1, likely=2, high=3.5),),
    needs=(bet_actions.Wanted(skill="Speaking", hours=1),), depends_on=(cycle.bets.first(),)))
bet_actions.save_task(actor, bet=bet, wish=bet_actions.TaskWish(title="Call", people=(kim,),
    first_day=cycle.first_day, last_day=cycle.last_day))
from auscult.web.planning import resource_actions as have
from auscult.web.planning.allocation_actions import ask_planner
from auscult.web.planning.resource_models import AssetKind
speaking = have.save_skill(actor, name="Speaking")
have.save_capacity(actor, wish=have.CapacityWish(skill=speaking, person=kim, hours=2.5))
have.save_absence(actor, wish=have.AbsenceWish(first_day=cycle.first_day, last_day=cycle.first_day))
have.save_asset(actor, wish=have.AssetWish(kind=AssetKind.MONEY, name="Budget", amount=99.5))
ask_planner(actor, cycle=cycle)
from auscult.web.accounts.queries import system_actor
from auscult.web.planning import commenting, help_actions, readiness_actions as ready
ready.log_practice(actor, done=ready.Practised(network="Radio", day=cycle.first_day, minutes=5,
    tried="Listened"))
ready.ask_account(actor, wish=ready.AccountWish(network="Radio", purpose="Talk", objective=goal,
    feeder=kim, heir=type(kim).objects.get(pk=actor.user_id)))
commenting.add_comment(actor, bet=bet, text="Hm")
type(kim).objects.filter(pk=actor.user_id).update(email="owner@lakeside.example")
help_actions.offer_skill(actor, skill="Cooking")
bet_actions.save_task(actor, bet=bet, wish=bet_actions.TaskWish(title="Cook", skill="cooking",
    kind="help", first_day=cycle.first_day, last_day=cycle.last_day))
assert help_actions.call_for_help(system_actor(actor.organisation_id, "planning")) == 1
review_actions.check_in(actor, bet=bet, report=review_actions.Report(progress=9, confidence=2))
review_actions.save_review(actor, cycle=cycle, kind=ReviewKind.CLOSING,
    findings=review_actions.Findings(actuals={goal: 17.0},
        bets={bet: review_actions.Judged(verdict=Verdict.KEPT, lesson="Call early")},
        assumptions={cycle.assumptions.first(): (AssumptionState.DOUBT, "Rumours rose")}))
review_actions.close_cycle(actor, cycle=cycle)
subscribe(actor, wanted=True)
from datetime import time
from auscult.web.planning import claims_actions
claim = claims_actions.add_claim(actor, wish=claims_actions.ClaimWish(kind="media"))
trial = claims_actions.TrialWish(author="desk", first_day=queries.today(actor) + timedelta(days=3),
    blocks=1, weekdays=(0, 2), one="A", other="B", one_at=time(9), other_at=time(9))
claims_actions.draw_trial(actor, claim=claim, wish=trial, seed=7)
from architecture.rows_of_returns import ROWS_OF_RETURNS as rows
for name in ("charge", "comparator", "edition", "equivalency", "outcome", "short-link",
    "exchange-rate", "rate", "study", "survey", "intake", "phone-line"):
    rows[name](actor)
from auscult.web.returns import cost_models as costs, link_models as links, outcome_models as of
role, call = costs.WorkRole.objects.get(), of.OutcomeKind.objects.get(slug="call")
house = {"organisation_id": actor.organisation_id}
costs.Ledger.objects.update_or_create(**house, defaults={"currency": "CHF", "sites": ["https://x"]})
costs.Worker.objects.create(**house, user=kim, role=role)
costs.Worked.objects.create(**house, user=kim, bet=bet, role=role, day=cycle.first_day, minutes=7)
costs.Use.objects.create(charge=costs.Charge.objects.get(), bet=bet, share=0.25)
link = links.ShortLink.objects.get()
links.VisitCount.objects.create(link=link, day=cycle.first_day, visits=3, untracked=1)
of.Worth.objects.create(kind=call, amount=12.5, currency="CHF", source="desk", day=cycle.first_day)
from auscult.web.returns.recording import OutcomeRow, TouchRow, record
touch = TouchRow(channel="mail", at=actor.clock.now(), bet=bet, link=link)
record(actor, [OutcomeRow(kind=call, at=actor.clock.now(), order="A-1", amount=3.5, currency="EUR",
    touches=(touch,))], of.IntakeOrigin.TYPED)
links.Click.objects.create(link=link, mark="m", at=actor.clock.now())
costs.Timer.objects.create(**house, user=kim, started_at=actor.clock.now())
stranger = add_organisation(organisation="Hilltop", username="stranger")
save_watch(stranger, name="not ours", query="hilltop")
"""
SHOW = """
import sys
from pathlib import Path
from auscult.web.shell.start import start
start(Path(sys.argv[1]))
from auscult.web.accounts.models import User
from auscult.web.sources.models import Source
from auscult.web.sources.secrets import opened_config
kim = User.objects.get(username="kim")
print(kim.check_password("a long password of kim"))
print(opened_config(Source.objects.get(name="secret")).get("key"))
from auscult.web.accounts.actions import add_member
from auscult.web.accounts.queries import actor_for
from auscult.web.shell.first_run import owner
add_member(actor_for(owner()), username="later")  # numbers go on where they were
"""


def run(*words: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*map(str, words)], capture_output=True, text=True, timeout=300, check=False,
        env=SETTINGS | more,
    )  # fmt: skip


def done(*words: str | Path, **more: str) -> str:
    answer = run(*words, **more)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with posts, matches, a sample, people, secrets, and another organisation."""
    folder = tmp_path_factory.mktemp("house")
    rows = [
        {"uri": f"p:{n}", "created_at": f"2026-03-01T08:{n % 60:02}:00Z", "author": f"a{n % 5}",
         "text": f"flu shot number {n} \\u00fc \\U0001f637", "hashtags": ["flu", "x"]}
        for n in range(120)
    ]  # fmt: skip
    posts = folder / "posts.jsonl"
    posts.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    archive = folder / "archive"
    done(COMMAND, "listen", posts, "--watch", "flu=flu", "--archive", archive, "--json")
    done(sys.executable, "-c", PLANT, archive, PYTHONPATH=str(Path(__file__).parents[1]))
    done(COMMAND, "export", folder / "out", "--archive", archive, "--secrets", "PHRASE")
    return folder


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def elsewhere(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """The settings of another installation."""
    if request.param == "sqlite":
        yield {}
        return
    if not list(Path("/usr/lib/postgresql").glob("*/bin/postgres")) and not shutil.which(
        "postgres"
    ):
        pytest.skip("needs PostgreSQL: apt install postgresql")
    cluster = start_postgres()
    yield {"AUSCULT_DATABASE_URL": cluster.url}
    cluster.stop()


def table(folder: Path, name: str) -> list[dict[str, object]]:
    text = (folder / "tables" / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


CHANGED = {"accounts.AuditEntry", "accounts.AuditHead"}  # being moved is written down, too


def test_a_round_trip_is_equal(house: Path, elsewhere: dict[str, str], tmp_path: Path) -> None:
    out, new = house / "out", tmp_path / "new"
    done(COMMAND, "import", out, "--archive", new, "--secrets", "PHRASE", **elsewhere)
    done(COMMAND, "export", tmp_path / "again", "--archive", new, **elsewhere)
    names = {path.stem for path in (out / "tables").iterdir()}
    assert names == {path.stem for path in (tmp_path / "again" / "tables").iterdir()}
    for name in names - CHANGED:
        assert table(tmp_path / "again", name) == table(out, name), name
    before = table(out, "accounts.AuditEntry")
    assert table(tmp_path / "again", "accounts.AuditEntry")[: len(before)] == before
    assert len(table(out, "listening.Mention")) == 119
    assert table(out, "sources.Source")
    assert [row["value"] for row in table(out, "goals.Reading")] == [12.5]
    goals = {name for name in names if name.startswith("goals.")}
    assert {name for name in goals if not table(out, name)} <= {"goals.Profile", "goals.SetUp"}
    plan = {name for name in names if name.startswith("planning.")}
    assert {name for name in plan if not table(out, name)} == {
        "planning.Digest",
        "planning.Estimate",
    }
    returns = {name for name in names if name.startswith("returns.")}
    assert len(returns) == 22
    assert not {name for name in returns if not table(out, name)}
    assert [row["text"] for row in table(out, "planning.Lesson")] == ["Call early"]
    assert not any("not ours" in str(row) for row in table(out, "listening.Watch"))
    done(COMMAND, "audit", "verify", "--archive", new, **elsewhere)
    found = done(
        COMMAND, "search", "number", "--archive", new, "--limit", "500", "--json", **elsewhere
    )
    assert len(found.splitlines()) == 119
    shown = done(sys.executable, "-c", SHOW, new, **elsewhere).splitlines()
    assert shown == ["True", "AIzaVerySecretKey0123456789"]


@pytest.mark.slow
def test_without_being_asked_no_secret_goes_along(house: Path, tmp_path: Path) -> None:
    done(COMMAND, "export", tmp_path / "bare.tar", "--archive", house / "archive")
    data = (tmp_path / "bare.tar").read_bytes()
    assert b"AIzaVery" not in data
    assert b"pbkdf2" not in data
    assert b"argon2" not in data
    secret = (house / "out" / "secrets.encrypted").read_bytes()
    assert b"AIza" not in secret
    done(COMMAND, "import", tmp_path / "bare.tar", "--archive", tmp_path / "new")
    assert done(sys.executable, "-c", SHOW, tmp_path / "new").splitlines() == ["False", "None"]


@pytest.mark.slow
def test_what_cannot_be_taken_in_is_refused(house: Path, tmp_path: Path) -> None:
    def refused(place: Path, said: str, *words: str, archive: Path | None = None) -> None:
        answer = run(COMMAND, "import", place, "--archive", archive or tmp_path / "new", *words)
        assert answer.returncode == 2, answer.stderr
        assert said in answer.stderr

    def altered(name: str, **values: object) -> Path:
        place = tmp_path / name
        shutil.copytree(house / "out", place)
        about = json.loads((place / "manifest.json").read_bytes())
        (place / "manifest.json").write_text(json.dumps(about | values))
        return place

    refused(house / "out", "already belongs to the organisation", archive=house / "archive")
    refused(house / "out", "isn't the one", "--secrets", "WRONG")
    refused(house / "out", "has 3 characters", "--secrets", "SHORT")
    refused(altered("newer", format=9, version="7.7"), "newer Auscult (7.7)")
    refused(altered("later", migrations=["accounts.9999_later"]), "newer Auscult")
    broken = altered("broken")
    with (broken / "tables" / "listening.Mention.jsonl").open("ab") as file:
        file.write(b"{}\n")
    refused(broken, "isn't as it was written")
    done(COMMAND, "import", house / "out", "--archive", tmp_path / "new")  # nothing half was left
