"""import-linter catches what each of its contracts forbids: violations are planted."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from architecture import rules

# For each contract, by its name, a module and the import that it must not have.
PLANTED = [
    (
        "The engine knows neither Django nor the web",
        ("auscult/engine/query/planted.py", "import django.db"),
    ),
    (
        "The engine knows neither Django nor the web",
        ("auscult/engine/kernel/planted.py", "from auscult.web import accounts"),
    ),
    (
        "Only connectors reach the network, through kernel.http",
        ("auscult/engine/archive/planted.py", "import socket"),
    ),
    (
        "Only connectors reach the network, through kernel.http",
        ("auscult/engine/connectors/planted.py", "import httpcore2"),
    ),
    (
        "Only connectors reach the network, through kernel.http",
        ("auscult/engine/connectors/files/planted.py", "import ssl"),
    ),
    (
        "Only connectors reach the network, through kernel.http",
        ("auscult/engine/matching/planted.py", "from websockets.sync.client import connect"),
    ),
    (
        "Only connectors reach the network, through kernel.http",
        ("auscult/engine/kernel/planted.py", "from http.client import HTTPSConnection"),
    ),
    (
        "The command line stands on top",
        ("auscult/web/shell/planted.py", "from auscult import terminal"),
    ),
    (
        "Layers of the engine",
        ("auscult/engine/query/planted.py", "from auscult.engine import matching"),
    ),
    (
        "Layers of the engine",
        ("auscult/engine/matching/planted.py", "from auscult.engine import archive"),
    ),
    (
        "Layers of the web",
        ("auscult/web/sources/planted.py", "from auscult.web import listening"),
    ),
    (
        "Layers of each application",
        ("auscult/web/listening/queries.py", "from auscult.web.listening import actions"),
    ),
    (
        "Layers of each application",
        ("auscult/web/accounts/models.py", "from auscult.web.accounts import policies"),
    ),
]


@pytest.fixture
def skeleton(tmp_path: Path) -> Path:
    """The house's packages without what is in them, and its contracts."""
    for package in sorted((rules.SOURCE / "auscult").rglob("__init__.py")):
        empty = tmp_path / package.relative_to(rules.SOURCE)
        empty.parent.mkdir(parents=True, exist_ok=True)
        empty.touch()
    for module in ("cli.py", "terminal/__init__.py"):
        (tmp_path / "auscult" / module).parent.mkdir(exist_ok=True)
        (tmp_path / "auscult" / module).touch()
    for application in ("accounts", "sources", "listening"):
        for module in ("urls", "views", "forms", "actions", "queries", "policies", "models"):
            (tmp_path / "auscult" / "web" / application / f"{module}.py").touch()
    shutil.copy(rules.ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = (
        "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
    )
    return subprocess.run(
        [sys.executable, "-c", command, "--no-cache", "--config", "pyproject.toml"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder), "COLUMNS": "200", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_empty_house_keeps_every_contract(skeleton: Path) -> None:
    result = lint(skeleton)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"Contracts: {len(rules.contracts())} kept, 0 broken." in result.stdout


@pytest.mark.parametrize(("contract", "planted"), PLANTED)
def test_a_planted_import_is_caught(
    skeleton: Path, contract: str, planted: tuple[str, str]
) -> None:
    path, line = planted
    (skeleton / path).write_text(line + "\n", encoding="utf-8")
    result = lint(skeleton)
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{contract} BROKEN" in result.stdout
    assert (
        f"{path.removesuffix('.py').replace('/', '.')} is not allowed to import" in (result.stdout)
        or f"{path.removesuffix('.py').replace('/', '.')} ->" in result.stdout
    )


def test_every_contract_has_a_planted_violation() -> None:
    assert {str(one["name"]) for one in rules.contracts()} == {name for name, _ in PLANTED}


def test_every_application_keeps_the_layers_of_one() -> None:
    """A new application must be named in the contract, or nobody holds it to its shape."""
    (shape,) = (one for one in rules.contracts() if one["name"] == "Layers of each application")
    applications = {
        f"auscult.web.{path.parent.name}"
        for path in (rules.SOURCE / "auscult" / "web").glob("*/models.py")
    }
    assert set(shape["containers"]) == applications
