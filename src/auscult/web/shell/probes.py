"""Pages for programs that watch over Auscult: does it answer, can it work, its figures."""

from __future__ import annotations

import ipaddress
import secrets

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from auscult.engine.kernel.clock import SystemClock
from auscult.web.shell import metrics
from auscult.web.shell.health import readiness
from auscult.web.shell.meter import meter_of

PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


@login_not_required
@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Say that the process answers; asks nothing of the database."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    """Say whether pages can be served and posts are read: 200 or 503, and what is amiss."""
    checks = readiness(settings.AUSCULT, SystemClock())
    ready = all(checks.values())
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


@login_not_required
@never_cache
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Give the figures of operation to this machine, or to who has the token; else a 404."""
    if not _may_read(request):
        raise Http404
    text = metrics.exposition(meter_of(settings.AUSCULT.archive), SystemClock())
    return HttpResponse(text, content_type=PROMETHEUS)


def _may_read(request: HttpRequest) -> bool:
    token = settings.AUSCULT.metrics_token
    if token:
        given = request.headers.get("Authorization", "")
        return secrets.compare_digest(given.encode(), f"Bearer {token}".encode())
    # What a proxy passes on comes from elsewhere, whatever it says.
    if {"X-Forwarded-For", "Forwarded", "X-Real-Ip"} & set(request.headers):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
