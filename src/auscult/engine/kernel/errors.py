"""Errors in three families, by what the reader can do about them.

::

    Correctable   the reader changes what she gave: a field, a query, a file
    Remote        another machine failed: wait, sign in again, or give up
    anything else is a defect of Auscult and crashes, with its traceback

A message names the value received, the valid values, and the next step.
"""

from __future__ import annotations


class Correctable(Exception):
    """Input that its giver can mend.

    Parameters
    ----------
    message : str
        What was received and why it can't be taken, in one or two sentences.
    field : str
        The part of the input, as its giver knows it: `query`, `--since`, `column`.
    hint : str
        The next step: what to write instead.
    code : str
        A stable name for programs: lower case, hyphens.
    """

    def __init__(self, message: str, *, code: str, field: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class Remote(Exception):
    """A failure of another machine.

    Parameters
    ----------
    message : str
        Which machine, what was asked, what it answered.
    permanent : bool
        True when asking again can't help.
    retry_after : float or None
        Seconds to wait, where the other side said so.
    needs_login : bool
        True when a person has to sign in anew.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        retry_after: float | None = None,
        needs_login: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent
        self.retry_after = retry_after
        self.needs_login = needs_login
