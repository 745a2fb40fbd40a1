"""Parts of the HTTP client that have laws of their own: decompression, redaction, headers."""

from __future__ import annotations

import gzip
import zlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.engine.kernel.http import Headers, shown
from auscult.engine.kernel.http.decoding import PIECE, Decoder, NotDecoded
from auscult.engine.kernel.http.redact import is_secret, secrets_in, without


def cut(data: bytes, at: list[int]) -> list[bytes]:
    places = sorted({place % (len(data) + 1) for place in at} | {0, len(data)})
    return [data[a:b] for a, b in pairwise(places)]


def decoded(encoding: str, pieces: list[bytes]) -> bytes:
    decoder = Decoder(encoding)
    found = [one for piece in pieces for one in decoder.pieces(piece)]
    decoder.end()
    assert all(0 < len(one) <= PIECE for one in found)
    return b"".join(found)


@given(st.lists(st.binary(max_size=2000), min_size=1), st.lists(st.integers(0, 10**6), max_size=20))
def test_a_body_is_the_same_however_it_is_cut(members: list[bytes], at: list[int]) -> None:
    whole = b"".join(members)
    assert decoded("gzip", cut(b"".join(map(gzip.compress, members)), at)) == whole
    padded = b"".join(map(gzip.compress, members)) + b"\0\0\x1f"
    assert decoded("gzip", cut(padded, at)) == whole
    assert decoded("deflate", cut(zlib.compress(whole), at)) == whole
    assert decoded("", cut(whole, at)) == whole


@given(st.binary(max_size=5000).map(lambda data: data * 100), st.integers(0, 9))
def test_deflate_without_its_header(data: bytes, level: int) -> None:
    packing = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    raw = packing.compress(data) + packing.flush()
    assert decoded("deflate", cut(raw, list(range(0, len(raw), 97)))) == data


@pytest.mark.parametrize(
    "size", [PIECE * n + more for n in range(1, 9) for more in (-1, 0, 1, 258)]
)
def test_what_is_left_when_all_input_is_taken(size: int) -> None:
    """Without a trailer, the last bits can be taken before all that they stand for came out."""
    packing = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    raw = packing.compress(bytes(size)) + packing.flush()
    for places in ([], list(range(len(raw)))):
        assert decoded("deflate", cut(raw, places)) == bytes(size)
        assert decoded("gzip", cut(gzip.compress(bytes(size)), places)) == bytes(size)


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate"]))
def test_whatever_comes_is_decompressed_or_refused(data: bytes, encoding: str) -> None:
    decoder = Decoder(encoding)
    try:
        list(decoder.pieces(data))
        decoder.end()
    except NotDecoded:
        pass


@pytest.mark.parametrize(
    "name",
    [
        *("key", "api_key", "apikey", "API-Key", "token", "access_token", "refreshToken", "auth"),
        *(
            "Authorization",
            "Proxy-Authorization",
            "Cookie",
            "Set-Cookie",
            "password",
            "appPassword",
        ),
        *("client_secret", "clientSecret", "X-Goog-Api-Key", "Private-Token", "sig", "signature"),
        *("code", "jwt", "sid", "accessJwt", "X-Amz-Signature", "session"),
    ],
)
def test_names_of_secrets(name: str) -> None:
    assert is_secret(name)
    assert shown(f"https://x.org/?a=1&{name}=abc#d") == f"https://x.org/?a=1&{name}=…#d"


@pytest.mark.parametrize(
    "name",
    ["q", "page", "max_id", "tokens_per_page", "keyword", "author", "lang", "Accept", "monkey"],
)
def test_names_of_what_is_no_secret(name: str) -> None:
    assert not is_secret(name)
    assert shown(f"https://x.org/?{name}=abc") == f"https://x.org/?{name}=abc"


def test_what_is_shown_is_short_and_printable() -> None:
    assert shown("http://x.org/\x1b[31m\n\u202e") == "http://x.org/…[31m……"
    assert len(shown("http://x.org/" + "a" * 9000)) == 200
    assert shown("https://me:hunter2@x.org/?b=2") == "https://…@x.org/?b=2"
    # Cut to its length after the secrets are gone: half of one is one, too.
    assert "hunter2" not in shown("https://x.org/" + "a" * 170 + "?password=hunter2hunter2")


def test_secrets_are_found_in_all_that_is_sent() -> None:
    found = secrets_in(
        "/x?key=a%2Bbc&q=flu",
        {"Authorization": "Bearer tok.en", "Accept": "x"},
        {"password": "pw12"},
    )
    assert set(found) == {"a%2Bbc", "a+bc", "Bearer tok.en", "Bearer", "tok.en", "pw12"} - {
        "Bearer"
    }
    assert without("you sent tok.en and a+bc, pw12!", found) == "you sent … and …, …!"


def test_headers() -> None:
    headers = Headers([("Link", "<a>"), ("X-Y", "1"), ("link", "<b>")])
    assert headers["LINK"] == "<a>, <b>"
    assert "x-y" in headers
    assert headers.get("nope") is None
    assert dict(headers) == {"link": "<a>, <b>", "x-y": "1"}
    assert len(headers) == 2
