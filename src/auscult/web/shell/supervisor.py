"""`auscult up`: one command that prepares the archive, starts everything and watches over it."""

from __future__ import annotations

import contextlib
import gc
import http.client
import importlib
import ipaddress
import logging
import os
import socket
import sys
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from django.core.management import call_command
from django.db import connections

from auscult.engine.kernel.errors import Correctable
from auscult.web.shell import server
from auscult.web.shell.meter import begin_anew
from auscult.web.shell.options import PREFIX, Options
from auscult.web.shell.processes import Child, Keeper
from auscult.web.shell.start import start

log = logging.getLogger("auscult.runner")

PORTS_TRIED = 20
SHARED = (*server.PAGES, "auscult.engine.matching.matcher")


def up(
    *,
    archive: Path | None = None,
    host: str | None = None,
    port: int | None = None,
    empty: bool = False,
    browser: bool = True,
) -> None:
    """Start the pages and the runner, and keep them running until Ctrl-C.

    Parameters
    ----------
    archive : Path or None
        Folder of the archive; made where it doesn't exist. None: the settings' one.
    host, port : str, int or None
        Where to serve; None: the settings' ones. A port in use is replaced by the next
        free one, with a message.
    empty : bool
        Leave an empty archive empty, instead of loading the town of Lakeside into it.
    browser : bool
        Open a browser, where there is a display.

    Raises
    ------
    Correctable
        A setting is wrong, or no port is free.
    """
    # Before the settings are read: a host that is served is also one that is answered to.
    if host is not None:
        os.environ[PREFIX + "ADDRESS"] = host
    options = start(archive)
    port = free_port(options.address, port or options.port, say=_say)
    with kept_port(options.address, port):
        link = _prepare(options, port, empty=empty)
        children = [
            Child(name="web server", target=partial(server.serve, options.address, port)),
            Child(name="runner", target=_work),
        ]
        first_page = FirstPage(host=options.address, port=port, link=link, browser=browser)
        Keeper(children, say=_say).keep(until_true=first_page)
    gc.unfreeze()
    _say("Stopped.")


def _prepare(options: Options, port: int, *, empty: bool) -> str:
    """Bring the archive up to date; return the sign-in link of its owner."""
    # Models can be imported only now that Django is set up.
    from auscult.web.shell import first_run  # noqa: PLC0415

    call_command("migrate", verbosity=0, interactive=False)
    begin_anew(options.archive)
    owner = first_run.owner()
    if not empty:
        first_run.settle_lakeside(owner)
    link = first_run.sign_in_path(owner)
    # What both children need is loaded once, and shared by those that are forked.
    for module in SHARED:
        importlib.import_module(module)
    # A child must not inherit an open connection, nor copy pages only to count references.
    connections.close_all()
    gc.collect()
    gc.freeze()
    return f"http://{_shown(options.address)}:{port}{link}"


def _work() -> None:
    """Be the runner."""
    # A child that was forked has its Django already; one that started afresh gets it here.
    start()
    from auscult.web.shell import runner  # noqa: PLC0415

    try:
        runner.run()
    except Exception:
        # Python's own report would quote the error, and with it perhaps a post.
        log.exception("the runner broke")
        sys.exit(1)


def free_port(host: str, wanted: int, *, say: Callable[[str], None]) -> int:
    """Return `wanted`, or the next port above it that is free."""
    for port in range(wanted, min(wanted + PORTS_TRIED, 65536)):
        if _is_free(host, port):
            if port != wanted:
                say(f"Port {wanted} is in use; taking {port}.")
            return port
    raise Correctable(
        f"No port from {wanted} to {wanted + PORTS_TRIED - 1} is free on {host}.",
        code="no-free-port",
        field="--port",
        hint="Give another one with --port, or stop what uses them.",
    )


@contextlib.contextmanager
def kept_port(host: str, port: int) -> Iterator[None]:
    """Keep a port for the web server, while the archive is prepared and after.

    The server's sockets share their port with whoever asks for that. Of two archives that are
    started at once, each would be sent what is meant for the other; this socket, on which
    nothing listens, shows the port as taken.
    """
    with socket.socket(_family(host, port), socket.SOCK_STREAM) as keeping:
        if hasattr(socket, "SO_REUSEPORT"):
            keeping.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            with contextlib.suppress(OSError):
                keeping.bind((host, port))
        yield


def _is_free(host: str, port: int) -> bool:
    with socket.socket(_family(host, port), socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind((host, port))
            return True
    return False


def _family(host: str, port: int) -> socket.AddressFamily:
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    except socket.gaierror as error:
        raise Correctable(
            f"The address {host!r} can't be served: {error.strerror}.",
            code="bad-host",
            field="--host",
            hint="Use 127.0.0.1 for this machine alone, or 0.0.0.0 for all of its addresses.",
        ) from error


def _shown(host: str) -> str:
    """Return how `host` is written in an address that a browser can open."""
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(host)
        if address.is_unspecified:
            return "localhost"
        return f"[{host}]" if address.version == 6 else host
    return host


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@dataclass(slots=True, kw_only=True)
class FirstPage:
    """Looks for the first page; says where it is, once, and opens it."""

    host: str
    port: int
    link: str
    browser: bool
    say: Callable[[str], None] = _say

    def __call__(self) -> bool:
        """Return whether the page is there."""
        if not self._answers():
            return False
        self.say("")
        self.say("Auscult listens. Sign in within 15 minutes; the link works once:")
        self.say(f"  {self.link}")
        self.say("")
        self.say("Ctrl-C stops everything.")
        if self.browser and _has_display():
            webbrowser.open(self.link)
        return True

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=5)
        try:
            # Over https alone every other page sends elsewhere.
            connection.request("GET", "/healthz", headers={"Host": "localhost"})
            return connection.getresponse().status == http.client.OK
        except OSError:
            return False
        finally:
            connection.close()


def _has_display() -> bool:
    if sys.platform in {"darwin", "win32"}:
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
