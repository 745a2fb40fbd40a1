"""What the API says of itself: an OpenAPI 3.1 document, a page for people, a reference page.

What holds for every route, its errors and headers, is added here and not at each route.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from auscult.web.shell.api import api
from auscult.web.shell.api_problems import MEDIA_TYPE, TITLES, Problem

PREFIX = "/api/v1"
EVERYWHERE = (401, 403, 429)
ROWS = {"watch", "source"}  # parameters that name a row
HEADERS = {
    "RateLimit-Limit": "Requests that may be made at once.",
    "RateLimit-Remaining": "Requests that are left.",
    "RateLimit-Reset": "Seconds until all of them may be made again.",
}
ONCE = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "Any text of the program's: the same request with it is done once in 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document; every operation has its errors and headers."""
    schema = api.get_openapi_schema(path_prefix=PREFIX + "/")
    made: dict[str, Any] = orjson.loads(orjson.dumps(schema, option=orjson.OPT_NON_STR_KEYS))
    made["openapi"] = "3.1.0"
    made["components"]["schemas"]["Problem"] = Problem.model_json_schema(
        ref_template="#/components/schemas/{model}"
    )
    own = made["components"]["schemas"]["Problem"].pop("$defs", {})
    made["components"]["schemas"].update(own)
    for method, operation in _operations(made):
        _complete(method, operation)
    return made


def _operations(made: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for routes in made["paths"].values():
        yield from routes.items()


def _complete(method: str, operation: dict[str, Any]) -> None:
    for answer in operation["responses"].values():
        answer["headers"] = {name: _header(about) for name, about in HEADERS.items()}
    codes = set(EVERYWHERE)
    if operation["parameters"] or "requestBody" in operation:
        codes.add(422)
    if any(one["in"] == "path" or one["name"] in ROWS for one in operation["parameters"]):
        codes.add(404)
    if "requestBody" in operation:
        codes.add(400)
    if method == "get":
        operation["responses"]["304"] = {"description": "As the program has it already."}
    else:
        codes |= {409, 422}
        operation["parameters"] = [*operation["parameters"], ONCE]
    for code in sorted(codes):
        operation["responses"][str(code)] = {
            "description": TITLES[code],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }


def _header(about: str) -> dict[str, Any]:
    return {"description": about, "schema": {"type": "integer"}, "required": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A parameter, or a field of a body or an answer."""

    name: str
    place: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One operation, as a person reads it."""

    id: str
    method: str
    path: str
    summary: str
    about: str
    values: tuple[Value, ...]
    answers: tuple[Value, ...]
    errors: tuple[tuple[str, str], ...]


def routes() -> dict[str, list[Route]]:
    """Return all routes by their subject, in the order of the document."""
    found: dict[str, list[Route]] = {}
    for path, operations in document()["paths"].items():
        for method, one in operations.items():
            found.setdefault(one["tags"][0], []).append(_route(path, method, one))
    return found


def _route(path: str, method: str, one: dict[str, Any]) -> Route:
    body = one.get("requestBody", {}).get("content", {})
    sent = [value for kind in body.values() for value in _fields(kind["schema"], "body")]
    good = [(code, said) for code, said in one["responses"].items() if code.startswith("2")]
    given = [
        value
        for _, said in good
        for kind in said.get("content", {}).values()
        for value in _fields(kind["schema"], "answer")
    ]
    return Route(
        id=one["operationId"],
        method=method.upper(),
        path=path,
        summary=one["summary"],
        about=one["description"],
        values=(*(_parameter(value) for value in one["parameters"]), *sent),
        answers=tuple(given),
        errors=tuple(
            (code, said["description"])
            for code, said in one["responses"].items()
            if code.startswith("4")
        ),
    )


def _parameter(value: dict[str, Any]) -> Value:
    schema = value["schema"]
    return Value(
        name=value["name"],
        place=value["in"],
        kind=_kind(schema),
        required=value["required"],
        about=value.get("description", schema.get("description", "")),
    )


def _fields(schema: dict[str, Any], place: str) -> list[Value]:
    known = _named(schema)
    required = set(known.get("required", ()))
    return [
        Value(
            name=name,
            place=place,
            kind=_kind(field),
            required=name in required,
            about=field.get("description", ""),
        )
        for name, field in known.get("properties", {}).items()
    ]


def _named(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = document()["components"]["schemas"][schema["$ref"].rsplit("/")[-1]]
    return found


def _kind(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(f"`{one}`" for one in schema["enum"])
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/")[-1])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    return str(schema.get("format", schema.get("type", "any")))


@login_not_required
@require_safe
def openapi(_request: HttpRequest) -> HttpResponse:
    """Give the document; it says nothing that the program's source doesn't."""
    return HttpResponse(orjson.dumps(document()), content_type="application/json")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show every route with its parameters, answers and errors."""
    return render(request, "api/page.html", {"routes": routes(), "prefix": PREFIX})


def reference() -> str:
    """Return the second part of `docs/reference/api.md` that is made from the document."""
    lines: list[str] = []
    for subject, ones in routes().items():
        lines += [f"## {subject.capitalize()}", ""]
        for one in ones:
            lines += _reference_of(one)
    return "\n".join(lines)


def _reference_of(one: Route) -> list[str]:
    lines = [f"### {one.method} {one.path}", "", f"**{one.summary}.** {one.about}", ""]
    if one.values:
        lines += ["| name | in | kind | |", "| --- | --- | --- | --- |"]
        lines += [
            f"| `{value.name}`{' (needed)' if value.required else ''} | {value.place} "
            f"| {value.kind} | {value.about} |"
            for value in one.values
        ]
        lines.append("")
    if one.answers:
        lines += ["| answer | kind | |", "| --- | --- | --- |"]
        lines += [f"| `{value.name}` | {value.kind} | {value.about} |" for value in one.answers]
        lines.append("")
    return [*lines, "Errors: " + ", ".join(f"{code} {why}" for code, why in one.errors) + ".", ""]
