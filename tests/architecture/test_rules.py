"""The rules that no linter knows hold in the house, and a planted violation is caught."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from architecture import rules

RULES: list[Callable[[Path], list[str]]] = [
    rules.too_long,
    rules.vaguely_named,
    rules.reaching_the_network,
    rules.importing_others_views,
    rules.reaching_up_by_name,
]


@pytest.mark.parametrize("rule", RULES)
def test_the_house_keeps(rule: Callable[[Path], list[str]]) -> None:
    assert rule(rules.SOURCE) == []


LONG_FUNCTION = "def long():\n" + "    x = 1\n" * 50
MIGRATION = "class Migration:\n    dependencies = [('listening', '0001_initial')]\n"
FOREIGN_KEY = "from django.db import models\nowner = models.ForeignKey('listening.Watch', 1)\n"
RECEIVER = "@receiver(post_save, sender='listening.Watch')\ndef saved(): ...\n"


@pytest.mark.parametrize(
    ("rule", "path", "text", "said"),
    [
        (rules.too_long, "engine/long.py", "\n" * 501, "engine.long has 501 lines"),
        (rules.too_long, "engine/long.py", LONG_FUNCTION, "engine.long.long has 51 lines"),
        (rules.vaguely_named, "engine/utils.py", "", "engine.utils"),
        (rules.reaching_the_network, "engine/x.py", "import socket", "x:1 imports socket"),
        (rules.reaching_the_network, "engine/x.py", "from http import client", "http.client"),
        (rules.reaching_the_network, "engine/x.py", "import urllib.request", "urllib.request"),
        (rules.reaching_the_network, "engine/connectors/x.py", "import httpx", "httpx"),
        (rules.reaching_the_network, "engine/connectors/x.py", "import httpcore2", "httpcore2"),
        (rules.reaching_the_network, "engine/connectors/x.py", "import ssl", "imports ssl"),
        (rules.reaching_the_network, "engine/connectors/x.py", "import websockets", "websockets"),
        (
            rules.reaching_the_network,
            "engine/connectors/x.py",
            "from websockets.sync.client import connect",
            "websockets.sync.client.connect",
        ),
        (
            rules.importing_others_views,
            "web/listening/x.py",
            "from auscult.web.sources.forms import Form",
            "web.listening.x:1 imports auscult.web.sources.forms.Form",
        ),
        (
            rules.importing_others_views,
            "web/listening/x.py",
            "from auscult.web.sources import views",
            "auscult.web.sources.views",
        ),
        (rules.reaching_up_by_name, "web/sources/models.py", FOREIGN_KEY, "names listening"),
        (rules.reaching_up_by_name, "web/sources/apps.py", RECEIVER, "names listening"),
        (rules.reaching_up_by_name, "web/sources/migrations/0001.py", MIGRATION, "listening"),
        (rules.reaching_up_by_name, "web/goals/x.py", "get_model('sources', 'X')", "names sources"),
        (rules.reaching_up_by_name, "web/goals/x.py", "connect(f, sender='desk.X')", "names desk"),
    ],
)
def test_a_planted_violation_is_caught(
    tmp_path: Path, rule: Callable[[Path], list[str]], path: str, text: str, said: str
) -> None:
    planted = tmp_path / "auscult" / path
    planted.parent.mkdir(parents=True)
    planted.write_text(text, encoding="utf-8")
    (violation,) = rule(tmp_path)
    assert said in violation


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (rules.reaching_the_network, "engine/kernel/http.py", "import ssl"),
        (rules.reaching_the_network, "engine/kernel/http/x.py", "import httpcore2"),
        (rules.reaching_the_network, "engine/x.py", "from http import HTTPStatus"),
        (rules.reaching_the_network, "engine/x.py", "from websockets.frames import Frame"),
        (rules.reaching_the_network, "engine/x.py", "from urllib.parse import urljoin"),
        (rules.importing_others_views, "web/sources/urls.py", "from auscult.web.sources import views"),
        (rules.reaching_up_by_name, "web/listening/models.py", "ForeignKey('sources.Source')"),
        (rules.reaching_up_by_name, "web/sources/models.py", "ForeignKey('auth.User')"),
        (rules.too_long, "web/sources/migrations/0001.py", "\n" * 501),
    ],
)  # fmt: skip
def test_what_is_allowed_is_not_caught(
    tmp_path: Path, rule: Callable[[Path], list[str]], path: str, text: str
) -> None:
    allowed = tmp_path / "auscult" / path
    allowed.parent.mkdir(parents=True)
    allowed.write_text(text, encoding="utf-8")
    assert rule(tmp_path) == []


# Written in halves, so that this file doesn't find itself.
UNFINISHED = ("TO" + "DO", "FIX" + "ME", "XX" + "X")


def test_nothing_is_left_for_later() -> None:
    """No mark of unfinished work in any file that git keeps."""
    pattern = r"\b(" + "|".join(UNFINISHED) + r")\b"
    found = subprocess.run(
        ["git", "grep", "-nIwE", pattern, "--", ".", ":!uv.lock"],
        cwd=rules.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode not in {0, 1}:
        pytest.skip(f"not a checkout of git: {found.stderr.strip()}")
    assert found.stdout == ""


def test_there_is_a_changelog_and_each_fragment_speaks_to_users() -> None:
    changelog = rules.ROOT / "CHANGELOG.md"
    assert "<!-- towncrier release notes start -->" in changelog.read_text(encoding="utf-8")
    kinds = {"security", "removed", "deprecated", "feature", "added", "changed", "bugfix", "fixed"}
    for fragment in (rules.ROOT / "changes").glob("*.md"):
        assert fragment.name.split(".")[-2] in kinds | {"doc", "misc"}, fragment.name
        assert fragment.read_text(encoding="utf-8").strip().endswith("."), fragment.name
