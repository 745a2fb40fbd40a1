"""The guard over what is written sees what it is there for, and every action writes its row."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction

import audit_guard
from architecture import rules
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.sources import actions as sources
from auscult.web.sources.actions import add_source, claim_source
from auscult.web.sources.models import Source, SourceState

WEB = rules.ROOT / "src" / "auscult" / "web"


@pytest.fixture
def source(owner: Actor, tmp_path: Path) -> Source:
    place = tmp_path / "posts.jsonl"
    place.touch()
    return add_source(owner, name="posts", connector="files", config={"paths": [str(place)]})


@pytest.mark.django_db
def test_a_write_outside_of_a_transaction_is_refused(owner: Actor, source: Source) -> None:
    with pytest.raises(audit_guard.Unaudited, match="outside of any transaction"):
        sources._move(owner, source, SourceState.PAUSED)


@pytest.mark.django_db
def test_a_transaction_without_its_entry_is_taken_back(
    owner: Actor, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "record_audit", lambda *_args, **_more: None)
    with pytest.raises(audit_guard.Unaudited, match=r"actions:_move to sources_source"):
        sources.pause_source(owner, source=source)
    assert Source.objects.get(pk=source.pk).state == SourceState.READING


@pytest.mark.django_db
def test_an_entry_anywhere_in_the_transaction_will_do(
    owner: Actor, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "record_audit", lambda *_args, **_more: None)
    with transaction.atomic():
        sources.pause_source(owner, source=source)
        record_audit(owner, action="pause", target="posts")
    assert Source.objects.get(pk=source.pk).state == SourceState.PAUSED


@pytest.mark.django_db
def test_the_recording_of_work_needs_none(owner: Actor, source: Source) -> None:
    assert claim_source(owner, source=source, until=owner.clock.now())


@pytest.mark.parametrize(
    ("sql", "table"),
    [
        ('INSERT INTO "sources_source" VALUES (1)', "sources_source"),
        ("insert or ignore into sources_source values (1)", "sources_source"),
        ("\nUPDATE sources_source SET a = 1", "sources_source"),
        ('DELETE FROM "listening_watch"', "listening_watch"),
        ("SELECT 1 FROM listening_watch", None),
        ("INSERT INTO django_session VALUES (1)", None),
    ],
)
def test_it_knows_a_write(sql: str, table: str | None) -> None:
    assert audit_guard.table_of(sql) == table


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function of every module of the web layer, by `module:name`."""
    for path in sorted(WEB.rglob("*.py")):
        if {"tests", "migrations"} & set(path.parts):
            continue
        dotted = ".".join(path.relative_to(WEB.parents[1]).with_suffix("").parts)
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                yield f"{dotted}:{node.name}", node


def test_each_name_that_may_go_without_is_a_function() -> None:
    names = {name for name, _ in functions()}
    ours = {name for name in audit_guard.RECORDING if name.startswith("auscult.")}
    assert ours <= names
    assert all(audit_guard.RECORDING.values())


def called(node: ast.FunctionDef) -> set[str]:
    """The last parts of the names of all that a function calls or hands on."""
    inner = list(ast.walk(node))
    attributes = {one.attr for one in inner if isinstance(one, ast.Attribute)}
    return attributes | {one.id for one in inner if isinstance(one, ast.Name)}


def test_every_action_comes_to_record_its_row() -> None:
    """By name, through what it calls: an action that never could is found without being run."""
    every = dict(functions())
    calls: dict[str, set[str]] = {}
    for name, node in every.items():
        calls.setdefault(name.partition(":")[2], set()).update(called(node))
    audited = {"record_audit"}
    while more := {name for name, used in calls.items() if used & audited} - audited:
        audited |= more
    free = {name.partition(":")[2] for name in audit_guard.RECORDING}
    writes = {"save", "create", "update", "delete", "bulk_create", "get_or_create",
              "update_or_create", "executemany"}  # fmt: skip
    wrong = [
        name
        for name, node in every.items()
        if name.partition(":")[0].rpartition(".")[2].endswith("actions")
        and node.args.args
        and node.args.args[0].arg == "actor"
        and not node.name.startswith("_")
        and called(node) & writes
        and node.name not in audited | free
    ]
    assert not wrong
