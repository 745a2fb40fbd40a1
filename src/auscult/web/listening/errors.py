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

from django.utils.translation import gettext as _

from auscult.engine.kernel.errors import Correctable


class WatchUnknown(Correctable):
    """No watch of the actor's organisation is the one asked for."""

    def __init__(self, given: object) -> None:
        super().__init__(
            _("There is no watch '%(given)s' in your organisation.") % {"given": given},
            code="watch-unknown",
            field="watch",
            hint=_("The page Listening lists the watches."),
        )


class WatchNameTaken(Correctable):
    """Two watches can't share a name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("A watch is already called '%(name)s'.") % {"name": name},
            code="watch-name-taken",
            field="name",
            hint=_("Choose another name, or change that watch."),
        )


class WatchRefused(Correctable):
    """A watch's value lies outside what is possible."""

    def __init__(self, field: str, value: object, valid: str) -> None:
        super().__init__(
            _("%(field)s is %(value)r, but must be %(valid)s.")
            % {"field": field, "value": value, "valid": _(valid)},
            code="watch-refused",
            field=field,
            hint=_("Change it and save again."),
        )


class MentionUnknown(Correctable):
    """No mention of the actor's organisation is the one asked for."""

    def __init__(self, given: object) -> None:
        super().__init__(
            _("There is no mention '%(given)s' in your organisation.") % {"given": given},
            code="mention-unknown",
            field="mention",
            hint=_("It may have been removed since you saw it; search for it."),
        )


class SearchRefused(Correctable):
    """A search's value lies outside what is possible."""

    def __init__(self, field: str, value: object, valid: str) -> None:
        super().__init__(
            _("%(field)s is %(value)r, but must be %(valid)s.")
            % {"field": field, "value": value, "valid": _(valid)},
            code="search-refused",
            field=field,
            hint=_("Change it and search again."),
        )


class SuggestionGone(Correctable):
    """What was accepted isn't among the suggestions."""

    def __init__(self, given: str) -> None:
        super().__init__(
            _("'%(given)s' is not among the suggestions for this name and town.")
            % {"given": given[:80]},
            code="suggestion-gone",
            field="take",
            hint=_("Look at the suggestions again, or add it by hand."),
        )


class PeerUnknown(Correctable):
    """No peer of the actor's organisation is the one asked for."""

    def __init__(self, given: object) -> None:
        super().__init__(
            _("There is no peer '%(given)s' in your organisation.") % {"given": given},
            code="peer-unknown",
            field="peer",
            hint=_("The page Peers lists them."),
        )


class PeerRefused(Correctable):
    """An account can't be followed."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message, code="peer-refused", field="author", hint=hint)


class CopiesUnknown(Correctable):
    """No group of copies has that number."""

    def __init__(self, given: int) -> None:
        super().__init__(
            _("There are no copies with the number %(given)s here, or not any more.")
            % {"given": given},
            field="number",
            hint=_("Open the page Copies for those that there are."),
            code="copies-unknown",
        )
