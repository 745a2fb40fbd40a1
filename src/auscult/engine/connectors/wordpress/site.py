"""A site's REST interface: where it is, and how it is asked.

https://developer.wordpress.org/rest-api/using-the-rest-api/discovery/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from auscult.engine.connectors.html_text import absolute
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.http import Answer

NAMESPACE = "wp/v2"
_LINK = re.compile(r"<([^<>]+)>\s*;[^,<]*?rel=\"?https://api\.w\.org/\"?", re.IGNORECASE)
_TAG = re.compile(r"<link\b[^>]*?\brel=[\"']https://api\.w\.org/[\"'][^>]*>", re.IGNORECASE)
_HREF = re.compile(r"\bhref=[\"']([^\"']+)[\"']", re.IGNORECASE)


class Closed(Remote):
    """The site doesn't give this list, or not any more."""


Get: TypeAlias = Callable[..., Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where a site's REST interface is.

    Attributes
    ----------
    root : str
        The interface's address: `https://x.example/wp-json/`, or with `?rest_route=/`.
    home : str
        The site's own address, without a slash at its end.
    name : str
        What it is called.
    """

    root: str
    home: str
    name: str

    @property
    def community(self) -> str:
        """The site's host, with its folder where it has one."""
        parts = urlsplit(self.home)
        return f"{parts.netloc}{parts.path}".removeprefix("www.")

    def route(self, path: str) -> str:
        """Return the address of a route such as `posts`."""
        return f"{self.root.rstrip('/')}/{NAMESPACE}/{path}"


def find_site(get: Get, address: str, headers: Mapping[str, str] | None = None) -> Site:
    """Find the REST interface of the site at an address.

    Parameters
    ----------
    get : callable
        As `Client.get`.
    address : str
        Of the site, or of any of its pages.
    headers : mapping or None
        That sign somebody in; they are sent to the interface only, and only when it is at
        the same host.

    Raises
    ------
    Correctable
        There is no WordPress, or its interface is elsewhere and a password would go there.
    Remote
        The site doesn't answer.
    """
    page = get(address).raise_for_status()
    told = _told(page)
    here = page.url.partition("?")[0].partition("#")[0].rstrip("/")
    for root in [told] if told else [f"{here}/wp-json/", f"{here}/?rest_route=/"]:
        if headers and urlsplit(root)[:2] != urlsplit(page.url)[:2]:
            raise _elsewhere(address, root)
        site = _site(get, root, headers, required=bool(told))
        if site is not None:
            return site
    raise Correctable(
        f"At '{address}' there is no WordPress that can be read: it doesn't say where its REST "
        "interface is, and there is none at /wp-json/.",
        field="address",
        code="not-wordpress",
        hint="Look whether a plugin switched the REST interface off, or read the site's feed.",
    )


def _told(page: Answer) -> str:
    """Return where a page says that the interface is; empty when it doesn't."""
    found = _LINK.search(page.headers.get("link", ""))
    if found:
        return absolute(found.group(1), page.url)
    tag = _TAG.search(page.text())
    href = _HREF.search(tag.group(0)) if tag else None
    return absolute(unescape(href.group(1)), page.url) if href else ""


def _site(get: Get, root: str, headers: Mapping[str, str] | None, *, required: bool) -> Site | None:
    answer = get(root, params={"_fields": "name,home,url,namespaces"}, headers=headers)
    if required:
        check(answer)
    try:
        index: Any = answer.json() if answer.ok else None
    except Remote:
        if required:
            raise
        return None
    spaces = index.get("namespaces") if isinstance(index, dict) else None
    if not isinstance(spaces, list) or NAMESPACE not in spaces:
        return None
    home = absolute(str(index.get("home") or index.get("url") or ""))
    home = home or root.partition("/wp-json")[0]
    return Site(
        root=root,
        home=home.partition("?")[0].rstrip("/"),
        name=unescape(str(index.get("name") or "")).strip() or urlsplit(home).netloc,
    )


def reason_of(answer: Answer) -> str:
    """Return the code of an error of the REST interface (`rest_no_route`); empty: it is none."""
    try:
        said = answer.json()
    except Remote:
        return ""
    return str(said.get("code", "")) if isinstance(said, dict) else ""


def check(answer: Answer) -> None:
    """Let an answer pass, or say in words what is wrong.

    Raises
    ------
    Closed
        The site shows this to nobody, or refuses the password (with `needs_login`), or it has
        no such list, or a firewall says 403 in its place, which passes as a rule. That may be
        mended: it is no permanent error.
    Remote
        Anything else.
    """
    host = urlsplit(answer.url).netloc
    reason = reason_of(answer)
    said = f"{answer.status} {reason}".strip()
    if answer.status == 403 and not reason:
        raise Closed(f"{host}, or a firewall before it, keeps programs out at the moment ({said}).")
    if answer.status in {401, 403}:
        raise Closed(
            f"{host} lets nobody read this without signing in, or refuses the application "
            f"password ({said}).",
            needs_login=True,
        )
    if answer.status == 404:
        path = answer.url.partition("?")[0]
        raise Closed(f"{host} has no such list ({said}): {path}.")
    answer.raise_for_status()


def _elsewhere(address: str, root: str) -> Correctable:
    return Correctable(
        f"'{address}' says that its REST interface is at '{root}', another host or without TLS: "
        "the password isn't sent there.",
        field="address",
        code="interface-elsewhere",
        hint="Give the address under which WordPress itself runs, or leave out user and password.",
    )
