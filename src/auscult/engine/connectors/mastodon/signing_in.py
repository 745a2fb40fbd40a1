"""Getting an access token from an instance: a person opens a link and pastes a code.

Instances redirect nobody to an Auscult in an intranet, so the redirect is the one that shows
the code on a page ("out of band"). The page Sources and the command line call both steps.
"""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import urlencode

from auscult.engine.connectors.base import configure
from auscult.engine.connectors.live import SigningIn
from auscult.engine.connectors.mastodon.config import MastodonConfig
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.http import Client, Network

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
# Reading only: timelines and streams, lists, and finding accounts and posts by name.
SCOPES = "read:statuses read:lists read:accounts read:search"
TIMEOUT = 15.0


def begin(instance: str, *, network: Network, website: str = "") -> SigningIn:
    """Register this program with an instance.

    Parameters
    ----------
    instance : str
        Its name or address.
    network : Network
    website : str
        The address of this Auscult, which the instance shows to the person; may be empty.

    Raises
    ------
    Correctable
        It is no address.
    Remote
        The instance can't be reached, or is none.
    """
    base = configure(MastodonConfig, {"instance": instance}).instance
    form = {"client_name": "Auscult", "redirect_uris": OUT_OF_BAND, "scopes": SCOPES}
    if website:
        form["website"] = website
    client = network.client(timeout=TIMEOUT)
    try:
        said = _asked(client, f"{base}/api/v1/apps", form)
    finally:
        client.close()
    verifier = secrets.token_urlsafe(48)
    state = {
        "instance": base,
        "client_id": _given(said, "client_id", base),
        "client_secret": _given(said, "client_secret", base),
        "verifier": verifier,
    }
    challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    query = {
        "client_id": state["client_id"],
        "redirect_uri": OUT_OF_BAND,
        "response_type": "code",
        "scope": SCOPES,
        "code_challenge": challenge.decode(),
        "code_challenge_method": "S256",
    }
    return SigningIn(link=f"{base}/oauth/authorize?{urlencode(query)}", state=state)


def finish(state: dict[str, str], code: str, *, network: Network) -> str:
    """Exchange the code that the person pasted for an access token.

    Raises
    ------
    Correctable
        The instance doesn't accept the code.
    Remote
        The instance can't be reached, or gives no token.
    """
    base = state["instance"]
    form = {
        "grant_type": "authorization_code",
        "code": code.strip(),
        "client_id": state["client_id"],
        "client_secret": state["client_secret"],
        "redirect_uri": OUT_OF_BAND,
        "scope": SCOPES,
        "code_verifier": state["verifier"],
    }
    client = network.client(timeout=TIMEOUT)
    try:
        answer = client.post(f"{base}/oauth/token", data=form)
        if answer.status in {400, 401, 403, 422}:
            raise Correctable(
                f"{_host(base)} doesn't accept the code: it is mistyped, was used before, or is "
                "too old.",
                field="code",
                code="code-refused",
                hint="Open the link again and paste the new code.",
            )
        said = answer.raise_for_status().json()
    finally:
        client.close()
    return _given(said, "access_token", base)


def _asked(client: Client, url: str, form: dict[str, str]) -> Any:
    answer = client.post(url, data=form)
    if answer.status in {404, 405, 410}:
        raise Remote(
            f"{_host(url)} has no Mastodon API: there is no instance at this address.",
            permanent=True,
        )
    return answer.raise_for_status().json()


def _given(said: Any, name: str, base: str) -> str:
    value = said.get(name) if isinstance(said, dict) else None
    if not isinstance(value, str) or not value:
        raise Remote(f"{_host(base)} answered the sign-in without a {name}.")
    return value


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]
