"""The doctor's look at the machine: Python, packages, folders, space, keys, clock, addresses."""

from __future__ import annotations

import importlib.metadata
import ipaddress
import re
import shutil
import smtplib
import ssl
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from auscult.web.shell.doctor import Examined, Finding, note, problem, well
from auscult.web.shell.health import is_writable
from auscult.web.shell.options import SECRET_FILE, Options

PYTHON = (3, 11)
LITTLE, TOO_LITTLE = 5 << 30, 1 << 30  # bytes of free space
PATIENCE = 5.0  # seconds for the mail server
AHEAD = 120.0  # seconds that a file may lie in the future


def python(_examined: Examined) -> Iterator[Finding]:
    """Look at Python's version."""
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < PYTHON:
        yield problem("python", f"Python is {found}.", "Install Python 3.11 or newer.")
    else:
        yield well("python", f"Python {found}.")


def packages(_examined: Examined) -> Iterator[Finding]:
    """Look for every package that Auscult needs."""
    wanted = importlib.metadata.requires("auscult") or []
    # An extra is asked for by who wants it; the rest of a marker is the machine's.
    names = [re.split(r"[\s;<>=!~\[(]", one)[0] for one in wanted if "extra ==" not in one]
    missing = []
    for name in names:
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        said = f"Missing packages: {', '.join(sorted(missing))}."
        yield problem("packages", said, "Run `make setup`, or `uv sync --frozen`.")
    else:
        yield well("packages", f"All {len(names)} packages are there.")


def archive(examined: Examined) -> Iterator[Finding]:
    """Look at the archive's folder: there, writable, closed to others."""
    folder = examined.options.archive
    if not folder.is_dir():
        yield problem(
            "archive", f"There is no folder {folder}.", "Set AUSCULT_ARCHIVE to the archive's."
        )
        return
    if not is_writable(folder):
        yield problem(
            "archive",
            f"{folder} can't be written.",
            "Give it to the account that runs Auscult: chown -R auscult: on it.",
        )
        return
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o007:
        yield note(
            "archive",
            f"Other accounts of this machine may look into {folder} ({mode:o}).",
            f"chmod o-rwx {folder}",
        )
    else:
        yield well("archive", f"{folder} can be written, and is closed to other accounts.")


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.suffix in {".sqlite3", ".key"}]


def disk(examined: Examined) -> Iterator[Finding]:
    """Look at the free space."""
    free = shutil.disk_usage(examined.options.archive).free
    said = f"{free / 2**30:.1f} GiB are free."
    mend = "Make room, or move the archive to a larger disk; shorten how long posts are kept."
    if free < TOO_LITTLE:
        yield problem("disk", said, mend)
    elif free < LITTLE:
        yield note("disk", said, mend)
    else:
        yield well("disk", said)


def keys(examined: Examined) -> Iterator[Finding]:
    """Look at the files of secret keys."""
    for name in (SECRET_FILE, "secrets.key"):
        file = examined.options.archive / name
        if not file.exists():
            continue
        mode = stat.S_IMODE(file.stat().st_mode)
        if mode & 0o077:
            yield problem("keys", f"{name} may be read by others ({mode:o}).", f"chmod 600 {file}")
        else:
            yield well("keys", f"{name} is its owner's alone.")


def clock(examined: Examined) -> Iterator[Finding]:
    """Look whether the clock has been set back: what was written lies in its future."""
    now = examined.clock.now().timestamp()
    written = [path.stat().st_mtime for path in _files(examined.options.archive)]
    ahead = max(written, default=now) - now
    if ahead > AHEAD:
        yield problem(
            "clock",
            f"The archive was written {ahead:.0f} s after this machine's time.",
            "Set the clock, and let it be kept: apt install systemd-timesyncd.",
        )
    else:
        yield well("clock", f"It is {examined.clock.now():%Y-%m-%d %H:%M:%S} UTC.")


def mail(examined: Examined) -> Iterator[Finding]:
    """Greet the mail server as it will be greeted, without sending anything."""
    options = examined.options
    if not options.smtp_host:
        yield note(
            "mail",
            "No mail server is set: invitations, alerts and briefs stay in the outbox.",
            "Set AUSCULT_SMTP_HOST and its kin (docs/reference/settings.md).",
        )
        return
    where = f"{options.smtp_host}:{options.smtp_port}"
    try:
        _greet(options)
    except smtplib.SMTPAuthenticationError:
        yield problem("mail", f"{where} refuses the user name or the password.",
                      "Correct AUSCULT_SMTP_USER and AUSCULT_SMTP_PASSWORD.")  # fmt: skip
    except (OSError, smtplib.SMTPException) as error:
        yield problem(
            "mail",
            f"{where} can't be reached: {type(error).__name__}: {error}",
            "Correct AUSCULT_SMTP_HOST, _PORT or _SECURITY, or let this machine through.",
        )
    else:
        yield well("mail", f"{where} answers.")


def _greet(options: Options) -> None:
    context = ssl.create_default_context()
    where = options.smtp_host, options.smtp_port
    if options.smtp_security == "tls":
        opened: smtplib.SMTP = smtplib.SMTP_SSL(*where, timeout=PATIENCE, context=context)
    else:
        opened = smtplib.SMTP(*where, timeout=PATIENCE)
    with opened as server:
        if options.smtp_security == "starttls":
            server.starttls(context=context)
        if options.smtp_user:
            server.login(options.smtp_user, options.smtp_password)
        server.noop()


def addresses(examined: Examined) -> Iterator[Finding]:
    """Look at how people reach the pages: https, host names, a proxy."""
    options = examined.options
    found = list(_reached(options))
    yield from found or [well("addresses", "How people reach the pages is set as it should be.")]


def _reached(options: Options) -> Iterator[Finding]:
    public = not _is_loopback(options.address)
    if options.debug and (public or options.secure):
        yield problem("addresses", "AUSCULT_DEBUG is on where others can see it.",
                      "Remove AUSCULT_DEBUG: tracebacks show data.")  # fmt: skip
    if public and not options.secure:
        yield problem(
            "addresses",
            f"The pages are served on {options.address} without https.",
            "Put a reverse proxy before it (deploy/), set AUSCULT_SECURE=true, and "
            "AUSCULT_ADDRESS=127.0.0.1.",
        )
    if options.secure and not options.proxies:
        yield problem("addresses", "AUSCULT_SECURE is on, but no proxy is believed.",
                      "Set AUSCULT_PROXIES to the address of the one that ends https.")  # fmt: skip
    if options.secure and all(_is_loopback(host.strip("[]")) for host in options.allowed_hosts):
        yield problem("addresses", "AUSCULT_SECURE is on, but only this machine's names are "
                      "answered to.", "Set AUSCULT_ALLOWED_HOSTS to the public name.")  # fmt: skip
    if "*" in options.allowed_hosts:
        yield problem("addresses", "Every host name is answered to.",
                      "Set AUSCULT_ALLOWED_HOSTS to the names that people use.")  # fmt: skip


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
