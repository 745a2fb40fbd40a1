"""One suite over every connector that is installed."""

from __future__ import annotations

import contextlib
import importlib.util
from pathlib import Path
from typing import Any

import pytest

from auscult.engine.connectors import base, conformance
from auscult.engine.kernel.errors import Correctable


def _specimens() -> Any:
    # Test folders are no packages, so that the neighbour is loaded by its path.
    found = importlib.util.spec_from_file_location(
        "conformance_specimens", Path(__file__).with_name("specimens.py")
    )
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module.SPECIMENS


SPECIMENS = _specimens()
CASES = [
    pytest.param(name, make, id=f"{name}-{make.__name__}")
    for name, makers in SPECIMENS.items()
    for make in makers
]


@pytest.mark.parametrize(("name", "make"), CASES)
def test_a_connector_keeps_its_contract(name: str, make: Any, tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        made = make(tmp_path)
        # A specimen of a live source is a context: its server runs for as long as it is read.
        values, expected = made if isinstance(made, tuple) else stack.enter_context(made)
        conformance.check(base.find(name), values, expected)


def test_every_connector_is_checked() -> None:
    assert set(base.names()) == set(SPECIMENS)


def test_an_unknown_connector_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(
        Correctable, match=r"no source of the kind 'telegram'.*Known kinds: .*files"
    ):
        base.find("telegram")


def test_a_deletion_names_one_thing() -> None:
    with pytest.raises(ValueError, match="names one of"):
        base.Deletion()
    with pytest.raises(ValueError, match="names one of"):
        base.Deletion(uri="u", author="a")
    assert base.Deletion(author="a").uri is None
