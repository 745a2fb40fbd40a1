"""What every answer carries, how it is counted, how long a session lasts, and how an error that
a person can mend becomes a page.
"""

from __future__ import annotations

import logging
import secrets
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from auscult.engine.kernel.clock import Clock, SystemClock
from auscult.engine.kernel.errors import Correctable
from auscult.web.shell import logs, metrics
from auscult.web.shell.meter import meter_of

log = logging.getLogger("auscult.requests")

GetResponse = Callable[[HttpRequest], HttpResponseBase]

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
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
REFUSED = {400, 401, 403, 413, 429}
BEGAN, SEEN = "auscult-began", "auscult-seen"
SEEN_EVERY = 300.0  # seconds between two notes of when a session was last used


class Measured:
    """Gives each request an id, counts it, and tells of what broke; it stands before all others."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        got_request_exception.connect(_tell_of_defect)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer `request`, with the id that its lines in the log have."""
        number = secrets.token_hex(8)
        token = logs.request_id.set(number)
        began = time.perf_counter()
        try:
            response = self.get_response(request)
            response.headers["X-Request-Id"] = number
            self._count(request, response.status_code, time.perf_counter() - began)
            return response
        finally:
            logs.request_id.reset(token)

    @staticmethod
    def _count(request: HttpRequest, status: int, seconds: float) -> None:
        labels: dict[str, str | int] = {
            "page": page_name(request),
            "method": request.method if request.method in METHODS else "OTHER",
            "status": status,
        }
        meter = meter_of(settings.AUSCULT.archive)
        if meter is not None:
            meter.add(metrics.request_amounts(labels, seconds))
        log.info("answered", extra=labels | {"ms": round(seconds * 1000, 1)})
        who = asked_by(request)
        # Of somebody else's row a 404 is told; of an address that never was it is nobody's concern.
        if status in REFUSED or (status == 404 and who and request.resolver_match is not None):
            log.warning("refused", extra=labels | who)


def asked_by(request: HttpRequest) -> dict[str, str | int]:
    """Return the numbers of the person and the token that asked, as far as they are known.

    Nobody is looked up for it: where nothing asked who is there, it doesn't matter who was.
    """
    person = getattr(request, "_cached_user", None)
    token, actor = getattr(request, "token", None), getattr(request, "actor", None)
    number = getattr(actor, "user_id", None) or getattr(person, "pk", None)
    found = {"person": number, "token": getattr(token, "pk", None)}
    return {name: value for name, value in found.items() if value is not None}


def page_name(request: HttpRequest) -> str:
    """Return the name of the page that was asked for; never its address, which may be secret."""
    match = request.resolver_match
    if match is not None:
        return match.view_name or "unnamed"
    return "static" if request.path.startswith(settings.STATIC_URL) else "unknown"


def _tell_of_defect(request: HttpRequest | None = None, **_more: Any) -> None:
    """Write down where a request broke."""
    extra = {"page": page_name(request)} if request is not None else {}
    log.error("a page broke", exc_info=sys.exc_info(), extra=extra)
    meter = meter_of(settings.AUSCULT.archive)
    if meter is not None:
        meter.add({metrics.series(metrics.ERRORS, {"where": "page"}): 1.0})


class ContentPolicy:
    """Sets what a browser may do with an answer, and who may keep it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer `request` with the policies added."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers["Permissions-Policy"] = FORBIDDEN
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        # What a person saw stays neither in a proxy nor in the browser of a shared desk.
        if settings.SESSION_COOKIE_NAME in request.COOKIES or "Authorization" in request.headers:
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class SessionLimits:
    """Ends a session that wasn't used for long, or that is old."""

    def __init__(self, get_response: GetResponse, clock: Clock | None = None) -> None:
        self.get_response = get_response
        self.clock = clock or SystemClock()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer `request`, as nobody's where the session has ended."""
        # `in` reads the session, which is asked for only where there is a cookie of one.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            self._look_at(request)
        return self.get_response(request)

    def _look_at(self, request: HttpRequest) -> None:
        now = self.clock.now().timestamp()
        began = request.session.get(BEGAN, now)
        seen = request.session.get(SEEN, now)
        options = settings.AUSCULT
        idle = timedelta(minutes=options.session_idle_minutes).total_seconds()
        whole = timedelta(hours=options.session_hours).total_seconds()
        if now - seen > idle or now - began > whole:
            logout(request)
            return
        if BEGAN not in request.session:
            request.session[BEGAN] = now
        # Not with each request: reading a page should not cost a write.
        if SEEN not in request.session or now - seen > SEEN_EVERY:
            request.session[SEEN] = now


class Refusals:
    """Shows an error that no form caught: what was asked, why not, what to do instead.

    What belongs to another organisation is unknown here, so it is a 404 like what never was.
    """

    def __init__(self, get_response: GetResponse) -> None:
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
