"""Errors of the API: one shape, `application/problem+json` (RFC 9457)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError

from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.query.errors import QueryError
from auscult.web.planning.errors import PlanFileRefused

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: "The request can't be read",
    401: "Nobody is signed in",
    403: "Not allowed",
    404: "Not there",
    405: "Not with this method",
    409: "Another request stands in the way",
    422: "A value can't be used",
    429: "Too many requests",
    502: "Another machine failed",
}
FORBIDDEN = {"not-allowed", "not-a-member", "token-too-narrow"}


class Detail(Schema):
    """One value that can't be used, where there are several."""

    field: str
    message: str


class Problem(Schema):
    """Why a request wasn't done, and what to do instead."""

    type: str = Field(description="Stable: `urn:auscult:problem:` and the code.")
    title: str
    status: int
    detail: str = Field(description="What was received, and what would be valid.")
    code: str = Field(description="The same for the same cause, for programs.")
    field: str | None = Field(None, description="The value that is wrong.")
    hint: str | None = Field(None, description="The next step.")
    column: int | None = Field(None, description="Of a query: where it can't be read, from 1.")
    errors: list[Detail] | None = Field(None, description="All values that are wrong.")


def problem(status: int, code: str, detail: str, **more: Any) -> HttpResponse:
    """Return an error as an answer; what isn't known is left out."""
    said = {
        "type": f"urn:auscult:problem:{code}",
        "title": TITLES[status],
        "status": status,
        "detail": detail,
        "code": code,
        **{name: value for name, value in more.items() if value},
    }
    return HttpResponse(orjson.dumps(said), status=status, content_type=MEDIA_TYPE)


def status_of(error: Correctable) -> int:
    """Return the status of an error that its maker can mend."""
    if error.code in FORBIDDEN:
        return 403
    return 404 if error.code.endswith("-unknown") else 422


def correctable(_request: HttpRequest, error: Any) -> HttpResponse:
    """Answer with what the maker of the request can mend."""
    return problem(
        status_of(error),
        error.code,
        error.message,
        field=error.field,
        hint=error.hint,
        column=error.column if isinstance(error, QueryError) else None,
        errors=_parts(error) if isinstance(error, PlanFileRefused) else None,
    )


def _parts(error: PlanFileRefused) -> list[dict[str, str]]:
    return [{"field": one.place, "message": one.said} for one in error.wrong]


def _remote(_request: HttpRequest, error: Any) -> HttpResponse:
    return problem(502, "remote", error.message, hint="Try again later.")


def _invalid(_request: HttpRequest, error: Any) -> HttpResponse:
    details = [
        {"field": ".".join(str(part) for part in one["loc"][1:]), "message": one["msg"]}
        for one in error.errors
    ]
    first = details[0]
    place = error.errors[0]["loc"][0]
    return problem(
        422,
        "value-refused",
        f"{first['field'] or 'The ' + str(place)}: {first['message']}.",
        field=first["field"],
        hint=f"Look at `errors`: each says what is wrong in the {place}.",
        errors=details,
    )


def _http(_request: HttpRequest, error: Any) -> HttpResponse:
    if error.status_code == 403:  # ninja's word for a forged form
        return not_from_our_page()
    if error.status_code == 401:
        return nobody()
    return problem(400, "not-readable", f"{error.message}.", hint="Send JSON, as UTF-8.")


def not_there(*_: Any) -> HttpResponse:
    """Answer to an address that no route has."""
    return problem(
        404, "route-unknown", "No route of the API has this address.", hint="/api/ lists them."
    )


def not_so(method: str | None, methods: Collection[str]) -> HttpResponse:
    """Answer to a method that an address doesn't take."""
    allowed = ", ".join(methods)
    answer = problem(405, "method-refused", f"{method} isn't taken here.", hint=f"Use {allowed}.")
    answer["Allow"] = allowed
    return answer


def nobody() -> HttpResponse:
    """Answer to a request that no known person makes."""
    answer = problem(
        401,
        "not-signed-in",
        "This request names nobody: its token is missing, unknown, revoked or too old.",
        field="Authorization",
        hint="Send `Authorization: Bearer auscult_...`; the page Programs makes tokens.",
    )
    answer["WWW-Authenticate"] = 'Bearer realm="Auscult"'
    return answer


def not_from_our_page() -> HttpResponse:
    """Answer to a write with a session's cookie, but without its CSRF token."""
    return problem(
        403,
        "csrf",
        "A write with the cookie of a session needs its CSRF token.",
        field="X-CSRFToken",
        hint="Programs use a token of their own instead of a session.",
    )


def too_many(wait: int) -> HttpResponse:
    """Answer to who asks too often."""
    answer = problem(
        429,
        "too-many",
        "You have asked too often.",
        hint=f"Ask again in {wait} seconds, as `Retry-After` says.",
    )
    answer["Retry-After"] = str(wait)
    return answer


def say_errors(api: NinjaAPI) -> None:
    """Have an API say errors in this shape. A defect stays one: Django logs and answers it."""
    api.add_exception_handler(Correctable, correctable)
    api.add_exception_handler(Remote, _remote)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(HttpError, _http)
    api.add_exception_handler(Http404, not_there)
