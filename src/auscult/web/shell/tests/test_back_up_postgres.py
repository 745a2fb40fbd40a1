"""Backing up and restoring on PostgreSQL, by its own tools; `AUSCULT_TEST_POSTGRES=1` asks for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from auscult.web.shell.testing import Cluster, start_postgres

pytestmark = pytest.mark.skipif(
    os.environ.get("AUSCULT_TEST_POSTGRES") != "1",
    reason="PostgreSQL is wanted only with AUSCULT_TEST_POSTGRES=1",
)
COMMAND = Path(sys.executable).with_name("auscult")
COUNT = """
import json, sys
from pathlib import Path
from auscult.web.shell.start import start
start(Path(sys.argv[1]))
from django.apps import apps
from django.db import connection
from auscult.web.accounts import audit
from auscult.web.shell.first_run import owner
from auscult.web.accounts.queries import actor_for
with connection.cursor() as cursor:
    cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname")
    triggers = [row[0] for row in cursor.fetchall()]
rows = {model._meta.db_table: model.objects.count() for model in apps.get_models()}
print(json.dumps([rows, triggers, audit.check(actor_for(owner())).broken]))
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    running = start_postgres()
    yield running
    running.stop()


def done(cluster: Cluster, database: str, *words: str | Path) -> str:
    url = cluster.url.replace("/postgres?", f"/{database}?")
    own = {"AUSCULT_SECRET_KEY", "AUSCULT_ARCHIVE"}
    given = {name: value for name, value in os.environ.items() if name not in own}
    answer = subprocess.run(
        [*map(str, words)], capture_output=True, text=True, timeout=300, check=False,
        env={**given, "AUSCULT_DATABASE_URL": url},
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def test_a_back_up_by_postgres_is_restored_whole(cluster: Cluster, tmp_path: Path) -> None:
    for name in ("here", "there"):
        make = "import psycopg, sys; psycopg.connect(sys.argv[1], autocommit=True).execute(sys.argv[2])"
        done(
            cluster, "postgres", sys.executable, "-c", make, cluster.url, f"CREATE DATABASE {name}"
        )
    posts = tmp_path / "posts.jsonl"
    rows = [
        {"uri": f"p:{n}", "created_at": "2026-03-01T08:00:00Z", "text": f"flu shot number {n}"}
        for n in range(50)
    ]
    posts.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    here, there, file = tmp_path / "here", tmp_path / "there", tmp_path / "whole.tar"
    done(
        cluster, "here", COMMAND, "listen", posts, "--watch", "flu=flu", "--archive", here, "--json"
    )

    done(cluster, "here", COMMAND, "backup", file, "--archive", here)
    before = json.loads(done(cluster, "here", sys.executable, "-c", COUNT, here))
    done(cluster, "there", COMMAND, "restore", file, "--archive", there)
    after = json.loads(done(cluster, "there", sys.executable, "-c", COUNT, there))

    assert after == before
    assert before[0]["listening_mention"] == 50
    assert "dashboards_match" in before[1]
    assert before[2] is None
