"""The same write sent twice is done once: answers kept by idempotency key.

The claim of the key, the write and its answer are one transaction: either all of it is there or
nothing, whatever crashes. Who sends the same at the same time waits for the first one: on SQLite
for the one writer, on PostgreSQL for the key's unique index; then he gets its answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django.db import IntegrityError, OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from auscult.web.accounts.interfaces import ApiRequest
from auscult.web.accounts.models import Actor, KeptAnswer
from auscult.web.accounts.tokens import person_of
from auscult.web.accounts.tokens_actions import KEPT
from auscult.web.shell.api_problems import problem

HEADER = "Idempotency-Key"
LONGEST = 255
REPEATED = ("Content-Type", "Location")


def once(request: ApiRequest, answer: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Return what the first request with this key was answered, or do it and keep the answer.

    What was refused isn't kept: the same key may be used once it is mended.
    """
    key = request.headers[HEADER]
    if not 1 <= len(key) <= LONGEST or not key.isprintable():
        return problem(
            422,
            "key-refused",
            f"The idempotency key has {len(key)} characters.",
            field=HEADER,
            hint=f"Send 1 to {LONGEST} printable characters: a random UUID does well.",
        )
    digest = _digest(request, request.actor)
    try:
        return _done(request.actor, key, digest, answer) or _again(request.actor, key, digest)
    except OperationalError as error:
        if connection.vendor != "sqlite" or "locked" not in str(error):
            raise
        return _busy()


def _digest(request: HttpRequest, actor: Actor) -> str:
    """Return what makes a request the same: what is asked, and by which rights."""
    rights = "all" if actor.only is None else " ".join(sorted(actor.only))
    asked = f"{request.method} {request.get_full_path()}\n{actor.role} {rights}\n"
    return hashlib.sha256(asked.encode() + request.body).hexdigest()


def _done(
    actor: Actor, key: str, digest: str, answer: Callable[[], HttpResponseBase]
) -> HttpResponseBase | None:
    """Do it and keep the answer; None where the key was used before."""
    with transaction.atomic():
        claim = _claim(actor, key, digest)
        if claim is None:
            return None
        given = answer()
        if given.status_code >= 300 or not isinstance(given, HttpResponse):
            transaction.set_rollback(True)
            return given
        _keep(claim, given)
        return given


def _claim(actor: Actor, key: str, digest: str) -> KeptAnswer | None:
    now = actor.clock.now()
    mine = {"organisation_id": actor.organisation_id, "user_id": person_of(actor), "key": key}
    KeptAnswer.objects.filter(**mine, created_at__lt=now - KEPT).delete()
    try:
        with transaction.atomic():
            return KeptAnswer.objects.create(**mine, digest=digest, created_at=now)
    except IntegrityError:
        return None


def _keep(claim: KeptAnswer, given: HttpResponse) -> None:
    if "no-store" in given.get("Cache-Control", ""):  # a name, for whoever asked and no file
        claim.delete()
        return
    claim.status = given.status_code
    claim.headers = {name: given[name] for name in REPEATED if name in given}
    claim.body = given.content.decode()
    claim.save(update_fields=["status", "headers", "body"])


def _again(actor: Actor, key: str, digest: str) -> HttpResponse:
    kept = KeptAnswer.objects.filter(
        organisation_id=actor.organisation_id, user_id=person_of(actor), key=key
    ).first()
    if kept is None:  # the first one was refused just now, or its time is over
        return _busy()
    if kept.digest != digest:
        return problem(
            409,
            "key-used",
            "Another request was sent with this idempotency key.",
            field=HEADER,
            hint="Take a new key for each request; send the same key with the same request only.",
        )
    answer = HttpResponse(kept.body, status=kept.status)
    if not kept.headers.get("Content-Type"):
        del answer["Content-Type"]
    for name, value in kept.headers.items():
        answer[name] = value
    answer["Idempotency-Replayed"] = "true"
    return answer


def _busy() -> HttpResponse:
    answer = problem(
        409,
        "key-busy",
        "The first request with this idempotency key is still being done.",
        field=HEADER,
        hint="Send it again in a second.",
    )
    answer["Retry-After"] = "1"
    return answer
