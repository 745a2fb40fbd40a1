"""What can go wrong with sources.

::

    Correctable
        SourceUnknown      no source of this organisation has that name or number
        SourceNameTaken    another source has the name
        SourceRefused      a value of it can't be used
        CredentialsAgain   its credentials were given for another address or account
"""

from __future__ import annotations

from auscult.engine.kernel.errors import Correctable


class SourceUnknown(Correctable):
    """No source of the actor's organisation is the one asked for."""

    def __init__(self, given: object) -> None:
        super().__init__(
            f"There is no source '{given}' in your organisation.",
            code="source-unknown",
            field="source",
            hint="The page Listening lists the sources.",
        )


class SourceNameTaken(Correctable):
    """Two sources can't share a name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"A source is already called '{name}'.",
            code="source-name-taken",
            field="name",
            hint="Choose another name, or change that source.",
        )


class SourceRefused(Correctable):
    """A source's value lies outside what is possible."""

    def __init__(self, field: str, value: object, valid: str) -> None:
        super().__init__(
            f"{field} is {value!r}, but must be {valid}.",
            code="source-refused",
            field=field,
            hint="Change it and save again.",
        )


class CredentialsAgain(Correctable):
    """Credentials are sent to whom they were given for, and to nobody else."""

    def __init__(self, name: str, changed: str, credential: str) -> None:
        super().__init__(
            f"'{name}' has credentials that were given for another {changed}.",
            code="credentials-again",
            field=credential,
            hint=f"Enter {credential} anew, empty it, or leave {changed} as it was.",
        )


class SourceMoved(Correctable):
    """A source was paused, removed or changed while it was read."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"'{name}' was paused, removed or changed while it was read.",
            code="source-moved",
            field="source",
            hint="What was read last wasn't stored; resume the source to read it again.",
        )
