"""By which way somebody came, from what web analysis says of it: one name for each network."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

# Ends of host names, and other names of the same.
NETWORKS: Mapping[str, tuple[str, ...]] = {
    "facebook": ("facebook.com", "facebook", "fb", "fb.com", "fb.me"),
    "instagram": ("instagram.com", "instagram", "ig"),
    "youtube": ("youtube.com", "youtube", "youtu.be"),
    "linkedin": ("linkedin.com", "linkedin", "lnkd.in"),
    "x": ("twitter.com", "twitter", "t.co", "x.com", "x"),
    "bluesky": ("bsky.app", "bluesky", "bsky.social"),
    "mastodon": ("mastodon.social", "mastodon", "mastodon.online", "joinmastodon.org"),
    "threads": ("threads.net", "threads.com", "threads"),
    "tiktok": ("tiktok.com", "tiktok"),
    "reddit": ("reddit.com", "reddit"),
    "whatsapp": ("whatsapp.com", "whatsapp", "wa.me"),
    "mail": ("email", "e-mail", "mail", "newsletter"),
    "search": (
        "search", "organic", "organic search", "google", "google.com", "google.de", "bing",
        "bing.com", "duckduckgo", "duckduckgo.com", "ecosia.org", "startpage.com", "qwant.com",
        "yahoo", "search.yahoo.com", "yandex.ru",
    ),
}  # fmt: skip
BY_NAME = {name: network for network, names in NETWORKS.items() for name in names}
UNKNOWN = frozenset(
    {"", "direct", "(direct)", "direct / none", "(none)", "none", "(not set)", "(other)",
     "unassigned", "direct entry", "(data not available)"}
)  # fmt: skip


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
    ('', 'clinic-news.example')
    """
    given, kind = source.strip().casefold(), medium.strip().casefold()
    name = _host(given) if "://" in given else given
    found = "" if name in UNKNOWN else BY_NAME.get(name) or _by_end(name)
    if kind in {"email", "e-mail", "newsletter"}:
        return "mail"
    if not found:
        return "" if kind in UNKNOWN or kind == "referral" else BY_NAME.get(kind, kind)
    return f"{found} ads" if kind in {"cpc", "ppc", "paid", "paidsearch", "paid_social"} else found


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _by_end(name: str) -> str:
    """Return the network that a host belongs to, or the host itself."""
    labels = name.split(".")
    for place in range(1, len(labels) - 1):
        if network := BY_NAME.get(".".join(labels[place:])):
            return network
    if len(labels) > 1 and labels[-2] == "google":
        return "search"
    return name.removeprefix("www.")
