"""What can go wrong with watches and mentions.

::

    Correctable
        CopiesUnknown     no group of copies of this organisation has that number
        WatchUnknown      no watch of this organisation has that name or number
        WatchNameTaken    another watch has the name
        WatchRefused      a value of it can't be used
        MentionUnknown    no mention of this organisation has that number
        SearchRefused     a search's value can't be used
        SuggestionGone    what was accepted isn't proposed (any more)
        PeerUnknown       no peer of this organisation has that number
        PeerRefused       an account can't be followed as a peer
    (engine.query.QueryError: a query that can't be read)
"""

from __future__ import annotations

from auscult.engine.kernel.errors import Correctable


class WatchUnknown(Correctable):
    """No watch of the actor's organisation is the one asked for."""

    def __init__(self, given: object) -> None:
        super().__init__(
            f"There is no watch '{given}' in your organisation.",
            code="watch-unknown",
            field="watch",
            hint="The page Listening lists the watches.",
        )


class WatchNameTaken(Correctable):
    """Two watches can't share a name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"A watch is already called '{name}'.",
            code="watch-name-taken",
            field="name",
            hint="Choose another name, or change that watch.",
        )


class WatchRefused(Correctable):
    """A watch's value lies outside what is possible."""

    def __init__(self, field: str, value: object, valid: str) -> None:
        super().__init__(
            f"{field} is {value!r}, but must be {valid}.",
            code="watch-refused",
            field=field,
            hint="Change it and save again.",
        )


class MentionUnknown(Correctable):
    """No mention of the actor's organisation is the one asked for."""

    def __init__(self, given: object) -> None:
        super().__init__(
            f"There is no mention '{given}' in your organisation.",
            code="mention-unknown",
            field="mention",
            hint="It may have been removed since you saw it; search for it.",
        )


class SearchRefused(Correctable):
    """A search's value lies outside what is possible."""

    def __init__(self, field: str, value: object, valid: str) -> None:
        super().__init__(
            f"{field} is {value!r}, but must be {valid}.",
            code="search-refused",
            field=field,
            hint="Change it and search again.",
        )


class SuggestionGone(Correctable):
    """What was accepted isn't among the suggestions."""

    def __init__(self, given: str) -> None:
        super().__init__(
            f"'{given[:80]}' is not among the suggestions for this name and town.",
            code="suggestion-gone",
            field="take",
            hint="Look at the suggestions again, or add it by hand.",
        )


class PeerUnknown(Correctable):
    """No peer of the actor's organisation is the one asked for."""

    def __init__(self, given: object) -> None:
        super().__init__(
            f"There is no peer '{given}' in your organisation.",
            code="peer-unknown",
            field="peer",
            hint="The page Peers lists them.",
        )


class PeerRefused(Correctable):
    """An account can't be followed."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message, code="peer-refused", field="author", hint=hint)


class CopiesUnknown(Correctable):
    """No group of copies has that number."""

    def __init__(self, given: int) -> None:
        super().__init__(
            f"There are no copies with the number {given} here, or not any more.",
            field="number",
            hint="Open the page Copies for those that there are.",
            code="copies-unknown",
        )
