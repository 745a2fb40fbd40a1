"""What a status means, how long to wait, and what no message may tell."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.http import Client
from auscult.engine.kernel.http.testing import Asking, Handler, Server

Serve = Callable[[Handler], Server]


def failure(client: Client, url: str, **asked: object) -> Remote:
    with pytest.raises(Remote) as failed:
        client.get(url, **asked).raise_for_status()  # type: ignore[arg-type]
    return failed.value


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        ("400 Bad Request", True), ("404 Not Found", True), ("410 Gone", True),
        ("401 Unauthorized", False), ("403 Forbidden", False), ("429 Too Many Requests", False),
        ("500 Internal Server Error", False), ("502 Bad Gateway", False), ("599 Odd", False),
    ],
)  # fmt: skip
def test_a_status_is_an_error_in_words(
    serve: Serve, client: Client, status: str, permanent: bool
) -> None:
    server = serve(lambda asking: asking.answer(b"<html>nope</html>", status=status))
    error = failure(client, f"{server.url}/feed?page=1")
    number, _, phrase = status.partition(" ")
    named = f"{number} ({phrase})" if number != "599" else number
    assert error.message == f"127.0.0.1:{server.port} answered {named} to GET /feed?page=1."
    assert (error.permanent, error.needs_login, error.retry_after) == (permanent, False, None)


@pytest.mark.parametrize("status", ["200 OK", "204 No Content", "206 Partial", "304 Not Modified"])
def test_a_status_that_is_no_error(serve: Serve, client: Client, status: str) -> None:
    server = serve(lambda asking: asking.answer(status=status))
    assert client.get(server.url).raise_for_status().status == int(status[:3])


def test_what_a_server_says_of_its_reason_is_passed_on(serve: Serve, client: Client) -> None:
    kind = {"Content-Type": "application/json; charset=utf-8"}
    server = serve(lambda asking: asking.answer(b'{"error":"RateLimit"}', "429 Too Many", kind))
    said = failure(client, server.url).message
    assert said.endswith(
        'answered 429 (Too Many Requests) to GET /, saying: {"error":"RateLimit"}.'
    )


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "120"}, 120),
        ({"Retry-After": " 0 "}, None),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "999999999"}, 86_400),
        ({"Retry-After": "Sat, 21 Nov 2026 12:02:00 GMT"}, 120),
        ({"Retry-After": "Saturday, 21-Nov-26 12:02:00 GMT"}, 120),
        ({"Retry-After": "Sat, 21 Nov 2026 11:00:00 GMT"}, None),
        ({"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}, 86_400),
        # The other side's clock is ten minutes behind: what counts is the difference.
        (
            {
                "Retry-After": "Sat, 21 Nov 2026 11:51:00 GMT",
                "Date": "Sat, 21 Nov 2026 11:50:00 GMT",
            },
            60,
        ),
        ({"RateLimit-Reset": "30"}, 30),
        ({"RateLimit-Reset": "1795262520"}, 120),
        ({"RateLimit-Reset": "1795262300"}, None),
        ({"RateLimit-Reset": "1795262520", "Retry-After": "5"}, 5),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "Sat, 99 Nov 2026 12:00:00 GMT"}, None),
        ({"Retry-After": "1e9"}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait(
    serve: Serve, client: Client, status: str, headers: dict[str, str], wait: float | None
) -> None:
    server = serve(lambda asking: asking.answer(status=status, headers=headers))
    assert failure(client, server.url).retry_after == wait


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
def test_refused_credentials_need_a_person(serve: Serve, client: Client, status: str) -> None:
    server = serve(lambda asking: asking.answer(status=status))
    assert failure(client, server.url, headers={"Authorization": "Bearer abc"}).needs_login
    assert failure(client, server.url, headers={"X-Api-Key": "abc"}).needs_login
    assert failure(client, server.url, params={"key": "abc"}).needs_login
    assert not failure(client, server.url, headers={"Accept": "x"}).needs_login
    with pytest.raises(Remote) as failed:
        client.post(server.url, json={"identifier": "me", "password": "x"}).raise_for_status()
    assert failed.value.needs_login


def test_no_message_tells_a_secret(serve: Serve, client: Client) -> None:
    def echo(asking: Asking) -> None:
        kind = {"Content-Type": "application/json"}
        said = (asking.head + asking.body.decode()).encode()
        asking.answer(said, "401 Unauthorized", kind)

    server = serve(echo)
    secrets = {"Authorization": "Bearer s3cret-header", "X-Goog-Api-Key": "s3cret-key"}
    address = f"{server.url}/s3arch?q=flu&access_token=s3cret-query%2B1&key=s3cret-two"
    errors: list[object] = [failure(client, address, headers=secrets)]
    answer = client.post(server.url, json={"password": "s3cret-body"}, headers=secrets)
    for broken in (answer.raise_for_status, answer.json):
        with pytest.raises(Remote) as failed:
            broken()
        errors.append(failed.value)
    errors.append(client.get(address, headers=secrets))
    server.stop()
    errors.append(failure(client, address, headers=secrets))
    for error in errors:
        assert "s3cret" not in f"{error} {error!r}"
    assert "GET /s3arch?q=flu&access_token=…&key=…" in str(errors[0])


def test_what_is_not_json(serve: Serve, client: Client) -> None:
    server = serve(lambda asking: asking.answer(b"<!doctype html>\n<p>Welcome"))
    with pytest.raises(
        Remote, match="answered what is not JSON, beginning with '<!doctype html> <p>"
    ):
        client.get(server.url).json()


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        ("text/html; charset=ISO-8859-1", b"gr\xfcn", "grün"),
        ('text/html; charset="windows-1251"', b"\xef\xf0\xe8", "при"),
        ("text/html", "grün".encode(), "grün"),
        ("text/html; charset=klingon", "grün".encode(), "grün"),
        ("text/html; charset=punycode", b"grn-goa", "grn-goa"),
        ("text/html; charset=base64", b"aGVsbG8=", "aGVsbG8="),
        ("text/html; charset=utf-8", b"a\xffb", "a\ufffdb"),
    ],
)
def test_text(serve: Serve, client: Client, charset: str, body: bytes, text: str) -> None:
    server = serve(lambda asking: asking.answer(body, headers={"Content-Type": charset}))
    assert client.get(server.url).text() == text


@pytest.mark.parametrize("value", ["Bearer a\r\nX: y", "tok\nen", "token ", "tök", "a\0b"])
def test_a_header_that_cannot_be_sent_is_refused_without_showing_it(
    serve: Serve, client: Client, value: str
) -> None:
    server = serve(lambda asking: asking.answer())
    with pytest.raises(Correctable, match="The value for the header Authorization") as refused:
        client.get(server.url, headers={"authorization": value})
    assert value not in str(refused.value)
    assert not server.asked
