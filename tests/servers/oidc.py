"""A provider of OpenID Connect, npm's `oidc-provider`, and a person who signs in there.

It demands PKCE, so that a sign-in without it fails here as it would at a careful house.
"""

from __future__ import annotations

import contextlib
import http.cookiejar
import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin

from servers.processes import Absent, Server, folder, free_port, program

FOLDER = Path(__file__).parent
CLIENT_ID, CLIENT_SECRET = "auscult", "a secret of the tests alone"
CALLBACK = "http://testserver/account/oidc/house/login/callback/"
MOST_STEPS = 12

# Whoever signs in, by name; the provider takes any password.
ACCOUNTS: dict[str, dict[str, Any]] = {
    "kim": {"email": "kim@hospital.example", "email_verified": True, "name": "Kim Lake"},
    "pat": {"email": "pat@hospital.example", "email_verified": True, "name": "Pat Hill"},
    "sam": {"email": "sam@elsewhere.example", "email_verified": True, "name": "Sam"},
    "eve": {"email": "pat@hospital.example", "email_verified": False, "name": "Eve"},
}


class _Stop(urllib.request.HTTPRedirectHandler):
    """Follows nothing, so that each step can be looked at."""

    def redirect_request(self, *_args: Any) -> None:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Oidc:
    """A running provider."""

    url: str
    server: Server

    def sign_in(self, address: str, name: str) -> str:
        """Go through the provider's pages as a person; return where they lead back to."""
        opener = urllib.request.build_opener(
            _Stop, urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        )
        data: bytes | None = None
        for _ in range(MOST_STEPS):
            status, where, page = _ask(opener, address, data)
            data = None
            if status in {302, 303}:
                address = urljoin(address, where)
                if not address.startswith(self.url):
                    return address
                continue
            form = re.search(r'<form[^>]*action="([^"]+)"', page)
            if form is None:
                raise AssertionError(f"{address} answered {status}: {page[:2000]}")
            fields = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', page))
            if 'name="login"' in page:
                fields |= {"login": name, "password": "any"}
            address, data = urljoin(address, form[1]), urlencode(fields).encode()
        raise AssertionError(f"no end after {MOST_STEPS} steps, at {address}")


def _ask(
    opener: urllib.request.OpenerDirector, address: str, data: bytes | None
) -> tuple[int, str, str]:
    try:
        answer = opener.open(address, data, timeout=30)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("Location", ""), error.read().decode()
    with answer:
        return answer.status, "", answer.read().decode()


@contextlib.contextmanager
def running_oidc(callback: str = CALLBACK) -> Iterator[Oidc]:
    """Run the provider until the end of the block; it leads people back to `callback` alone."""
    if not (FOLDER / "node_modules" / "oidc-provider").is_dir():
        raise Absent("npm's oidc-provider isn't installed: make servers")
    port = free_port()
    wanted = {
        "port": port,
        "client": {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "redirect_uris": [callback],
        },
        "accounts": ACCOUNTS,
    }
    node = program("node", "nodejs")
    with (
        folder("oidc") as place,
        Server(
            [node, FOLDER / "oidc" / "provider.js", json.dumps(wanted)], name="oidc", cwd=place
        ) as server,
    ):

        def ready() -> bool | None:
            return True if '{"ready"' in server.printed else None

        server.wait_for(ready)
        yield Oidc(url=f"http://127.0.0.1:{port}", server=server)
