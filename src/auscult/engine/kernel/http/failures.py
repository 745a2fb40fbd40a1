"""Failures of connections, in words that a person understands."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import httpcore2

from auscult.engine.kernel.http.answers import Asked
from auscult.engine.kernel.http.backend import TookTooLong
from auscult.engine.kernel.http.decoding import NotDecoded

# Nothing came back: on a connection that was kept, because it had been closed meanwhile.
GONE_AT_ONCE = (httpcore2.RemoteProtocolError, httpcore2.ReadError, httpcore2.WriteError)

FAILURES: tuple[type[Exception], ...] = (
    httpcore2.TimeoutException,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    NotDecoded,
    OSError,
)


@contextmanager
def failing(asked: Asked) -> Iterator[None]:
    """Raise what goes wrong inside as `Remote`, in words."""
    try:
        yield
    except FAILURES as error:
        raise asked.failed(said_plainly(error)) from error


def said_plainly(error: Exception) -> str:
    """Say why a request failed, without its address."""
    # The pool takes the cause away from what it raises; the backend keeps it inside.
    inside = error.args[0] if error.args else None
    match error:
        case NotDecoded():
            why = f"sent a body that can't be read: {error}"
        case httpcore2.PoolTimeout():
            why = "all connections to it are in use"
        case httpcore2.TimeoutException(args=(TookTooLong(),)):
            why = "took too long in all"
        case httpcore2.TimeoutException() | TimeoutError():
            why = "didn't answer in time"
        case httpcore2.ConnectError():
            why = _not_connected(inside if isinstance(inside, BaseException) else error)
        case httpcore2.ProtocolError():
            why = f"answered what is not HTTP ({error})"
        case OSError():
            why = _not_connected(error)
        case _:
            why = "the connection was cut"
    return why


def _not_connected(cause: BaseException) -> str:
    if isinstance(cause, socket.gaierror):
        return f"its name has no address ({cause.strerror})"
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate was refused ({cause.verify_message})"
    if isinstance(cause, ssl.SSLError):
        return f"it makes no secure connection ({cause.reason or cause})"
    if isinstance(cause, TimeoutError):
        return "didn't answer in time"
    why = cause.strerror if isinstance(cause, OSError) and cause.strerror else str(cause)
    return f"it can't be reached ({why})"
