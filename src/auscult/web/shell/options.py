"""What an operator can set: one typed value, read once from the environment.

The table `docs/reference/settings.md` is made from these fields; a test holds the
two together. A secret may also come from a file: `AUSCULT_SECRET_KEY_FILE`.
"""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from auscult.engine.kernel.errors import Correctable
from auscult.web.shell.option_readers import (
    FORMS,
    LANGUAGES,
    PREFIX,
    SettingRefused,
    as_contact,
    as_database,
    as_folder,
    as_form,
    as_keys,
    as_language,
    as_mailbox,
    as_names,
    as_port,
    as_provider,
    as_proxies,
    as_public_url,
    as_reach,
    as_reply_address,
    as_roles,
    as_secret,
    as_security,
    as_switch,
    as_text,
    as_whole,
    as_zone,
)

__all__ = [  # with what `option_readers` has of the same matter
    "DATABASE_FILE",
    "PREFIX",
    "SECRET_FILE",
    "Options",
    "SettingRefused",
    "database",
    "kept_secret",
    "make_archive",
    "read_options",
    "settings_page",
]
SECRET_FILE = "secret.key"  # noqa: S105 - the name of a file, not a secret
DATABASE_FILE = "auscult.sqlite3"


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
        "Folder of the archive: database, lake and secret key", as_folder, default=Path("var")
    )
    database_url: str = _option(
        "PostgreSQL database, as postgresql://user:password@host:5432/name; "
        "without it a SQLite file in the archive",
        as_database,
        default="",
        secret=True,
    )
    secret_key: str = _option(
        "Signs sessions and sign-in links; without it `secret.key` in the archive, made at "
        "the first start",
        as_secret,
        default="",
        secret=True,
    )
    secrets_key: str = _option(
        "Encrypts the passwords and tokens of sources; several keys with commas between them, "
        "of which the first encrypts; without it `secrets.key` in the archive, made at the "
        "first use",
        as_keys,
        default="",
        secret=True,
    )
    reach: tuple[str, ...] = _option(
        "Addresses beside the public Internet that sources may reach, separated by commas: "
        "ranges (`10.1.0.0/16`), addresses, host names (`intranet.example`, "
        "`*.hospital.example`)",
        as_reach,
        default=(),
    )
    contact: str = _option(
        "Address of a page or mailbox, which requests to other machines name so that their "
        "owners can complain",
        as_contact,
        default="",
    )
    address: str = _option("Address that the pages are served at", as_text, default="127.0.0.1")
    port: int = _option("Port that the pages are served at", as_port, default=8470)
    workers: int = _option(
        "Processes that answer pages: one is enough for a team, two for 200 people at once on two "
        "cores; each takes up to 170 MB",
        as_whole(64),
        default=1,
    )
    allowed_hosts: tuple[str, ...] = _option(
        "Host names that the pages answer to, separated by commas",
        as_names,
        default=("localhost", "127.0.0.1", "[::1]"),
    )
    secure: bool = _option(
        "The pages are reached by https only: cookies are sent over https alone",
        as_switch,
        default=False,
    )
    proxies: tuple[str, ...] = _option(
        "Addresses of the reverse proxies whose word is taken for who asks and whether over "
        "https, separated by commas",
        as_proxies,
        default=("127.0.0.1", "::1"),
    )
    session_idle_minutes: int = _option(
        "After so many minutes without a request a person signs in again",
        as_whole(1440),
        default=60,
    )
    session_hours: int = _option(
        "After so many hours a person signs in again, whatever she did", as_whole(744), default=24
    )
    metrics_token: str = _option(
        "Who gives it as a bearer token may read /metrics; without it only this machine may",
        as_secret,
        default="",
        secret=True,
    )
    log_format: str = _option(
        "How the log is written: " + " or ".join(FORMS), as_form, default="lines"
    )
    log_requests: bool = _option(
        "Write a line for each request: page, status, time; no person, no address",
        as_switch,
        default=False,
    )
    public_url: str = _option(
        "Address at which people reach the pages, as https://auscult.hospital.example, for links "
        "in mails and messages; without it the first of the allowed hosts with the port",
        as_public_url,
        default="",
    )
    smtp_host: str = _option(
        "Mail server that mails are handed to; without it they stay in the outbox",
        as_text,
        default="",
    )
    smtp_port: int = _option("Port of the mail server", as_port, default=587)
    smtp_security: str = _option(
        "How the connection to the mail server is secured: `starttls` (usual with port 587), "
        "`tls` (usual with port 465) or `none` (a server on this machine)",
        as_security,
        default="starttls",
    )
    smtp_user: str = _option("User name at the mail server, if it wants one", as_text, default="")
    smtp_password: str = _option("Password at the mail server", as_text, default="", secret=True)
    smtp_from: str = _option(
        "Sender of mails: an address, or one with a name",
        as_mailbox,
        default="Auscult <auscult@localhost>",
    )
    reply_address: str = _option(
        "Mailbox whose mails the mail server pipes to `auscult plan reply`, with whatever stands "
        "after a plus sign: plan@hospital.example; without it the week's plan isn't answered by "
        "mail",
        as_reply_address,
        default="",
    )
    oidc_url: str = _option(
        "Address of the OpenID Connect provider for single sign-on, to which "
        "`/.well-known/openid-configuration` is added",
        as_provider,
        default="",
    )
    oidc_client_id: str = _option("Id of Auscult at that provider", as_text, default="")
    oidc_client_secret: str = _option(
        "Secret of Auscult at that provider", as_text, default="", secret=True
    )
    oidc_name: str = _option(
        "What the button of single sign-on says", as_text, default="Your house"
    )
    sso_only: bool = _option(
        "Refuse passwords and passkeys: everybody signs in at the provider; the link of "
        "`auscult up` goes on working for the owner at the machine",
        as_switch,
        default=False,
    )
    sso_domains: tuple[str, ...] = _option(
        "Mail domains, separated by commas: who signs in at the provider with a confirmed "
        "address there joins as guest without an invitation",
        as_names,
        default=(),
    )
    require_second_factor: tuple[str, ...] = _option(
        "Roles, separated by commas, that set up an authenticator app or a passkey before "
        "anything else",
        as_roles,
        default=(),
    )
    debug: bool = _option(
        "Show tracebacks in the browser; never on a public machine", as_switch, default=False
    )
    time_zone: str = _option("Time zone that times are shown in", as_zone, default="UTC")
    language: str = _option(
        "Language of the pages: " + ", ".join(LANGUAGES), as_language, default="en"
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
    known |= {PREFIX + "TOKEN"}  # of a person's programs, read by `auscult mcp`
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
