"""What can go wrong with sources.

::

    Correctable
        SourceUnknown      no source of this organisation has that name or number
        SourceNameTaken    another source has the name
        SourceRefused      a value of it can't be used
        CredentialsAgain   its credentials were given for another address or account
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from auscult.engine.kernel.errors import Correctable


class SourceUnknown(Correctable):
    """No source of the actor's organisation is the one asked for."""

    def __init__(self, given: object) -> None:
        super().__init__(
            _("There is no source '%(given)s' in your organisation.") % {"given": given},
            code="source-unknown",
            field="source",
            hint=_("The page Listening lists the sources."),
        )


class SourceNameTaken(Correctable):
    """Two sources can't share a name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("A source is already called '%(name)s'.") % {"name": name},
            code="source-name-taken",
            field="name",
            hint=_("Choose another name, or change that source."),
        )


class SourceRefused(Correctable):
    """A source's value lies outside what is possible."""

    def __init__(self, field: str, value: object, valid: str) -> None:
        super().__init__(
            _("%(field)s is %(value)r, but must be %(valid)s.")
            % {"field": field, "value": value, "valid": _(valid)},
            code="source-refused",
            field=field,
            hint=_("Change it and save again."),
        )


class CredentialsAgain(Correctable):
    """Credentials are sent to whom they were given for, and to nobody else."""

    def __init__(self, name: str, changed: str, credential: str) -> None:
        super().__init__(
            _("'%(name)s' has credentials that were given for another %(changed)s.")
            % {"name": name, "changed": changed},
            code="credentials-again",
            field=credential,
            hint=_("Enter %(credential)s anew, empty it, or leave %(changed)s as it was.")
            % {"credential": credential, "changed": changed},
        )


class SourceMoved(Correctable):
    """A source was paused, removed or changed while it was read."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("'%(name)s' was paused, removed or changed while it was read.") % {"name": name},
            code="source-moved",
            field="source",
            hint=_("What was read last wasn't stored; resume the source to read it again."),
        )
