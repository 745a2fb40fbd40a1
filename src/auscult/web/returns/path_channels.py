"""Which channel a visitor came by, from what her address or the page before says."""

from __future__ import annotations

from urllib.parse import urlsplit

from auscult.engine.returns.exports.channels import ELSEWHERE, HOSTS, NAMES, of_host
from auscult.web.returns.recording import LONGEST_CHANNEL

CHANNELS = tuple(sorted({*HOSTS.values(), *NAMES.values(), "poster", "press", "print", "radio"}))


def channel_of(*, source: str = "", referrer: str = "", own: tuple[str, ...] = ()) -> str:
    """Return a channel; empty where nothing is known.

    Parameters
    ----------
    source : str
        `utm_source` of the address; it counts first.
    referrer : str
        The address of the page before. Its host alone is looked at, and isn't kept.
    own : tuple of str
        Origins of the house, which are no channel.

    Examples
    --------
    >>> channel_of(source="FB"), channel_of(referrer="https://www.google.de/")
    ('facebook', 'search')
    """
    said = " ".join(source.split()).lower()[:LONGEST_CHANNEL].strip()
    if said:
        return of_host(said) or NAMES.get(said, said)
    host = _host(referrer)
    if not host or host in {_host(one) for one in own}:
        return ""
    return of_host(host) or ELSEWHERE


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
