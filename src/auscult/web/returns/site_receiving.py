"""The public address that the house's website tells conversions to: no cookie is set or read."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.limits import Limits
from auscult.web.accounts.queries import system_actor
from auscult.web.returns import site_told
from auscult.web.returns.cost_models import Ledger
from auscult.web.returns.link_bots import wants_privacy

MOST_BYTES = 8_192
KEPT = "86400"  # seconds that a browser may remember who may tell
# A person orders a few things; a whole house behind one address, some more.
VISITORS = Limits(120, 60.0)
SITES = Limits(6_000, 60.0)


@csrf_exempt  # it carries nobody's session, and changes nothing that a person could
@login_not_required
@require_http_methods(["POST", "OPTIONS"])
def conversions(request: HttpRequest, key: str) -> HttpResponse:
    """Take in what happened on the house's website.

    Raises
    ------
    Http404
        No house has this key.
    """
    book = Ledger.objects.exclude(site_key="").filter(site_key=key).first()
    if book is None:
        raise Http404
    origin = request.headers.get("Origin", "")
    if origin not in book.sites:
        return _refused(403, f"Pages of '{origin[:80]}' may not tell conversions to this house.")
    answer = _preflight() if request.method == "OPTIONS" else _told(request, book)
    answer["Access-Control-Allow-Origin"] = origin
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer["Vary"] = "Origin"
    answer["Cache-Control"] = "no-store"
    return answer


def _preflight() -> HttpResponse:
    answer = HttpResponse(status=204)
    answer["Access-Control-Allow-Methods"] = "POST"
    answer["Access-Control-Allow-Headers"] = "Content-Type"
    answer["Access-Control-Max-Age"] = KEPT
    return answer


def _told(request: HttpRequest, book: Ledger) -> HttpResponse:
    wait = VISITORS.take(request.META.get("REMOTE_ADDR", "")).wait or SITES.take(book.site_key).wait
    if wait:
        answer = _refused(429, "Too many at once.")
        answer["Retry-After"] = str(wait)
        return answer
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        return _refused(413, f"Send at most {MOST_BYTES} bytes.")
    actor = system_actor(book.organisation_id, "website")
    try:
        told = site_told.read(body)
        site_told.take(actor, book, told, tracked=not wants_privacy(request))
    except Correctable as error:
        return _refused(400, str(error), error.field or "")
    return HttpResponse(status=204)


def _refused(status: int, why: str, field: str = "") -> JsonResponse:
    said = {"title": why, "status": status} | ({"field": field} if field else {})
    return JsonResponse(said, status=status, content_type="application/problem+json")
