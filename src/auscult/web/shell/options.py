"""What an operator can set: one typed value, read once from the environment.

The table `docs/reference/settings.md` is made from these fields; a test holds the
two together. A secret may also come from a file: `AUSCULT_SECRET_KEY_FILE`.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import secrets
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.http import Reach
from auscult.engine.kernel.secrets import parse_keys

PREFIX = "AUSCULT_"
SECRET_FILE = "secret.key"  # noqa: S105 - the name of a file, not a secret
DATABASE_FILE = "auscult.sqlite3"
SMTP_SECURITY = ("starttls", "tls", "none")
LANGUAGES = ("en", "de")  # each has its catalogue in locale/, whole
FORMS = ("lines", "json")
# As `accounts.models.Role`, which can't be asked before these settings are read.
ROLES = ("owner", "editor", "approver", "analyst", "privacy", "ambassador", "guest")


class SettingRefused(Correctable):
    """A setting that Auscult can't start with."""

    def __init__(self, name: str, value: str, valid: str, *, hint: str = "") -> None:
        super().__init__(
            f"{PREFIX}{name} is {value!r}, but must be {valid}.",
            code=f"setting-{name.lower().replace('_', '-')}",
            field=f"{PREFIX}{name}",
            hint=hint or f"Set {PREFIX}{name} anew, or remove it to use the default.",
        )


def _folder(name: str, value: str) -> Path:
    folder = Path(value).expanduser()
    if folder.exists() and not folder.is_dir():
        raise SettingRefused(name, value, "a folder", hint="A file of this name is in the way.")
    return folder.absolute()


def _text(name: str, value: str) -> str:
    if not value.strip():
        raise SettingRefused(name, value, "a text that isn't empty")
    return value.strip()


def _security(name: str, value: str) -> str:
    if value not in SMTP_SECURITY:
        raise SettingRefused(name, value, "one of " + ", ".join(SMTP_SECURITY))
    return value


def _mailbox(name: str, value: str) -> str:
    """Return a sender: an address, or a name with an address in angle brackets."""
    address = parseaddr(value)[1]
    if not value.isprintable() or "@" not in address.strip("@") or " " in address:
        raise SettingRefused(
            name, value, "a mail address, or one with a name, as Auscult <auscult@hospital.example>"
        )
    return value.strip()


def _public_url(name: str, value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        raise SettingRefused(name, value, "like https://auscult.hospital.example")
    return value.strip().rstrip("/")


def _contact(name: str, value: str) -> str:
    """Return an address that may stand in a header."""
    if not value.isascii() or not value.isprintable() or set(value.strip()) & set(" ()"):
        raise SettingRefused(
            name, value, "an address of a page or mailbox, without spaces and brackets"
        )
    return value.strip()


def _secret(name: str, value: str) -> str:
    if len(value.strip()) < 32:
        # The value itself stays out of the message: logs aren't secret.
        raise SettingRefused(
            name, f"{len(value.strip())} characters long", "at least 32 random characters"
        )
    return value.strip()


def _port(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit() and 0 < int(value) < 65536):
        raise SettingRefused(name, value, "a number from 1 to 65535")
    return int(value)


def _switch(name: str, value: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if value.strip().lower() not in known:
        raise SettingRefused(name, value, "one of " + ", ".join(known))
    return known[value.strip().lower()]


def _names(name: str, value: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in value.split(",") if part.strip())
    if not names:
        raise SettingRefused(name, value, "host names, separated by commas")
    return names


def _reach(name: str, value: str) -> tuple[str, ...]:
    entries = _names(name, value)
    try:
        return Reach(entries).allow
    except Correctable as error:
        raise SettingRefused(
            name, value, "ranges of addresses and host names, separated by commas", hint=str(error)
        ) from error


def _keys(name: str, value: str) -> str:
    try:
        parse_keys(value, PREFIX + name)
    except Correctable as error:
        raise SettingRefused(
            name, "too short", "keys of at least 32 random characters", hint=str(error)
        ) from error
    return value.strip()


def _proxies(name: str, value: str) -> tuple[str, ...]:
    addresses = tuple(part.strip() for part in value.split(",") if part.strip())
    try:
        for address in addresses:
            ipaddress.ip_network(address)
    except ValueError as error:
        raise SettingRefused(
            name, value, "addresses or ranges of addresses, separated by commas", hint=f"{error}."
        ) from error
    return addresses


def _whole(most: int) -> Callable[[str, str], int]:
    """Return the reader of a whole number from 1 to `most`."""

    def read(name: str, value: str) -> int:
        if not (value.isascii() and value.isdigit() and 0 < int(value) <= most):
            raise SettingRefused(name, value, f"a whole number from 1 to {most}")
        return int(value)

    return read


def _form(name: str, value: str) -> str:
    if value not in FORMS:
        raise SettingRefused(name, value, "one of " + ", ".join(FORMS))
    return value


def _provider(name: str, value: str) -> str:
    """Return the address of an OIDC provider: https, or http on this machine."""
    parts = urlsplit(value.strip())
    local = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if not parts.hostname or not (parts.scheme == "https" or local):
        raise SettingRefused(name, value, "an address that begins with https://")
    return value.strip().rstrip("/")


def _roles(name: str, value: str) -> tuple[str, ...]:
    roles = tuple(part.strip() for part in value.split(",") if part.strip())
    if not roles or not set(roles) <= set(ROLES):
        raise SettingRefused(name, value, "some of " + ", ".join(ROLES) + ", separated by commas")
    return roles


def _zone(name: str, value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        raise SettingRefused(
            name, value, "a time zone's name", hint="For example Europe/London."
        ) from None
    return value


def _language(name: str, value: str) -> str:
    if value not in LANGUAGES:
        raise SettingRefused(name, value, "one of " + ", ".join(LANGUAGES))
    return value


def _database(name: str, value: str) -> str:
    """Return the address as given, where it is one of a PostgreSQL database."""
    parts = urlsplit(value)
    if parts.scheme not in {"postgresql", "postgres"} or len(parts.path) < 2:
        # A password may stand in the address, so only its scheme is repeated.
        raise SettingRefused(
            name,
            f"{parts.scheme or 'no scheme'}:...",
            "like postgresql://user:password@host:5432/database",
            hint="Remove it to use the SQLite file in the archive's folder.",
        )
    return value


def _option(
    about: str,
    read: Callable[[str, str], object],
    *,
    default: Any,
    secret: bool = False,
) -> Any:
    meta = {"about": about, "read": read, "secret": secret}
    return dataclasses.field(default=default, metadata=meta)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Everything that can be set, with its default."""

    archive: Path = _option(
        "Folder of the archive: database, lake and secret key", _folder, default=Path("var")
    )
    database_url: str = _option(
        "PostgreSQL database, as postgresql://user:password@host:5432/name; "
        "without it a SQLite file in the archive",
        _database,
        default="",
        secret=True,
    )
    secret_key: str = _option(
        "Signs sessions and sign-in links; without it `secret.key` in the archive, made at "
        "the first start",
        _secret,
        default="",
        secret=True,
    )
    secrets_key: str = _option(
        "Encrypts the passwords and tokens of sources; several keys with commas between them, "
        "of which the first encrypts; without it `secrets.key` in the archive, made at the "
        "first use",
        _keys,
        default="",
        secret=True,
    )
    reach: tuple[str, ...] = _option(
        "Addresses beside the public Internet that sources may reach, separated by commas: "
        "ranges (`10.1.0.0/16`), addresses, host names (`intranet.example`, "
        "`*.hospital.example`)",
        _reach,
        default=(),
    )
    contact: str = _option(
        "Address of a page or mailbox, which requests to other machines name so that their "
        "owners can complain",
        _contact,
        default="",
    )
    address: str = _option("Address that the pages are served at", _text, default="127.0.0.1")
    port: int = _option("Port that the pages are served at", _port, default=8470)
    allowed_hosts: tuple[str, ...] = _option(
        "Host names that the pages answer to, separated by commas",
        _names,
        default=("localhost", "127.0.0.1", "[::1]"),
    )
    secure: bool = _option(
        "The pages are reached by https only: cookies are sent over https alone",
        _switch,
        default=False,
    )
    proxies: tuple[str, ...] = _option(
        "Addresses of the reverse proxies whose word is taken for who asks and whether over "
        "https, separated by commas",
        _proxies,
        default=("127.0.0.1", "::1"),
    )
    session_idle_minutes: int = _option(
        "After so many minutes without a request a person signs in again", _whole(1440), default=60
    )
    session_hours: int = _option(
        "After so many hours a person signs in again, whatever she did", _whole(744), default=24
    )
    metrics_token: str = _option(
        "Who gives it as a bearer token may read /metrics; without it only this machine may",
        _secret,
        default="",
        secret=True,
    )
    log_format: str = _option(
        "How the log is written: " + " or ".join(FORMS), _form, default="lines"
    )
    log_requests: bool = _option(
        "Write a line for each request: page, status, time; no person, no address",
        _switch,
        default=False,
    )
    public_url: str = _option(
        "Address at which people reach the pages, as https://auscult.hospital.example, for links "
        "in mails and messages; without it the first of the allowed hosts with the port",
        _public_url,
        default="",
    )
    smtp_host: str = _option(
        "Mail server that mails are handed to; without it they stay in the outbox",
        _text,
        default="",
    )
    smtp_port: int = _option("Port of the mail server", _port, default=587)
    smtp_security: str = _option(
        "How the connection to the mail server is secured: `starttls` (usual with port 587), "
        "`tls` (usual with port 465) or `none` (a server on this machine)",
        _security,
        default="starttls",
    )
    smtp_user: str = _option("User name at the mail server, if it wants one", _text, default="")
    smtp_password: str = _option("Password at the mail server", _text, default="", secret=True)
    smtp_from: str = _option(
        "Sender of mails: an address, or one with a name",
        _mailbox,
        default="Auscult <auscult@localhost>",
    )
    oidc_url: str = _option(
        "Address of the OpenID Connect provider for single sign-on, to which "
        "`/.well-known/openid-configuration` is added",
        _provider,
        default="",
    )
    oidc_client_id: str = _option("Id of Auscult at that provider", _text, default="")
    oidc_client_secret: str = _option(
        "Secret of Auscult at that provider", _text, default="", secret=True
    )
    oidc_name: str = _option("What the button of single sign-on says", _text, default="Your house")
    sso_only: bool = _option(
        "Refuse passwords and passkeys: everybody signs in at the provider; the link of "
        "`auscult up` goes on working for the owner at the machine",
        _switch,
        default=False,
    )
    sso_domains: tuple[str, ...] = _option(
        "Mail domains, separated by commas: who signs in at the provider with a confirmed "
        "address there joins as guest without an invitation",
        _names,
        default=(),
    )
    require_second_factor: tuple[str, ...] = _option(
        "Roles, separated by commas, that set up an authenticator app or a passkey before "
        "anything else",
        _roles,
        default=(),
    )
    debug: bool = _option(
        "Show tracebacks in the browser; never on a public machine", _switch, default=False
    )
    time_zone: str = _option("Time zone that times are shown in", _zone, default="UTC")
    language: str = _option(
        "Language of the pages: " + ", ".join(LANGUAGES), _language, default="en"
    )

    @property
    def lake(self) -> Path:
        """Folder of the lake."""
        return self.archive / "lake"


def _given(name: str, environment: Mapping[str, str], *, secret: bool) -> str | None:
    """Return the value of one option, of its file where the environment names one."""
    value = environment.get(PREFIX + name)
    if not secret:
        return value
    file = environment.get(f"{PREFIX}{name}_FILE")
    if file is None:
        return value
    if value is not None:
        raise SettingRefused(f"{name}_FILE", file, f"absent where {PREFIX}{name} is given as well")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingRefused(
            f"{name}_FILE", file, "a file that can be read", hint=f"Reading it gave: {error}."
        ) from error


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    fields = dataclasses.fields(Options)
    known = {PREFIX + field.name.upper() for field in fields}
    known |= {f"{PREFIX}{field.name.upper()}_FILE" for field in fields if field.metadata["secret"]}
    known |= {PREFIX + "DATA", PREFIX + "TEST_POSTGRES"}  # read by the tests alone
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            raise Correctable(
                f"{name} is no setting of Auscult.",
                code="setting-unknown",
                field=name,
                hint="The settings are " + ", ".join(sorted(known)) + ".",
            )


def read_options(environment: Mapping[str, str]) -> Options:
    """Return the options that an environment gives.

    Raises
    ------
    SettingRefused
        Where a value can't be used, and Correctable where a name isn't known.
    """
    _refuse_unknown(environment)
    values: dict[str, object] = {}
    for field in dataclasses.fields(Options):
        given = _given(field.name.upper(), environment, secret=field.metadata["secret"])
        if given is not None:
            values[field.name] = field.metadata["read"](field.name.upper(), given)
    values.setdefault("archive", Path("var").absolute())
    options = Options(**values)  # type: ignore[arg-type] # each reader returns its field's type
    _check_single_sign_on(options)
    return options


def _check_single_sign_on(options: Options) -> None:
    """Refuse settings of single sign-on that only work together."""
    if options.oidc_url and not options.oidc_client_id:
        raise SettingRefused(
            "OIDC_CLIENT_ID", "", "the id of Auscult at the provider of AUSCULT_OIDC_URL"
        )
    if options.sso_only and not options.oidc_url:
        raise SettingRefused(
            "SSO_ONLY", "true", "false without AUSCULT_OIDC_URL", hint="Nobody could sign in."
        )


def database(options: Options) -> dict[str, Any]:
    """Return Django's description of the database that the options name."""
    if not options.database_url:
        return {
            "ENGINE": "auscult.web.shell.sqlite",
            "NAME": str(options.archive / DATABASE_FILE),
        }
    parts = urlsplit(options.database_url)
    socket = parse_qs(parts.query).get("host", [""])[0]  # libpq's way to name a socket's folder
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": socket or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 60,
    }


def kept_secret(options: Options) -> str:
    """Return the secret key: the option's, or the archive's own, or one for this process.

    Nothing is written here; `make_archive` writes the archive's key at the first start.
    """
    file = options.archive / SECRET_FILE
    if options.secret_key:
        return options.secret_key
    return file.read_text(encoding="ascii").strip() if file.exists() else secrets.token_urlsafe(48)


def make_archive(options: Options) -> None:
    """Make the archive's folder and its secret key where they don't exist."""
    try:
        options.archive.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingRefused(
            "ARCHIVE", str(options.archive), "a folder that can be made", hint=f"Got: {error}."
        ) from error
    file = options.archive / SECRET_FILE
    if options.secret_key or file.exists():
        return
    # Written under another name and linked into place: of two first starts at once one
    # wins, and both read the same key.
    draft = options.archive / f".{SECRET_FILE}.{secrets.token_hex(8)}"
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(48), encoding="ascii")
    try:
        file.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def settings_page() -> str:
    """Return the table of `docs/reference/settings.md`."""
    rows = ["| setting | default | what it sets |", "| --- | --- | --- |"]
    for field in dataclasses.fields(Options):
        default = field.default
        if isinstance(default, tuple):
            default = ",".join(default)
        shown = f"`{str(default).lower() if isinstance(default, bool) else default}`"
        file = f" (or `{PREFIX}{field.name.upper()}_FILE`)" if field.metadata["secret"] else ""
        rows.append(
            f"| `{PREFIX}{field.name.upper()}`{file} | {shown if str(default) else ''} "
            f"| {field.metadata['about']} |"
        )
    return "\n".join(rows)
