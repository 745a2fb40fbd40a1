"""What browsers are told, how cookies, sessions, passwords and uploads are guarded."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password, identify_hasher, make_password
from django.http import HttpResponse
from django.test import Client
from granian.utils.proxies import wrap_wsgi_with_proxy_headers
from sesame.utils import get_token

from auscult.engine.kernel.clock import FixedClock
from auscult.web.accounts.models import Actor
from auscult.web.listening import actions as listening
from auscult.web.listening import views
from auscult.web.shell import middleware
from auscult.web.shell.middleware import BEGAN, SEEN, SessionLimits
from auscult.web.shell.options import Options, SettingRefused, read_options
from auscult.web.sources.queries import sources

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(owner: Actor, client: Client) -> Client:
    client.force_login(get_user_model().objects.get(username=owner.name))
    return client


def policy_of(answer: Any) -> dict[str, str]:
    parts = answer.headers["Content-Security-Policy"].split("; ")
    return {name: rest for name, _, rest in (part.partition(" ") for part in parts)}


@pytest.mark.parametrize(
    "address",
    ["/sign-in/", "/listening/", "/nowhere/", "/healthz", "/static/auscult/icon.svg", "/sources/"],
)
def test_every_answer_says_what_a_browser_may(signed_in: Client, address: str) -> None:
    answer = signed_in.get(address)
    policy = policy_of(answer)
    assert policy["default-src"] == "'none'"  # and with it object-src
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.headers["X-Request-Id"]
    answer.close()


def test_pages_of_a_person_are_kept_nowhere(signed_in: Client) -> None:
    assert signed_in.get("/listening/").headers["Cache-Control"] == "private, no-store"
    picture = Client().get("/static/auscult/icon.svg")
    assert "no-store" not in picture.headers["Cache-Control"]
    picture.close()


def settings_with(**environment: str) -> dict[str, Any]:
    """What the settings are in a process that was started so."""
    program = (
        "import json; from auscult.web.shell import settings as s; "
        "names = [name for name in dir(s) if name.startswith(('SESSION', 'CSRF', 'SECURE', 'LANGUAGE_COOKIE', 'DEBUG', 'ALLOWED'))];"
        "print(json.dumps({name: getattr(s, name) for name in names}))"
    )
    found: dict[str, Any] = json.loads(output_of(program, **environment))
    return found


def output_of(program: str, **environment: str) -> str:
    bare = {key: value for key, value in os.environ.items() if "AUSCULT_" not in key}
    return subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env=bare | {f"AUSCULT_{key.upper()}": value for key, value in environment.items()},
    ).stdout


def test_over_https_cookies_and_addresses_are_bound_to_it(tmp_path: Path) -> None:
    found = settings_with(secure="true", archive=str(tmp_path))
    for name in ("SESSION_COOKIE", "CSRF_COOKIE", "LANGUAGE_COOKIE"):
        assert found[f"{name}_NAME"].startswith("__Host-")
        assert found[f"{name}_SECURE"] is True
        assert found[f"{name}_HTTPONLY"] is True
    assert found["SESSION_COOKIE_SAMESITE"] == "Lax"
    assert found["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert found["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is True
    assert found["SECURE_SSL_REDIRECT"] is True
    assert found["SECURE_REDIRECT_EXEMPT"] == ["^healthz$", "^readyz$", "^metrics$"]
    assert found["DEBUG"] is False


def sign_in(client: Client) -> Any:
    user = get_user_model().objects.get(username="owner")
    return client.post("/sign-in/", {"token": get_token(user)})


def test_probes_of_this_machine_are_answered_whatever_the_public_name(
    client: Client, settings: Any, tmp_path: Path
) -> None:
    found = settings_with(secure="true", allowed_hosts="a.example", archive=str(tmp_path))
    assert found["ALLOWED_HOSTS"] == ["a.example", "localhost", "127.0.0.1", "[::1]"]
    settings.ALLOWED_HOSTS = found["ALLOWED_HOSTS"]
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = found["SECURE_REDIRECT_EXEMPT"]
    probes = Client(headers={"Host": "127.0.0.1:8470"})
    assert probes.get("/healthz").status_code == 200
    assert probes.get("/readyz").status_code in {200, 503}
    assert probes.get("/metrics").status_code == 200
    assert probes.get("/sign-in/").status_code == 301


def test_the_session_s_cookie_is_out_of_scripts_reach(owner: Actor, settings: Any) -> None:
    session = sign_in(Client()).cookies[settings.SESSION_COOKIE_NAME]
    assert session["httponly"] is True
    assert session["samesite"] == "Lax"
    assert len(session.value) >= 32  # of 36 letters: 165 bits


def test_a_session_that_rests_or_is_old_ends(signed_in: Client, settings: Any) -> None:
    assert signed_in.get("/listening/").status_code == 200
    for name, by in (
        (SEEN, timedelta(minutes=settings.AUSCULT.session_idle_minutes)),
        (BEGAN, timedelta(hours=settings.AUSCULT.session_hours)),
    ):
        signed_in.force_login(get_user_model().objects.get(username="owner"))
        assert signed_in.get("/listening/").status_code == 200
        session = signed_in.session
        session[name] -= by.total_seconds() + 1
        session.save()
        answer = signed_in.get("/listening/")
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/sign-in/")
        assert not type(session)().exists(str(session.session_key))


def test_a_session_in_use_stays_and_isnt_written_each_time(
    signed_in: Client, rf: Any, clock: FixedClock
) -> None:
    signed_in.get("/listening/")
    seen = signed_in.session[SEEN]
    signed_in.get("/listening/")
    assert signed_in.session[SEEN] == seen
    session = signed_in.session
    session[SEEN] -= middleware.SEEN_EVERY + 1
    session.save()
    signed_in.get("/listening/")
    assert signed_in.session[SEEN] >= seen


def test_no_cookie_asks_for_no_session(rf: Any, clock: FixedClock) -> None:
    answer = HttpResponse("answer")
    assert SessionLimits(lambda _: answer, clock)(rf.get("/")) is answer  # it has no session at all


def test_signing_in_makes_a_new_session(owner: Actor, settings: Any) -> None:
    client = Client()
    before = client.session
    before["planted"] = True
    before.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = str(before.session_key)
    sign_in(client)
    assert client.session.session_key != before.session_key
    assert not type(before)().exists(str(before.session_key))


def test_passwords_are_kept_by_argon2id() -> None:
    kept = make_password("correct horse battery staple")
    assert re.match(r"argon2\$argon2id\$v=19\$m=19456,t=2,p=1\$", kept)
    assert check_password("correct horse battery staple", kept)
    assert not check_password("correct horse battery stapl", kept)
    assert identify_hasher(kept).__class__.__name__ == "Argon2id"


def test_a_password_of_an_older_kind_is_renewed_at_a_sign_in() -> None:
    kept = make_password("an old one", hasher="pbkdf2_sha256")
    renewed: list[str] = []
    assert check_password("an old one", kept, setter=renewed.append)
    assert renewed == ["an old one"]


def test_a_form_from_elsewhere_is_refused(owner: Actor) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(get_user_model().objects.get(username=owner.name))
    assert client.post("/listening/watches/add/", {"name": "a", "query": "b"}).status_code == 403


def test_another_host_name_is_not_answered_to(client: Client) -> None:
    assert client.get("/sign-in/", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "TRACK"])
def test_trace_echoes_nothing(signed_in: Client, method: str) -> None:
    answer = signed_in.generic(method, "/listening/", headers={"X-Planted": "planted"})
    assert answer.status_code in {403, 405}
    assert b"planted" not in answer.content


def test_an_error_tells_nothing_of_the_inside(owner: Actor, monkeypatch: Any) -> None:
    def breaks(*_args: Any) -> None:
        raise ValueError("a planted secret")

    monkeypatch.setattr(views, "actor_of", breaks)
    client = Client(raise_request_exception=False)
    client.force_login(get_user_model().objects.get(username=owner.name))
    answer = client.get("/listening/")
    assert answer.status_code == 500
    for word in (b"planted", b"Traceback", b"ValueError", b"site-packages"):
        assert word not in answer.content


@pytest.mark.parametrize(
    ("remote", "headers", "seen"),
    [
        ("127.0.0.1", {"X_FORWARDED_FOR": "192.0.2.7", "X_FORWARDED_PROTO": "https"},
         ("192.0.2.7", "https")),
        # What the client wrote before the proxy's own entry is not believed.
        ("127.0.0.1", {"X_FORWARDED_FOR": "127.0.0.9, 192.0.2.7"}, ("192.0.2.7", "http")),
        ("198.51.100.1", {"X_FORWARDED_FOR": "127.0.0.1", "X_FORWARDED_PROTO": "https"},
         ("198.51.100.1", "http")),
        ("127.0.0.1", {"X_FORWARDED_PROTO": "gopher", "X_FORWARDED_FOR": "192.0.2.7"},
         ("192.0.2.7", "http")),
    ],
)  # fmt: skip
def test_only_our_proxy_says_who_asks(
    remote: str, headers: dict[str, str], seen: tuple[str, str], settings: Any
) -> None:
    found: list[tuple[str, str]] = []

    def application(environ: dict[str, Any], _start: Any) -> list[bytes]:
        found.append((environ["REMOTE_ADDR"], environ["wsgi.url_scheme"]))
        return []

    environ = {"REMOTE_ADDR": remote, "wsgi.url_scheme": "http"}
    environ |= {f"HTTP_{name}": value for name, value in headers.items()}
    wrap_wsgi_with_proxy_headers(application, list(settings.AUSCULT.proxies))(environ, None)
    assert found == [seen]


def test_the_server_s_application_believes_our_proxies_alone(tmp_path: Path) -> None:
    program = (
        "from auscult.web.shell import wsgi; inner = wsgi.application.__wrapped__; "
        "print(type(inner).__name__, wsgi.application.__code__.co_filename)"
    )
    said = output_of(program, archive=str(tmp_path))
    assert said.startswith("WSGIHandler ")
    assert said.strip().endswith("granian/utils/proxies.py")


PLANTED = (
    '<script>alert(1)</script><img src=x onerror="alert(2)"><a href="javascript:alert(3)">x</a>'
)


def test_html_in_names_and_queries_is_text(owner: Actor, signed_in: Client) -> None:
    listening.save_watch(owner, name=PLANTED, query="flu")
    for address in ("/listening/", "/listening/?q=" + PLANTED, "/listening/watches/"):
        text = signed_in.get(address).content.decode()
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert 'href="javascript:' not in text
    assert "&lt;script&gt;alert(1)" in signed_in.get("/listening/").content.decode()


def upload(client: Client, content: bytes, name: str = "feeds.opml") -> Any:
    file = BytesIO(content)
    file.name = name
    return client.post("/sources/feeds/", {"name": "Feeds", "file": file})


OPML = b'<opml version="2.0"><body><outline xmlUrl="https://a.example/feed"/></body></opml>'


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        b"PK\x03\x04" + b"\0" * 100,
        b"\x1f\x8b" + b"\0" * 100,
        b"<html><body>no list</body></html>",
        b"\0" * 1000,
        b'<!DOCTYPE a [<!ENTITY x "y">]><opml><body><outline xmlUrl="&x;"/></body></opml>',
        OPML + b" " * (2 << 20),
    ],
    ids=["png", "zip", "gzip", "html", "zeros", "entity", "large"],
)
def test_what_is_no_list_of_feeds_is_refused_by_what_is_in_it(
    owner: Actor, signed_in: Client, content: bytes
) -> None:
    answer = upload(signed_in, content)
    assert answer.status_code in {200, 400}
    assert not sources(owner).exists()


def test_a_list_of_feeds_is_taken_whatever_its_file_is_called(
    owner: Actor, signed_in: Client
) -> None:
    assert upload(signed_in, OPML, "../../etc/passwd").status_code == 302
    (made,) = sources(owner)
    assert made.config["feeds"] == ["https://a.example/feed"]


def test_settings_of_sessions_have_their_bounds() -> None:
    assert dataclasses.replace(Options(), session_hours=8).session_hours == 8
    for name, value in (("SESSION_HOURS", "0"), ("SESSION_IDLE_MINUTES", "never")):
        with pytest.raises(SettingRefused, match=f"{name} is '{value}', but must be a whole"):
            read_options({f"AUSCULT_{name}": value})
    with pytest.raises(SettingRefused, match="AUSCULT_PROXIES is 'proxy'"):
        read_options({"AUSCULT_PROXIES": "proxy"})
    assert read_options({"AUSCULT_PROXIES": "10.0.0.0/8, ::1"}).proxies == ("10.0.0.0/8", "::1")
