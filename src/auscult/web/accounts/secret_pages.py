"""What opens by a secret address: a feed, a calendar, for a program that can't sign in."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.limits import Limits
from auscult.web.accounts.models import Actor, SecretAddress
from auscult.web.accounts.tokens import reader_of
from auscult.web.accounts.tokens_actions import note_use

# Readers of feeds ask every some minutes; sixty at once are somebody's mistake.
READERS = Limits(60, 3600.0)


def opened(
    request: HttpRequest,
    secret: str,
    kind: str,
    write: Callable[[Actor, SecretAddress], bytes],
    media_type: str,
) -> HttpResponse:
    """Answer with what a secret address shows, as its person may see it now.

    Whatever is wrong, it is not there: nobody learns whether an address once opened something.

    Raises
    ------
    Http404
    """
    found = reader_of(secret, kind)
    if found is None:
        raise Http404
    actor, address = found
    standing = READERS.take(str(address.pk))
    if standing.wait:
        answer = HttpResponse(status=429)
        answer["Retry-After"] = str(standing.wait)
        return answer
    try:
        content = write(actor, address)
    except Correctable as error:
        raise Http404 from error
    note_use(actor, address)
    return _private(request, content, media_type)


def _private(request: HttpRequest, content: bytes, media_type: str) -> HttpResponse:
    mark = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    answer: HttpResponse = HttpResponse(content, content_type=media_type)
    if request.headers.get("If-None-Match") == mark:
        answer = HttpResponseNotModified()
    answer["ETag"] = mark
    answer["Cache-Control"] = "private, no-cache"
    # Who follows a link from here doesn't tell the address to where it leads.
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer
