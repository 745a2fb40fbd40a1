"""What every answer carries, and how an error that a person can mend becomes a page."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from auscult.engine.kernel.errors import Correctable

# Nothing in a page may come from elsewhere or be written inline.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
FORBIDDEN = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
STATUSES = {"not-allowed": 403, "not-a-member": 403}


class ContentPolicy:
    """Sets Content-Security-Policy and Permissions-Policy on every answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer `request` with the policies added."""
        response = self.get_response(request)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Permissions-Policy"] = FORBIDDEN
        return response


class Refusals:
    """Shows an error that no form caught: what was asked, why not, what to do instead.

    What belongs to another organisation is unknown here, so it is a 404 like what never was.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer `request`."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page of a Correctable; leave anything else to crash."""
        if not isinstance(exception, Correctable):
            return None
        unknown = 404 if exception.code.endswith("-unknown") else 400
        status = STATUSES.get(exception.code, unknown)
        return render(request, "refused.html", {"error": exception}, status=status)
