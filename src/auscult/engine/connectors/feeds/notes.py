"""How a source's feeds are doing, in sentences."""

from __future__ import annotations

from collections.abc import Mapping

from auscult.engine.connectors.feeds.state import FeedState

MOST = 10  # feeds that are named; the others are counted


def sentences(states: Mapping[str, FeedState], said: Mapping[str, str]) -> tuple[str, ...]:
    """Return a sentence for each feed that a person should look at.

    Parameters
    ----------
    states : mapping
        By address.
    said : mapping
        What failing feeds answered last, as far as it is known.
    """
    gone = [_gone(address) for address, state in states.items() if state.gone]
    failing = [
        _failing(address, state, said.get(address, ""))
        for address, state in states.items()
        if state.failures and not state.gone
    ]
    moved = [
        f"{address} has moved to {state.moved}, where it is read from now on."
        for address, state in states.items()
        if state.moved and not state.failures
    ]
    return (
        *_first(gone, "feeds are gone"),
        *_first(failing, "feeds can't be read at the moment"),
        *_first(moved, "feeds have moved"),
    )


def _first(found: list[str], what: str) -> list[str]:
    rest = len(found) - MOST
    return found[:MOST] + ([f"{rest:,} more {what}."] if rest > 0 else [])


def _gone(address: str) -> str:
    return (
        f"{address} is gone for ever, says its server (410). It isn't asked any more: "
        "take it out of the list, or write its new address."
    )


def _failing(address: str, state: FeedState, said: str) -> str:
    again = f" It is asked again at {state.next:%H:%M} UTC." if state.next else ""
    times = f" ({state.failures} times in a row)" if state.failures > 1 else ""
    return f"{address}: {state.problem}{times}. {said}".rstrip() + again
