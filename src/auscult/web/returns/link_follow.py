"""The public address of a short link: it leads on, and counts without cookies."""

from __future__ import annotations

import logging

from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from auscult.web.accounts.limits import Limits
from auscult.web.accounts.queries import system_actor
from auscult.web.returns.link_bots import is_person, wants_privacy
from auscult.web.returns.link_counting import count_visit
from auscult.web.returns.link_models import ShortLink
from auscult.web.returns.link_targets import is_target, target_of

# Visits of an address that are counted: of a whole house behind one, too.
COUNTED = Limits(120, 60.0)
log = logging.getLogger("auscult.returns")


@login_not_required
@require_safe
def follow(request: HttpRequest, slug: str) -> HttpResponse:
    """Send a visitor on to where a link leads; count her unless she is a program.

    Raises
    ------
    Http404
        There is no such link, or it leads where none may lead.
    """
    link = ShortLink.objects.select_related("bet").filter(slug=slug.lower()).first()
    if link is None or not is_target(link.target):
        raise Http404
    mark = ""
    if request.method == "GET" and link.ended_at is None and is_person(request):
        mark = _counted(request, link, tracked=not wants_privacy(request))
    answer = HttpResponseRedirect(target_of(link, mark))
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _counted(request: HttpRequest, link: ShortLink, *, tracked: bool) -> str:
    if COUNTED.take(request.META.get("REMOTE_ADDR", "")).wait:
        return ""
    actor = system_actor(link.organisation_id, "website")
    try:
        return count_visit(actor, link, tracked=tracked)
    except OperationalError:  # others write for seconds: the visitor doesn't wait for a number
        log.warning("a visit wasn't counted", extra={"link": link.pk})
        return ""
