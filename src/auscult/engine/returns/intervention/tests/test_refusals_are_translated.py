"""What is refused is said in the language of whoever asks: no sentence passes the translation by."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from auscult.engine.kernel import words
from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.intervention import interrupted
from auscult.engine.returns.intervention.panel import Panel

HERE = Path(__file__).parents[1]


def sentences(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield what is said by each refusal of a module."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id == "Correctable":
            yield node.args[0]
            yield from (one.value for one in node.keywords if one.arg == "hint")
        elif node.func.id == "_refused":
            yield from node.args[1:]


def is_translated(said: ast.expr) -> bool:
    if isinstance(said, ast.IfExp):
        return is_translated(said.body) and is_translated(said.orelse)
    if not isinstance(said, ast.Call):
        return False
    if isinstance(said.func, ast.Attribute) and said.func.attr == "format":
        return is_translated(said.func.value)
    return isinstance(said.func, ast.Name) and said.func.id == "_"


@pytest.mark.parametrize("path", sorted(HERE.glob("*.py")), ids=lambda path: path.stem)
def test_each_refusal_goes_through_the_translation(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    helper = {  # `_refused` puts together what its callers translated
        id(one)
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name == "_refused"
        for one in sentences(ast.Module(body=[node], type_ignores=[]))
    }
    plain = [one for one in sentences(tree) if id(one) not in helper and not is_translated(one)]
    assert [f"{path.name}:{one.lineno}" for one in plain] == []


def test_a_refusal_is_said_in_another_language(monkeypatch: pytest.MonkeyPatch) -> None:
    times = tuple(date(2026, 1, 1) + at * timedelta(days=1) for at in range(20))
    data = Panel(times=times, names=("calls",), values=np.arange(20.0).reshape(-1, 1))
    monkeypatch.setattr(words, "_one", lambda said: said.replace("Only", "Nur"))
    with pytest.raises(Correctable) as refused:
        interrupted(data, outcome="calls", start=times[5])
    assert refused.value.message == "Nur 5 times lie before the start."
