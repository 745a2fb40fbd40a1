"""The network, as the settings let sources reach it."""

from __future__ import annotations

from django.conf import settings

from auscult.engine.kernel.http import Network, Reach, user_agent


def network() -> Network:
    """Return the network, with the owner's exceptions and the address to complain to."""
    options = settings.AUSCULT
    return Network(Reach(options.reach), user_agent=user_agent(options.contact))
