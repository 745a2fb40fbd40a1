"""Who follows a link without being a person: by what it says of itself.

Nobody is asked to prove anything; a program that calls itself a browser is counted. The words are
those of https://github.com/monperrus/crawler-user-agents in short, of programs that fetch a page
to show a preview of it (the networks where links are posted), and of libraries.
"""

from __future__ import annotations

import re

from django.http import HttpRequest

LONGEST = 1_000  # characters of what a program says of itself that are looked at
WORDS = (
    "bot", "crawl", "spider", "slurp", "archiver", "preview", "embed", "fetch", "scan", "monitor",
    "facebookexternalhit", "facebookcatalog", "meta-external", "whatsapp", "telegram", "skypeuri",
    "mastodon/", "pleroma", "akkoma", "misskey", "sharkey", "friendica", "lemmy", "pixelfed",
    "peertube", "gotosocial", "bluesky", "cardyb", "iframely", "mattermost", "vkshare",
    "curl/", "wget/", "python", "java/", "go-http-client", "okhttp", "libwww", "axios",
    "node-fetch", "undici", "http.rb", "ruby", "php/", "perl", "headless", "phantomjs", "lighthouse",
    "pingdom", "uptime", "feedly", "newsblur", "rss", "validator", "safelinks", "proofpoint",
    "mimecast", "barracuda",
)  # fmt: skip
_PROGRAM = re.compile("|".join(re.escape(word) for word in WORDS))
AHEAD = {"prefetch", "prerender", "preview"}


def is_person(request: HttpRequest) -> bool:
    """Return whether a browser asks that somebody looks at; without a name it is a program."""
    said = request.headers.get("User-Agent", "")[:LONGEST].lower()
    if not said or _PROGRAM.search(said):
        return False
    purpose = request.headers.get("Sec-Purpose", "") or request.headers.get("Purpose", "")
    return not AHEAD & {one.strip().lower() for one in re.split("[;,]", purpose)}


def wants_privacy(request: HttpRequest) -> bool:
    """Return whether somebody asks not to be followed: Do Not Track, Global Privacy Control."""
    return request.headers.get("DNT") == "1" or request.headers.get("Sec-GPC") == "1"
