"""A small server that speaks Mastodon's API: snac2, spoken to as an application does.

It is a deliberately awkward peer: it ignores `Idempotency-Key`, an edit changes a post's id
(its `uri` stays), its API can't delete (404), it closes connections without saying so, says
422 where Mastodon says 401, and has neither streaming nor `/api/v2/instance`.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from servers.calls import answers, call
from servers.processes import Absent, Server, folder, free_port, hand_over, prepare

UNPACKED = Path(__file__).parents[2] / ".servers" / "snac" / "usr" / "bin" / "snac"
REDIRECT = "http://127.0.0.1/signed-in"
SCOPES = "read write follow"
_NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An account, and a token that an application got for it."""

    name: str
    password: str
    token: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snac:
    """A running instance."""

    url: str
    program: Path
    data: Path
    server: Server

    def create_user(self, name: str) -> User:
        """Open an account, with a number in its name, and sign an application in to it."""
        name = f"{name}{next(_NUMBERS)}"
        command: list[str | Path] = [self.program, "adduser", self.data, name]
        made = prepare(command, cwd=self.data, typed="\n")
        (password,) = re.findall(r"User password is (\S+)", made)
        token = self.sign_in(name, password)
        person = self.get("/api/v1/accounts/verify_credentials", token)
        return User(name=name, password=password, token=token, id=person["id"])

    def sign_in(self, name: str, password: str) -> str:
        """Return a token, by registering an application and the OAuth code flow."""
        app = call(
            "POST",
            f"{self.url}/api/v1/apps",
            form={"client_name": "Auscult", "redirect_uris": REDIRECT, "scopes": SCOPES},
        ).json()
        asked = {"client_id": app["client_id"], "redirect_uri": REDIRECT, "response_type": "code"}
        page = call("GET", f"{self.url}/oauth/authorize", params={**asked, "scope": SCOPES}).text()
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page))
        (action,) = re.findall(r'<form method="post" action="([^"]+)"', page)
        given = call("POST", action, form={**hidden, "login": name, "passwd": password})
        (code,) = parse_qs(urlsplit(given.headers["location"]).query)["code"]
        token = call(
            "POST",
            f"{self.url}/oauth/token",
            form={
                "grant_type": "authorization_code",
                "code": code,
                "client_id": app["client_id"],
                "client_secret": app["client_secret"],
                "redirect_uri": REDIRECT,
                "scope": SCOPES,
            },
        ).json()
        return str(token["access_token"])

    def rss_url(self, user: User) -> str:
        """Return the address of an account's feed."""
        return f"{self.url}/{user.name}.rss"

    def get(self, path: str, token: str | None = None, **params: Any) -> Any:
        """Ask the API and return its JSON."""
        return call("GET", f"{self.url}{path}", params=params, token=token).json()

    def post(self, user: User, text: str, **fields: Any) -> dict[str, Any]:
        """Say something and return the status; `fields` as in Mastodon's API."""
        status: dict[str, Any] = call(
            "POST",
            f"{self.url}/api/v1/statuses",
            json={"status": text, "visibility": "public", **fields},
            token=user.token,
        ).json()
        return status

    def edit(self, user: User, status: dict[str, Any], text: str) -> dict[str, Any]:
        """Change a status and return it; its id is another one from the next second on."""
        url = f"{self.url}/api/v1/statuses/{status['id']}"
        changed: dict[str, Any] = call("PUT", url, json={"status": text}, token=user.token).json()
        return changed

    def delete(self, user: User, status: dict[str, Any]) -> None:
        """Take a status back on the web page, as a person does; the API can't."""
        basic = base64.b64encode(f"{user.name}:{user.password}".encode()).decode()
        call(
            "POST",
            f"{self.url}/{user.name}/admin/action",
            form={"id": status["uri"], "actor": f"{self.url}/{user.name}", "action": "Delete"},
            headers={"Authorization": f"Basic {basic}"},
        )

    def react(self, user: User, status: dict[str, Any], how: str) -> dict[str, Any]:
        """Do to a status what its name says: `favourite`, `reblog`, `unreblog`, and so on.

        This server knows only the statuses of one's own timeline by id, so a user's own.
        """
        url = f"{self.url}/api/v1/statuses/{status['id']}/{how}"
        changed: dict[str, Any] = call("POST", url, token=user.token).json()
        return changed


@contextlib.contextmanager
def running_snac() -> Iterator[Snac]:
    """Start an instance of nobody's, with empty timelines."""
    if not UNPACKED.exists():
        raise Absent(f"snac2 isn't in {UNPACKED.parents[2]}")
    port = free_port()
    with folder("snac") as place:
        # Without rights a server can't look into every checkout.
        snac = Path(shutil.copy(UNPACKED, place / "snac"))
        data = place / "data"
        host = f"127.0.0.1:{port}"
        # Address, port, host name, prefix, the operator's address.
        typed = f"127.0.0.1\n{port}\n{host}\n\n\n"
        prepare([snac, "init", data], cwd=place, typed=typed)
        settings = data / "server.json"
        chosen = json.loads(settings.read_text(encoding="utf-8"))
        chosen |= {"protocol": "http", "disable_sandbox": True, "show_instance_timeline": True}
        settings.write_text(json.dumps(chosen), encoding="utf-8")
        hand_over(settings)
        with Server([snac, "httpd", data], name="snac", cwd=place, nobody=True) as server:
            url = f"http://{host}"
            server.wait_for(lambda: answers(f"{url}/api/v1/instance"))
            yield Snac(url=url, program=snac, data=data, server=server)
