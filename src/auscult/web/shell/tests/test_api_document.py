"""Every route says what it does, what it takes, what it answers and how it fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from auscult.web.shell.api_document import document, reference, routes

PAGE = Path(__file__).parents[5] / "docs" / "reference" / "api.md"
OPERATIONS = [
    (f"{method.upper()} {path}", one)
    for path, operations in document()["paths"].items()
    for method, one in operations.items()
]


@pytest.mark.parametrize(("name", "one"), OPERATIONS, ids=[name for name, _ in OPERATIONS])
def test_a_route_is_described(name: str, one: dict[str, Any]) -> None:
    assert one["summary"]
    assert not one["summary"].endswith(".")
    assert one["description"].endswith(".")
    assert len(one["tags"]) == 1
    codes = set(one["responses"])
    assert {"401", "403", "429"} <= codes
    assert ("404" in codes) or "{" not in name
    for value in one["parameters"]:
        if value["in"] == "query":
            assert value.get("description"), value["name"]


def test_operations_have_names_of_their_own() -> None:
    names = [one["operationId"] for _, one in OPERATIONS]
    assert len(names) == len(set(names))


@pytest.mark.django_db
def test_the_document_is_there_for_everybody() -> None:
    answer = Client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.json() == document()
    assert answer.json()["openapi"] == "3.1.0"


def test_the_reference_page_is_the_document() -> None:
    """To write it anew: `python -m auscult.web.shell.api_reference > docs/reference/api.md`."""
    assert reference() in PAGE.read_text(encoding="utf-8")
    assert sum(len(ones) for ones in routes().values()) == len(OPERATIONS)
