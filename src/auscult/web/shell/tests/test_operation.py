"""What programs that watch over Auscult are told: health, readiness, figures."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from auscult.engine.kernel.clock import FixedClock, SystemClock
from auscult.web.accounts.models import Actor
from auscult.web.accounts.work import Job
from auscult.web.shell import health, metrics
from auscult.web.shell import runner as running
from auscult.web.shell.jobs import JOBS as EVERY_JOB
from auscult.web.shell.meter import SIZE, Meter, begin_anew, meter_file, meter_of
from auscult.web.shell.runner import Runner
from auscult.web.sources import actions as reading
from auscult.web.sources.network import network

pytestmark = pytest.mark.django_db


COUNT = """
import sys
from pathlib import Path
from auscult.web.shell.meter import Meter
meter = Meter(Path(sys.argv[1]))
for _ in range(500):
    meter.add({"shared": 1.0, 'own{name="ä"}': 0.5})
"""


def count(file: Path, times: int) -> None:
    meter = Meter(file)
    for _ in range(times):
        meter.add({"shared": 1.0, 'own{name="ä"}': 0.5})


def test_processes_and_threads_count_in_one_file(tmp_path: Path) -> None:
    file = tmp_path / "run" / "meter"
    words = [sys.executable, "-c", COUNT, str(file)]
    processes = [subprocess.Popen(words) for _ in range(2)]
    threads = [threading.Thread(target=count, args=(file, 500)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [process.wait(30) for process in processes] == [0, 0]
    assert Meter(file).read() == {"shared": 2000.0, 'own{name="ä"}': 1000.0}
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_full_file_leaves_new_numbers_out_and_keeps_the_others(tmp_path: Path) -> None:
    meter = Meter(tmp_path / "run" / "meter")
    long = "x" * 40_000
    for number in range(SIZE // len(long) + 2):
        meter.set(f"{number}{long}", 1.0)
    assert 20 < len(meter.read()) < SIZE / len(long)
    meter.add({f"0{long}": 1.0})
    assert Meter(tmp_path / "run" / "meter").read()[f"0{long}"] == 2.0


def test_a_start_begins_anew_and_no_folder_costs_only_the_figures(tmp_path: Path) -> None:
    meter = meter_of(tmp_path)
    assert meter is not None
    meter.set("before", 1.0)
    begin_anew(tmp_path)
    assert Meter(meter_file(tmp_path)).read() == {}
    (tmp_path / "file").touch()
    assert meter_of(tmp_path / "file") is None


def test_the_process_answers_nobody_in_particular(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_it_is_ready_once_the_runner_moves_and_not_when_it_is_stuck(
    client: Client, settings: Any
) -> None:
    assert client.get("/readyz").json()["checks"]["runner"] is False
    meter = meter_of(settings.AUSCULT.archive)
    assert meter is not None
    now = SystemClock().now().timestamp()
    meter.set(metrics.HEARTBEAT, now)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "checks": {"database": True, "migrations": True, "archive": True, "runner": True},
    }
    meter.set(metrics.HEARTBEAT, now - health.STUCK - 1)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["runner"] is False


def test_a_missing_migration_and_an_archive_without_a_folder_are_seen(
    client: Client, settings: Any, tmp_path: Path
) -> None:
    (newest,) = MigrationLoader(connection).graph.leaf_nodes("listening")
    MigrationRecorder(connection).record_unapplied(*newest)
    checks = client.get("/readyz").json()["checks"]
    assert (checks["database"], checks["migrations"]) == (True, False)
    assert health.is_writable(tmp_path / "nowhere") is False


def read(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """What Prometheus' own parser reads."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_figures_are_what_happened(client: Client, owner: Actor, clock: FixedClock) -> None:
    reading.add_source(owner, name="The secret name", connector="lakeside", config={"days": 2})
    client.get("/sign-in/")
    client.get("/sign-in/?token=very-secret")
    client.get("/no/such/mail@example.org/page")
    text = client.get("/metrics").content.decode()
    found = read(text)
    page = ("page", "accounts:sign-in")
    assert found["auscult_requests_total", (("method", "GET"), page, ("status", "200"))] == 2
    assert found["auscult_request_seconds_count", (page,)] == 2
    assert found["auscult_request_seconds_bucket", (("le", "+Inf"), page)] == 2
    unknown = (("method", "GET"), ("page", "unknown"), ("status", "404"))
    assert found["auscult_requests_total", unknown] == 1
    assert found["auscult_sources", (("health", "well"), ("kind", "lakeside"))] == 1
    assert found["auscult_queue_length", (("queue", "sources"),)] == 1
    assert found["auscult_database_bytes", ()] > 10_000
    for private in ("secret", "example.org", "owner", "Lakeside"):
        assert private not in text


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_figures_are_for_this_machine_alone(client: Client, header: str) -> None:
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="::1").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.1").status_code == 404
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="").status_code == 404


def test_figures_are_for_who_has_the_token(client: Client, settings: Any) -> None:
    token = "t" * 32
    settings.AUSCULT = settings.AUSCULT.__class__(
        archive=settings.AUSCULT.archive, metrics_token=token
    )
    assert client.get("/metrics").status_code == 404
    wrong = client.get("/metrics", headers={"Authorization": "Bearer " + "ü" * 32})
    assert wrong.status_code == 404
    right = client.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert right.status_code == 200


def test_listening_does_not_wait_for_other_machines(
    owner: Actor, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def note(actor: Actor) -> bool:
        done.append(actor.name)
        return False

    hour = timedelta(hours=1)
    jobs = (
        Job(name="sends", every=hour, run=note, waits=True),
        Job(name="counts", every=hour, run=note),
    )
    monkeypatch.setattr(running, "JOBS", jobs)
    runner = Runner(clock=clock, network=network(), stop=threading.Event())
    runner.round()
    assert done == ["counts"]
    runner.do_waiting()
    runner.do_waiting()
    assert done == ["counts", "sends"]
    assert {job.name for job in EVERY_JOB if job.waits} == {
        "long-files",
        "planner",
        "post",
        "readings",
        "studies",
    }


def test_a_job_with_a_share_rests_between_its_slices(
    owner: Actor, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def works(actor: Actor) -> bool:
        done.append(actor.name)
        begun = time.monotonic()
        while time.monotonic() < begun + 0.02:
            pass
        return True

    second = timedelta(milliseconds=1)
    jobs = (
        Job(name="sparing", every=second, run=works, share=0.0001),
        Job(name="eager", every=second, run=works),
    )
    monkeypatch.setattr(running, "JOBS", jobs)
    runner = Runner(clock=clock, network=network(), stop=threading.Event())
    for _ in range(3):
        runner.round()
    assert done == ["sparing", "eager", "eager", "eager"]


def test_a_job_that_breaks_stops_no_other(
    owner: Actor, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def breaks(_actor: Actor) -> bool:
        raise ZeroDivisionError("a secret")

    def works(actor: Actor) -> bool:
        done.append(actor.name)
        return False

    hour = timedelta(hours=1)
    jobs = (Job(name="breaks", every=hour, run=breaks), Job(name="works", every=hour, run=works))
    monkeypatch.setattr(running, "JOBS", jobs)
    meter = Meter(tmp_path / "run" / "meter")
    runner = Runner(clock=clock, network=network(), stop=threading.Event(), meter=meter)
    runner.round()
    runner.round()
    assert done == ["works"]
    counted = meter.read()
    assert counted['auscult_errors_total{where="job"}'] == 1
    assert counted['auscult_jobs_total{job="breaks"}'] == 1
    assert counted["auscult_runner_rounds_total"] == 2
    assert counted[metrics.HEARTBEAT] == clock.now().timestamp()
