"""Schemathesis asks every route of the OpenAPI document what its author didn't think of."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from auscult.web.accounts.limits import Limits
from auscult.web.accounts.models import Actor
from auscult.web.listening.actions import save_watch
from auscult.web.shell import api_door
from auscult.web.shell.api_document import document
from auscult.web.shell.wsgi import application
from auscult.web.sources.actions import add_source
from programs import program_of

schemathesis.checks.load_all_checks()
SCHEMA = schemathesis.openapi.from_dict(document())
SCHEMA.app = application
# Not `positive_data_acceptance`: that a query can be parsed is more than a schema can say.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]
ASKING: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@pytest.fixture
def token(owner: Actor, monkeypatch: pytest.MonkeyPatch) -> str:
    """An owner's token with all scopes, in an organisation with a source and a watch."""
    monkeypatch.setattr(api_door, "EVERYBODY", Limits(1_000_000, 1.0))
    add_source(
        owner, name="news", connector="feeds", config={"feeds": ["https://news.example/feed"]}
    )
    save_watch(owner, name="flu", query="flu")
    return program_of(owner).secret


def ask(case: Any, token: str) -> None:
    if connection.vendor == "postgresql":
        pytest.skip("each request gives up its connection, and with it the test's transaction")
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)


@pytest.mark.django_db
@SCHEMA.parametrize()
@settings(max_examples=5, phases=[Phase.generate], **ASKING)
def test_each_route_bears_what_it_is_asked(case: Any, token: str) -> None:
    ask(case, token)


@pytest.mark.slow
@pytest.mark.django_db
@SCHEMA.parametrize()
@settings(max_examples=40, **ASKING)  # and every case that the document itself implies
def test_each_route_bears_much_more(case: Any, token: str) -> None:
    ask(case, token)
