"""What an address or a handle leads to: every kind of source is asked, at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from auscult.engine.connectors.base import Connector, find, names
from auscult.engine.connectors.live import Proposal
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.http import Network

WITHIN = 12.0  # seconds; a connector that is asked gives up after ten
LONGEST_ADDRESS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What came of an address.

    Attributes
    ----------
    proposals : tuple of Proposal
        The surest first; each configuration once.
    problems : tuple of str
        Why a kind of source that might have known it couldn't tell, in words.
    """

    proposals: tuple[Proposal, ...]
    problems: tuple[str, ...]


def probe(
    address: str, *, network: Network, kinds: Sequence[str] | None = None, within: float = WITHIN
) -> Probed:
    """Ask every kind of source whether it knows an address, and wait for `within` seconds.

    Raises
    ------
    Correctable
        There is no address, or one that Auscult may not reach.
    """
    wanted = address.strip()
    if not wanted or len(wanted) > LONGEST_ADDRESS:
        raise Correctable(
            _("'%(text)s' is no address.") % {"text": wanted[:80]},
            code="no-address",
            field="address",
            hint=_(
                "Paste a web address (https://hospital.example/news), an account"
                " (@name@instance.example, name.bsky.social), or the name of an instance."
            ),
        )
    if "://" in wanted:
        network.check(wanted)
    asked = {kind: find(kind) for kind in (names() if kinds is None else kinds)}
    pool = ThreadPoolExecutor(len(asked) or 1, thread_name_prefix="probe")
    answers = {
        pool.submit(_ask, connector, wanted, network, get_language()): kind
        for kind, connector in asked.items()
    }
    done, late = wait(answers, timeout=within)
    # A connector that is still waiting ends at its own time-out; nobody waits for it.
    pool.shutdown(wait=False, cancel_futures=True)
    return _gathered(done, [_(asked[answers[one]].title) for one in late])


def _ask(
    connector: Connector, address: str, network: Network, language: str | None
) -> tuple[Proposal, ...]:
    with override(language):  # which a thread doesn't inherit
        return connector.probe(address, network=network)


def _gathered(done: set[Future[tuple[Proposal, ...]]], late: Sequence[str]) -> Probed:
    proposals: list[Proposal] = []
    problems = [_("%(title)s didn't answer in time.") % {"title": title} for title in sorted(late)]
    refused: Correctable | None = None
    for one in done:
        error = one.exception()
        if error is None:
            proposals += one.result()
        elif isinstance(error, Remote):
            problems.append(error.message)
        elif isinstance(error, Correctable):
            refused = error
        else:
            raise error
    if refused is not None and not proposals:
        raise refused
    ranked = sorted(proposals, key=lambda proposal: (-proposal.confidence, proposal.name))
    distinct = {(one.connector, repr(sorted(one.config.items()))): one for one in reversed(ranked)}
    return Probed(
        proposals=tuple(reversed(distinct.values())), problems=tuple(dict.fromkeys(problems))
    )
