"""The way of every request to the API: who asks, how often, whether he has it already."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.interfaces import ApiRequest
from auscult.web.accounts.limits import Limits, Standing
from auscult.web.accounts.models import Actor, User
from auscult.web.accounts.queries import actor_for
from auscult.web.accounts.tokens import holder_of
from auscult.web.accounts.tokens_actions import note_use
from auscult.web.shell import api_answers
from auscult.web.shell.api_problems import (
    correctable,
    nobody,
    not_from_our_page,
    not_so,
    too_many,
)

View = Callable[..., HttpResponseBase]
SAFE = {"GET", "HEAD", "OPTIONS"}

# Ten a second in the long run for each token or person, six hundred at once.
EVERYBODY = Limits(600, 60.0)
# For each address that shows tokens which open nothing.
GUESSES = Limits(60, 60.0)


class Bearer(HttpBearer):
    """A token, in the header Authorization; `at_the_door` has looked at it by then."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:  # noqa: ARG002
        """Return who was let in."""
        return getattr(request, "actor", None)


class Session(APIKeyCookie):
    """The session of a person who is signed in; `at_the_door` asks writes for the CSRF token."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> Actor | None:  # noqa: ARG002
        """Return who was let in."""
        return getattr(request, "actor", None)


def at_the_door(view: View, methods: Collection[str] = ()) -> View:
    """Wrap a view of the API, so that it gets an `ApiRequest` and answers like all others.

    Parameters
    ----------
    methods : collection of str
        Those that it takes; without any, it is asked in any case.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        refused = _let_in(request)
        if refused is not None:
            return refused
        known = cast("ApiRequest", request)
        name = f"token {known.token.pk}" if known.token else f"person {known.actor.user_id}"
        standing = EVERYBODY.take(name)
        if standing.wait:
            return _counted(too_many(standing.wait), standing)
        if methods and request.method not in methods:
            return _counted(not_so(request.method, methods), standing)
        return _counted(_answered(known, lambda: view(known, *args, **kwargs)), standing)

    guarded.csrf_exempt = True  # type: ignore[attr-defined] # `_let_in` asks for it
    guarded.login_required = False  # type: ignore[attr-defined] # `_let_in` says who is there
    return guarded


def _let_in(request: HttpRequest) -> HttpResponse | None:
    """Say on the request who makes it; return why not, where nobody may."""
    known = cast("ApiRequest", request)
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    try:
        if scheme:
            holder = holder_of(secret.strip()) if scheme.lower() == "bearer" else None
            if holder is None:
                return _guessed(request)
            known.actor, known.token = holder.actor, holder.row
            note_use(holder.actor, holder.row)
            return None
        if not isinstance(request.user, User):
            return nobody()
        if request.method not in SAFE and check_csrf(request):
            return not_from_our_page()
        known.actor, known.token = actor_for(request.user), None
    except Correctable as error:
        return correctable(request, error)
    return None


def _guessed(request: HttpRequest) -> HttpResponse:
    standing = GUESSES.take(request.META.get("REMOTE_ADDR", ""))
    return too_many(standing.wait) if standing.wait else nobody()


def _answered(request: ApiRequest, answer: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    if request.method in SAFE:
        return _unless_known(request, answer())
    if api_answers.HEADER in request.headers:
        return api_answers.once(request, answer)
    return answer()


def _unless_known(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    """Say that the answer is still the same, where the asker has it already."""
    if not isinstance(answer, HttpResponse) or answer.status_code != 200:
        return answer
    mark = f'W/"{hashlib.sha256(answer.content).hexdigest()[:32]}"'
    known = {one.strip() for one in request.headers.get("If-None-Match", "").split(",")}
    if mark in known or "*" in known:
        answer = HttpResponseNotModified()
    answer["ETag"] = mark
    return answer


def _counted(answer: HttpResponseBase, standing: Standing) -> HttpResponseBase:
    answer["RateLimit-Limit"] = str(standing.limit)
    answer["RateLimit-Remaining"] = str(standing.remaining)
    answer["RateLimit-Reset"] = str(standing.reset)
    answer.headers.setdefault("Cache-Control", "private, no-cache")
    answer["Vary"] = "Authorization, Cookie"
    return answer
