"""What every test of the web layer may ask for: persons, and an archive of its own."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from audit_guard import watching
from auscult.engine.kernel.clock import FixedClock

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
# Files of few tests that take minutes; the last of them would run while the other worker idles.
LONG = ("tests/browser", "tests/command_line", "tests/conformance", "docs", "tests/architecture")
LONGEST = "tests/browser/test_every_page.py"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that all workers end at about the same time."""
    items.sort(key=lambda item: (item.nodeid.split("::")[0] != LONGEST, _place(item.nodeid)))


def _place(test: str) -> int:
    return next((place for place, start in enumerate(LONG) if test.startswith(start)), len(LONG))


@pytest.fixture(scope="session")
def django_db_modify_db_settings_xdist_suffix(request: pytest.FixtureRequest) -> None:
    """Give each process of a parallel run a test database of its own.

    pytest-django does so by name. It knows that Django's own SQLite backend tests in the
    memory of its process, but it can't know that of Auscult's, which is the same.
    """
    from django.conf import settings

    worker = request.config.__dict__.get("workerinput")
    database = settings.DATABASES["default"]
    if worker and not database["ENGINE"].endswith(".sqlite"):
        database.setdefault("TEST", {})["NAME"] = f"test_auscult_{worker['workerid']}"


@pytest.fixture(autouse=True)
def own_archive(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """Give a test that touches the database an empty lake of its own."""
    if request.node.get_closest_marker("django_db") is None:
        yield
        return
    settings = request.getfixturevalue("settings")
    settings.AUSCULT = dataclasses.replace(settings.AUSCULT, archive=tmp_path)
    yield
    from auscult.web.shell.meter import let_go

    let_go(tmp_path)


@pytest.fixture(autouse=True)
def audited(request: pytest.FixtureRequest) -> Any:
    """Let nothing be written without its audit entry; `tests/audit_guard.py` says how."""
    if request.node.get_closest_marker("django_db") is None:
        yield
        return
    patch = request.getfixturevalue("monkeypatch")
    with watching(patch.setattr):
        yield


@pytest.fixture(autouse=True)
def own_language() -> Any:
    """Leave the next test no language: a page's answer sets it for all that its thread does."""
    yield
    from django.utils import translation

    translation.deactivate()


@pytest.fixture
def clock() -> FixedClock:
    """Let it be noon on 20 November 2026, until a test says otherwise."""
    return FixedClock(NOW)


@pytest.fixture
def owner(db: None, clock: FixedClock) -> Any:
    """Return the owner of the hospital's organisation."""
    from auscult.web.accounts.actions import first_owner

    return first_owner(organisation="Lakeside Hospital", username="owner", clock=clock)


@pytest.fixture
def teammate(owner: Any, clock: FixedClock) -> Any:
    """Return an editor in the owner's organisation."""
    return _member(owner, clock, "teammate", "editor")


@pytest.fixture
def onlooker(owner: Any, clock: FixedClock) -> Any:
    """Return somebody in the owner's organisation who may only look."""
    return _member(owner, clock, "onlooker", "analyst")


@pytest.fixture
def stranger(owner: Any, clock: FixedClock) -> Any:
    """Return the owner of another organisation in the same archive."""
    from auscult.web.accounts.actions import add_organisation

    return add_organisation(organisation="Hilltop Clinic", username="stranger", clock=clock)


@pytest.fixture
def persons(owner: Any, clock: FixedClock) -> Any:
    """Return one member of the owner's organisation for each role, by the role's name."""
    from auscult.web.accounts.models import MEMBERS

    others = {name: _member(owner, clock, f"the-{name}", name) for name in MEMBERS}
    return {**others, "owner": owner}


def _member(owner: Any, clock: FixedClock, name: str, role: str) -> Any:
    from auscult.web.accounts.actions import add_member
    from auscult.web.accounts.models import Role
    from auscult.web.accounts.queries import actor_for

    user = add_member(owner, username=name, role=Role(role))
    return actor_for(user, owner.organisation_id, clock=clock)
