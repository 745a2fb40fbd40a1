"""A network of the AT Protocol's own: a PLC directory and a PDS, spoken to by XRPC."""

from __future__ import annotations

import contextlib
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from servers.calls import Answer, call
from servers.databases import running_postgres, running_redis
from servers.processes import Absent, Server, folder, free_port, program

HERE = Path(__file__).parent
PASSWORD = "correct horse battery staple"  # of accounts that live for a minute
POST, LIKE, REPOST = "app.bsky.feed.post", "app.bsky.feed.like", "app.bsky.feed.repost"
_NUMBERS = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A person's account, signed in."""

    did: str
    handle: str
    access: str
    refresh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A record that was written: its address and the hash of this version."""

    uri: str
    cid: str

    @property
    def rkey(self) -> str:
        """The last part of the address."""
        return self.uri.rpartition("/")[2]

    @property
    def reference(self) -> dict[str, str]:
        """How a like, a reply or a quote names it."""
        return {"uri": self.uri, "cid": self.cid}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pds:
    """A running PDS with its PLC directory; `appview_url` is empty where there is none."""

    url: str
    plc_url: str
    server: Server
    appview_url: str = ""

    @property
    def stream_url(self) -> str:
        """Where `com.atproto.sync.subscribeRepos` is listened to."""
        return f"ws{self.url.removeprefix('http')}/xrpc/com.atproto.sync.subscribeRepos"

    def query(self, method: str, *, session: Session | None = None, **params: Any) -> Any:
        """Ask one XRPC method and return its JSON."""
        token = session.access if session else None
        return call("GET", f"{self.url}/xrpc/{method}", params=params, token=token).json()

    def ask(self, method: str, **params: Any) -> Any:
        """Ask the AppView one XRPC method, as anybody may, and return its JSON."""
        return call("GET", f"{self.appview_url}/xrpc/{method}", params=params).json()

    def do(self, method: str, session: Session | None = None, **body: Any) -> Any:
        """Call one XRPC procedure and return its JSON, None when it has none."""
        answer = self.attempt(method, session, **body)
        return answer.json() if answer.body else None

    def attempt(self, method: str, session: Session | None = None, **body: Any) -> Answer:
        """Call one XRPC procedure and return the whole answer."""
        token = session.access if session else None
        # A procedure without a body must not announce one.
        return call("POST", f"{self.url}/xrpc/{method}", json=body or None, token=token)

    def create_account(self, name: str) -> Session:
        """Open an account and sign in; a number makes its handle new to this server."""
        alone = f"{name}-{next(_NUMBERS)}"
        made = self.do(
            "com.atproto.server.createAccount",
            handle=f"{alone}.test",
            email=f"{alone}@example.org",
            password=PASSWORD,
        )
        return _session(made)

    def sign_in(self, handle: str, password: str = PASSWORD) -> Session:
        """Open one more session of an account."""
        return _session(
            self.do("com.atproto.server.createSession", identifier=handle, password=password)
        )

    def create(self, session: Session, collection: str, record: dict[str, Any]) -> Said:
        """Write a record of any kind."""
        return _said(
            self.do(
                "com.atproto.repo.createRecord",
                session,
                repo=session.did,
                collection=collection,
                record={"$type": collection, "createdAt": _now(), **record},
            )
        )

    def post(self, session: Session, text: str, **record: Any) -> Said:
        """Say something; `record` adds or changes fields: `langs`, `facets`, `embed`, `reply`."""
        return self.create(session, POST, {"text": text, **record})

    def upload(self, session: Session, data: bytes, kind: str = "image/png") -> dict[str, Any]:
        """Store a file, and return how a record names it, such as a picture in `embed`."""
        stored: dict[str, Any] = call(
            "POST",
            f"{self.url}/xrpc/com.atproto.repo.uploadBlob",
            body=data,
            headers={"Content-Type": kind},
            token=session.access,
        ).json()["blob"]
        return stored

    def reply(self, session: Session, to: Said, text: str, *, root: Said | None = None) -> Said:
        """Answer a post; `root` is the first of the thread where that is another one."""
        reply = {"root": (root or to).reference, "parent": to.reference}
        return self.post(session, text, reply=reply)

    def quote(self, session: Session, of: Said, text: str) -> Said:
        """Say something about a post that is shown with it."""
        embed = {"$type": "app.bsky.embed.record", "record": of.reference}
        return self.post(session, text, embed=embed)

    def like(self, session: Session, of: Said) -> Said:
        """Like a post."""
        return self.create(session, LIKE, {"subject": of.reference})

    def repost(self, session: Session, of: Said) -> Said:
        """Repost a post."""
        return self.create(session, REPOST, {"subject": of.reference})

    def put(self, session: Session, said: Said, text: str, **record: Any) -> Said:
        """Change a post."""
        value = {"$type": POST, "createdAt": _now(), "text": text, **record}
        return _said(
            self.do(
                "com.atproto.repo.putRecord",
                session,
                repo=session.did,
                collection=POST,
                rkey=said.rkey,
                record=value,
            )
        )

    def delete(self, session: Session, said: Said) -> None:
        """Take a record of any kind back."""
        collection, rkey = said.uri.split("/")[-2:]
        self.do(
            "com.atproto.repo.deleteRecord",
            session,
            repo=session.did,
            collection=collection,
            rkey=rkey,
        )

    def deactivate_account(self, session: Session) -> None:
        """Leave for a while."""
        url = f"{self.url}/xrpc/com.atproto.server.deactivateAccount"
        call("POST", url, json={}, token=session.access)  # it wants a body, if an empty one

    def activate_account(self, session: Session) -> None:
        """Come back."""
        self.do("com.atproto.server.activateAccount", session)

    def delete_account(self, session: Session) -> None:
        """Leave for ever; the operator does it, which spares the letter with the code."""
        self._as_operator("com.atproto.admin.deleteAccount", did=session.did)

    def take_down_account(self, session: Session, *, applied: bool = True) -> None:
        """Hide an account as the operator, or show it again."""
        subject = {"$type": "com.atproto.admin.defs#repoRef", "did": session.did}
        takedown = {"applied": applied, "ref": "1"} if applied else {"applied": False}
        self._as_operator(
            "com.atproto.admin.updateSubjectStatus", subject=subject, takedown=takedown
        )

    def _as_operator(self, method: str, **body: Any) -> None:
        basic = {"Authorization": "Basic YWRtaW46YWRtaW4tcGFzcw=="}  # admin:admin-pass
        call("POST", f"{self.url}/xrpc/{method}", json=body, headers=basic)


def _session(made: dict[str, Any]) -> Session:
    return Session(
        did=made["did"],
        handle=made["handle"],
        access=made["accessJwt"],
        refresh=made["refreshJwt"],
    )


def _said(made: dict[str, Any]) -> Said:
    return Said(uri=made["uri"], cid=made["cid"])


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@contextlib.contextmanager
def running_pds(*, rate_limits: bool = False) -> Iterator[Pds]:
    """Start a PLC directory and a PDS.

    With `rate_limits` the PDS refuses the 31st sign-in and the 11th new handle of 5 minutes.
    """
    with _running({"rateLimitsEnabled": rate_limits}) as pds:
        yield pds


@contextlib.contextmanager
def running_appview() -> Iterator[Pds]:
    """Start the same with an AppView, which answers what the PDS is asked for feeds."""
    with running_postgres() as database, running_redis() as redis:
        bsky = {"dbPostgresUrl": database, "dbPostgresSchema": "tests", "bsky": {}}
        with _running({}, {"REDIS_HOST": redis}, **bsky) as pds:
            yield pds


@contextlib.contextmanager
def _running(
    pds: dict[str, Any], environment: dict[str, str] | None = None, **network: Any
) -> Iterator[Pds]:
    if not (HERE / "node_modules" / "@atproto" / "dev-env").exists():
        raise Absent("the npm package @atproto/dev-env isn't installed")
    wanted = {
        "plc": {"port": free_port()},
        "pds": {"port": free_port(), "hostname": "localhost", **pds},
        **network,
    }
    script = HERE / "pds" / "start.mjs"
    with folder("pds") as place:
        command: list[str | Path] = [program("node", "nodejs"), script, json.dumps(wanted)]
        variables = {
            "TMPDIR": str(place),
            "NODE_OPTIONS": "--dns-result-order=ipv4first",
            "LOG_ENABLED": "false",
            **(environment or {}),
        }
        with Server(command, name="pds", cwd=place, env=variables) as server:
            ready = server.wait_for(lambda: _ready(server.printed))
            yield Pds(
                url=_loopback(ready["pds"]),
                plc_url=_loopback(ready["plc"]),
                appview_url=_loopback(ready.get("appview", "")),
                server=server,
            )


def _ready(printed: str) -> dict[str, str] | None:
    for line in printed.splitlines():
        if line.startswith('{"ready"'):
            ready: dict[str, str] = json.loads(line)["ready"]
            return ready
    return None


def _loopback(url: str) -> str:
    return url.replace("//localhost:", "//127.0.0.1:")
