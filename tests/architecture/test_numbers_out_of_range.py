"""Numbers that fit no column, no list and no integer get 400 or 404 from every page, never a 500.

Nobody writes down here which parameters a page has: what it asks its address and its form for is
noted while it answers, and asked again with such numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import pytest
from django.db import transaction
from django.http import QueryDict
from django.test import Client

from architecture.addresses import ADDRESSES
from architecture.rows import ROWS
from architecture.who_may import ByToken, Needs, Public, path_of
from auscult.web.accounts.limits import Limits
from auscult.web.accounts.models import Actor, User
from auscult.web.shell import api_door
from auscult.web.shell.api_document import document
from programs import program_of

pytestmark = pytest.mark.django_db

# Beyond an index, a signed column of 64 bits, a float, and what Python reads as a number at all.
NUMBERS = (str(-(2**63) - 1), str(2**63), "1e999", "9" * 5000)
WORST = (NUMBERS[1], NUMBERS[3])
IN_PATHS = ("0", str(2**63))
SAID = {200, 201, 202, 204, 302, 303, 400, 401, 403, 404, 405, 409, 422}
PLACE = re.compile(r"<int:(\w+)>")
PAGES = {key: one for key, one in ADDRESSES.items() if not isinstance(one, ByToken)}


@contextmanager
def noting() -> Iterator[set[str]]:
    """Note the names that a page asks its address or form for."""
    names: set[str] = set()
    patch = pytest.MonkeyPatch()
    for method in ("__getitem__", "get", "getlist"):
        original = getattr(QueryDict, method)

        def asked(self: Any, key: str, *rest: Any, _to: Any = original, **more: Any) -> Any:
            names.add(key)
            return _to(self, key, *rest, **more)

        patch.setattr(QueryDict, method, asked)
    try:
        yield names
    finally:
        patch.undo()


def ask(client: Client, method: str, path: str, data: dict[str, str]) -> int:
    """Ask, and take back what it did."""
    with transaction.atomic():
        status: int = getattr(client, method.lower())(path, data).status_code
        transaction.set_rollback(True)
    return status


def methods_of(one: Needs | Public) -> list[str]:
    return ["GET", "POST"] if one.methods == "any" else one.methods.split()


def in_parameters(client: Client, path: str, one: Needs | Public) -> Iterator[str]:
    """Ask for a page with each parameter that it looks at as a number that it can't be."""
    for method in methods_of(one):
        # A form that is sent empty is taken for one that is asked for.
        given = {"sent": "yes", **one.data}
        with noting() as names:
            ask(client, method, path, given)
        names -= {"csrfmiddlewaretoken", "next"}
        trials = [{name: WORST[0]} for name in sorted(names)]
        # All at once as well: one that is refused hides the next.
        trials += [dict.fromkeys(sorted(names), number) for number in WORST]
        for trial in trials:
            status = ask(client, method, path, given | trial)
            if status not in said_by(one):
                shown = {name: value[:24] for name, value in trial.items()}
                yield f"{method} {path} with {shown}: {status}"


def in_path(
    client: Client, pattern: str, values: dict[str, Any], one: Needs | Public
) -> Iterator[str]:
    """Ask for a page with each number of its address as one that no row has."""
    for name in PLACE.findall(pattern):
        for number in IN_PATHS:
            path = path_of(pattern, values | {name: number})
            for method in methods_of(one):
                status = ask(client, method, path, dict(one.data))
                if status not in said_by(one):
                    yield f"{method} {pattern} with {number[:24]}: {status}"


def said_by(one: Needs | Public) -> set[int]:
    return SAID | set(one.statuses) if isinstance(one, Public) else SAID


def first_part(pattern: str) -> str:
    return pattern.partition("/")[0] or "home"


@pytest.mark.parametrize("part", sorted({first_part(pattern) for pattern in PAGES}))
def test_no_page_breaks_at_a_number(part: str, owner: Actor, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = False  # it is asked more often than a person would
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(pk=owner.user_id or 0))
    wrong: list[str] = []
    for pattern in (one for one in PAGES if first_part(one) == part and one != "sign-out/"):
        point = transaction.savepoint()
        page = PAGES[pattern]
        values = ROWS[page.row](owner) if page.row else dict(page.args)
        wrong += in_path(client, pattern, values, page)
        wrong += in_parameters(client, path_of(pattern, values), page)
        transaction.savepoint_rollback(point)
    assert not wrong, "\n".join(wrong)


def routes() -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """Every route of the API: method, path, and the place and name of each parameter."""
    for path, item in document()["paths"].items():
        for method, said in item.items():
            if method in {"get", "post", "put", "patch", "delete"}:
                yield method, path, [(one["in"], one["name"]) for one in said.get("parameters", [])]


def body_of(said: dict[str, Any], number: int) -> dict[str, Any]:
    """A body whose every field is the number, or a list of it."""
    schema = said.get("content", {}).get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    fields = document()["components"]["schemas"].get(name, schema).get("properties", {})
    return {
        field: [number] if one.get("type") == "array" else number for field, one in fields.items()
    }


def test_no_route_breaks_at_a_number(owner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_door, "EVERYBODY", Limits(1_000_000, 1.0))
    program = program_of(owner)
    program.client.raise_request_exception = False
    wrong = []
    for method, path, parameters in routes():
        for number in (NUMBERS[0], *WORST):
            for place, name in [*parameters, ("", "")]:
                whole = re.sub(r"\{\w+\}", number if place in {"path", ""} else "1", path)
                query = f"?{name}={number}" if place == "query" else ""
                asked = whole.removeprefix("/api/v1/") + query
                body: dict[str, Any] | None = None if method in {"get", "delete"} else {}
                status = program.ask(method.upper(), asked, body).status_code
                if status not in SAID:
                    wrong.append(f"{method} {path} {name}={number[:24]}: {status}")
    assert not wrong, "\n".join(wrong)


def test_no_route_breaks_at_a_number_in_a_body(
    owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_door, "EVERYBODY", Limits(1_000_000, 1.0))
    program = program_of(owner)
    program.client.raise_request_exception = False
    wrong = []
    for path, item in document()["paths"].items():
        for method in set(item) & {"post", "put", "patch"}:
            for number in (-(2**63), 2**63 - 1):  # what JSON's numbers are read as
                body = body_of(item[method].get("requestBody", {}), number)
                assert orjson.dumps(body)
                asked = re.sub(r"\{\w+\}", "1", path).removeprefix("/api/v1/")
                status = program.ask(method.upper(), asked, body).status_code
                if status not in SAID:
                    wrong.append(f"{method} {path} with {number}: {status}")
    assert not wrong, "\n".join(wrong)
