"""By which way somebody came, from what web analysis says of it: one name for each network."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# Pages of networks and of ways of searching; what ends with one of these is of its channel.
HOSTS: dict[str, str] = {
    "facebook.com": "facebook", "fb.com": "facebook", "fb.me": "facebook", "messenger.com": "facebook",
    "instagram.com": "instagram", "threads.net": "threads", "threads.com": "threads",
    "x.com": "x", "twitter.com": "x", "t.co": "x",
    "linkedin.com": "linkedin", "lnkd.in": "linkedin", "xing.com": "xing",
    "youtube.com": "youtube", "youtu.be": "youtube", "tiktok.com": "tiktok", "vimeo.com": "vimeo",
    "bsky.app": "bluesky", "bsky.social": "bluesky",
    "mastodon.social": "mastodon", "mastodon.online": "mastodon", "mstdn.social": "mastodon",
    "joinmastodon.org": "mastodon", "chaos.social": "mastodon", "med-mastodon.com": "mastodon",
    "reddit.com": "reddit", "redd.it": "reddit", "pinterest.com": "pinterest", "pin.it": "pinterest",
    "snapchat.com": "snapchat", "tumblr.com": "tumblr", "nextdoor.com": "nextdoor",
    "nextdoor.de": "nextdoor", "nebenan.de": "nebenan", "quora.com": "quora",
    "whatsapp.com": "whatsapp", "wa.me": "whatsapp", "t.me": "telegram", "telegram.org": "telegram",
    "signal.me": "signal", "discord.com": "discord",
    "bing.com": "search", "duckduckgo.com": "search", "ecosia.org": "search", "qwant.com": "search",
    "startpage.com": "search", "search.brave.com": "search", "kagi.com": "search",
    "baidu.com": "search", "metager.de": "search",
    "chatgpt.com": "assistants", "perplexity.ai": "assistants", "claude.ai": "assistants",
    "gemini.google.com": "assistants", "copilot.microsoft.com": "assistants",
    "mail.google.com": "mail", "outlook.live.com": "mail", "outlook.office.com": "mail",
    "mail.yahoo.com": "mail", "web.de": "mail", "gmx.net": "mail",
}  # fmt: skip
# Whoever searches does so in her own country: google.com, google.de, google.co.uk.
SEARCH = re.compile(r"(?:^|\.)(?:google|yahoo|yandex|seznam)\.[a-z]{2,3}(?:\.[a-z]{2})?$")
# How else people write a channel in `utm_source`.
NAMES: dict[str, str] = {
    "fb": "facebook", "meta": "facebook", "ig": "instagram", "insta": "instagram", "tw": "x",
    "twitter": "x", "x.com": "x", "li": "linkedin", "yt": "youtube", "tt": "tiktok",
    "bsky": "bluesky", "wa": "whatsapp", "newsletter": "mail", "email": "mail", "e-mail": "mail",
    "google": "search", "bing": "search", "duckduckgo": "search",
}  # fmt: skip
ELSEWHERE = "other websites"
UNKNOWN = frozenset(
    {"", "direct", "(direct)", "direct / none", "(none)", "none", "(not set)", "(other)",
     "unassigned", "direct entry", "(data not available)", "referral"}
)  # fmt: skip
PAID = frozenset({"cpc", "ppc", "paid", "paidsearch", "paid_social", "paidsocial", "display"})
KINDS = {"organic": "search", "organic search": "search", "organic video": "video",
         "organic social": "social"}  # fmt: skip


def channel_of(source: str, medium: str = "") -> str:
    """Return the name of the way that a visit came by; empty where nothing is known of it.

    Parameters
    ----------
    source : str
        What sent the visitor: a name, a host name, an address.
    medium : str
        What kind of way it was, as addresses tell (`utm_medium`).

    Examples
    --------
    >>> channel_of("https://m.facebook.com/"), channel_of("t.co"), channel_of("google", "cpc")
    ('facebook', 'x', 'search ads')
    >>> channel_of("(direct)", "(none)"), channel_of("clinic-news.example", "referral")
    ('', 'other websites')
    """
    given, kind = source.strip().casefold(), medium.strip().casefold()
    name = _host(given) if "://" in given else given.removeprefix("www.")
    if NAMES.get(kind) == "mail":
        return "mail"
    if name in UNKNOWN:
        return "" if kind in UNKNOWN else KINDS.get(kind, NAMES.get(kind, kind))
    found = KINDS.get(name) or NAMES.get(name) or of_host(name)
    if not found:
        found = ELSEWHERE if "." in name else name
    return f"{found} ads" if kind in PAID else found


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def of_host(host: str) -> str:
    """Return the channel that a host belongs to; empty where it is of none."""
    parts = host.split(".")
    for place in range(len(parts) - 1):
        known = HOSTS.get(".".join(parts[place:]))
        if known:
            return known
    return "search" if SEARCH.search(host) else ""
