"""Programs for tests of the interfaces: a token's holder, and what she asks."""

from __future__ import annotations

from typing import Any

import orjson
from django.conf import settings
from django.test import Client

from auscult.web.accounts.models import Actor, User
from auscult.web.accounts.tokens import Scope, scopes_for
from auscult.web.accounts.tokens_actions import make_token


class Program:
    """A program that shows a token; without one, nobody."""

    def __init__(self, secret: str = "") -> None:
        self.secret = secret
        headers = {"Authorization": f"Bearer {secret}"} if secret else {}
        self.client = Client(headers=headers)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Ask for a path below /api/v1/; a body goes as JSON."""
        content = b"" if body is None else orjson.dumps(body)
        return self.client.generic(
            method,
            f"/api/v1/{path}",
            content,
            content_type="application/json",
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )

    def get(self, path: str, **headers: str) -> Any:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.ask("POST", path, body, **headers)


def program_of(actor: Actor, *scopes: str) -> Program:
    """A program with a token of an actor, with every scope of her role where none is named."""
    wanted = scopes or tuple(scope.value for scope in scopes_for(actor))
    _, secret = make_token(actor, name="test", scopes=wanted or (Scope.READ,), days=None)
    return Program(secret)


def user_of(actor: Actor) -> User:
    """The person who acts."""
    assert actor.user_id is not None
    return User.objects.get(pk=actor.user_id)


def signed_in(actor: Actor, **more: Any) -> Client:
    """A browser in which an actor is signed in."""
    client = Client(**more)
    client.force_login(user_of(actor), backend=settings.AUTHENTICATION_BACKENDS[0])
    return client
