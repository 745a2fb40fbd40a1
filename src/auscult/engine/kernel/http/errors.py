"""What may go wrong between this machine and another.

::

    Correctable
        AddressRefused   the address may not be reached, or isn't one
    Remote               the other side failed (raised by `answers` and `failures`)
"""

from __future__ import annotations

from typing import Self

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.words import gettext as _
from auscult.engine.kernel.words import gettext_noop

OWNERS_SWITCH = gettext_noop(
    "If the machine is one of your own, let the owner of this Auscult add it to AUSCULT_REACH."
)


class AddressRefused(Correctable):
    """An address that is not reached: it isn't one, or it leads into a private network."""

    def __init__(self, message: str, *, code: str = "address-refused", hint: str = "") -> None:
        super().__init__(message, code=code, field="address", hint=hint)

    def after(self, host: str) -> Self:
        """Return the same, of an address that a host redirected to."""
        return type(self)(
            _("{host} redirected to where nobody is sent. {message}").format(
                host=host, message=self.message
            ),
            code=self.code,
            hint=self.hint,
        )
