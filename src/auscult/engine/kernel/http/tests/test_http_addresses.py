"""Addresses of the web: read strictly, and no spelling of a private one gets through."""

from __future__ import annotations

import re
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.engine.kernel.http import AddressRefused, Params, Reach, join, read_address
from auscult.engine.kernel.http.guard import Guard

PRIVATE = [
    IPv4Network(block)
    for block in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4"),
        "240.0.0.0/4",
    )
]


def resolve_generously(host: str, port: int) -> list[str]:
    """Take whatever the C library takes for an address in numbers: 0x7f.1, 2130706433, 017.1."""
    try:
        return [socket.inet_ntoa(socket.inet_aton(host))]
    except OSError:
        return ["127.0.0.1"] if host == "localhost" or host.endswith(".localhost") else []


GUARD = Guard(Reach(), resolve_generously)


def reached(url: str) -> list[str]:
    target = read_address(url)
    return [str(one) for one in GUARD.addresses(target.host, target.port)]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://example.org", "https://example.org/"),
        ("  HTTPS://Example.ORG/News?a=1#top \n", "https://example.org/News?a=1"),
        ("http://example.org:80/x", "http://example.org/x"),
        ("https://example.org:443", "https://example.org/"),
        ("http://example.org:443/", "http://example.org:443/"),
        ("https://example.org:8443/a b", "https://example.org:8443/a%20b"),
        ("https://example.org/ä?q=ü", "https://example.org/%C3%A4?q=%C3%BC"),
        ("https://example.org/%C3%A4%2F?q=%26", "https://example.org/%C3%A4%2F?q=%26"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://BÜCHER.example./", "https://xn--bcher-kva.example/"),
        ("https://例え.テスト/", "https://xn--r8jz45g.xn--zckzah/"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
        ("https://example.org./", "https://example.org/"),
        ("http://93.184.216.34/", "http://93.184.216.34/"),
        ("http://[2606:4700:0:0::1111]:8080/x", "http://[2606:4700::1111]:8080/x"),
        ("wss://jetstream.example/subscribe?x=1", "wss://jetstream.example/subscribe?x=1"),
        ("ws://jetstream.example:6008", "ws://jetstream.example:6008/"),
        ("https://my_host.example/", "https://my_host.example/"),
        ("https://1e100.net/", "https://1e100.net/"),
        ("https://intranet/", "https://intranet/"),
        ("https://example.org/?", "https://example.org/"),
        ("https://example.org?x=1", "https://example.org/?x=1"),
        ("https://example.org//double//slash", "https://example.org//double//slash"),
    ],
)
def test_what_is_read(text: str, url: str) -> None:
    target = read_address(text)
    assert target.url == url
    assert read_address(target.url) == target


def test_parameters_are_added_to_the_query() -> None:
    params: Params = {"q": "a&b ü", "limit": 40, "skip": None, "tag": ["x", "y"]}
    assert (
        read_address("https://x.org/s?z=1", params).path
        == "/s?z=1&q=a%26b+%C3%BC&limit=40&tag=x&tag=y"
    )


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "example.org", "//example.org/", "/news", "http:", "http://", "https:///x"),
        *("file:///etc/passwd", "gopher://example.org:70/_x", "ftp://example.org/", "data:,x"),
        *("javascript:alert(1)", "dict://example.org:2628/", "ldap://x.org/", "unix:/run/x"),
        *("http+unix://%2Frun%2Fx/", "jar:http://x.org!/", "view-source:http://x.org/"),
        *("http://user@example.org/", "http://user:pass@example.org/", "http://@example.org/"),
        *("http://example.org@10.0.0.1/", "http://a@b@c/"),
        *("http://exa mple.org/", "http://example.org\\@10.0.0.1/", "http:\\\\example.org\\"),
        *(
            "http://example.org\t/",
            "http://exa\nmple.org/",
            "http://example.org/\x00",
            "http://\x7f/",
        ),
        *("http://example.org:0/", "http://example.org:99999/", "http://example.org:-1/"),
        *("http://example.org:22/", "http://example.org:25/", "https://example.org:6667/"),
        *("http://example.org:x/", "http://..example.org/", "http://example..org/", "http://./"),
        *("http://example.org../", "http://-x.example/", "http://x-.example/", "http://[::1/"),
        *("http://::1/", "http://[::1]x/", "http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/"),
        *("http://[v1.x]/", "http://[127.0.0.1]/", "http://[]/", "http://a,b/", "http://a;b/"),
        *("http://%31%32%37.0.0.1/", "http://127%2e0.0.1/", "http://ex%61mple.org/", "http://💩/"),
        *("http://127.1/", "http://127.0.1/", "http://2130706433/", "http://0x7f000001/"),
        *(
            "http://0x7f.1/",
            "http://0x7f.0x0.0x0.0x1/",
            "http://017700000001/",
            "http://0177.0.0.1/",
        ),
        *("http://0177.1/", "http://127.0.0.01/", "http://127.0.0.1.1/", "http://127.0.0.256/"),
        *("http://0/", "http://1/", "http://1.2.3/", "http://1.2.3.4.5/", "http://x.0x1/"),
        *("http://4294967296/", "http://0x/", "http://099.1/", "http://１２７。０。０。１.5/"),
        *(
            "http://" + "a" * 64 + ".org/",
            "http://" + "a." * 127 + "org/",
            "http://x.org/" + "a" * 8000,
        ),
    ],
)
def test_what_is_not_read(text: str) -> None:
    with pytest.raises(AddressRefused):
        read_address(text)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://127.0.0.1/",
            "http://127.0.0.1:8470/",
            "https://127.255.255.254/",
            "http://10.0.0.1/",
        ),
        *(
            "http://localhost/",
            "http://LOCALHOST:8080/",
            "http://localhost./",
            "http://x.localhost/",
        ),
        *("http://169.254.169.254/latest/meta-data/", "http://169.254.169.254./", "ws://10.0.0.1/"),
        *("wss://192.168.1.1/", "http://172.16.0.1/", "http://172.31.255.255/", "http://0.0.0.0/"),
        *(
            "http://100.64.0.1/",
            "http://198.18.0.1/",
            "http://192.0.2.1/",
            "http://255.255.255.255/",
        ),
        *(
            "http://[::1]/",
            "http://[::]/",
            "http://[0:0:0:0:0:0:0:1]/",
            "http://[::ffff:127.0.0.1]/",
        ),
        *("http://[::ffff:7f00:1]/", "http://[::7f00:1]/", "http://[64:ff9b::a00:1]/"),
        *("http://[2002:7f00:1::]/", "http://[2001:0:1:2::]/", "http://[fd00:ec2::254]/"),
        *("http://[fe80::1]/", "http://[ff02::1]/", "http://[2001:db8::1]/", "http://[3fff::1]/"),
        *(
            "http://①②⑦.⓪.⓪.①/",
            "http://１２７.０.０.１/",
            "http://127。0。0。1/",
            "http://⑩.0.0.1/",
        ),
        *(
            "http://10.0.0.1#@example.org:x/",
            "http://10.0.0.1?@example.org/",
            "http://10.0.0.1/@x.org",
        ),
        *("http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", "http://ＬＯＣＡＬＨＯＳＴ/"),
    ],
)
def test_what_is_read_and_leads_nowhere(url: str) -> None:
    with pytest.raises(AddressRefused, match=r"not a public one.*AUSCULT_REACH"):
        reached(url)


def spellings(address: IPv4Address) -> list[str]:
    """Everything that one program or another takes for this address."""
    number = int(address)
    a, b, c, d = address.packed
    wide = str(address).translate({ord("0") + n: 0xFF10 + n for n in range(10)})
    return [
        *(f"{address}", f"{address}.", f"{number}", f"{number:#x}", f"{number:#X}", f"0{number:o}"),
        *(f"{a}.{b}.{c << 8 | d}", f"{a}.{b << 16 | c << 8 | d}", f"{a:#x}.{b:#x}.{c:#x}.{d:#x}"),
        *(f"0{a:o}.0{b:o}.0{c:o}.0{d:o}", f"{a:#x}.{b}.0{c:o}.{d}", f"{a:03}.{b:03}.{c:03}.{d:03}"),
        *(wide, wide.replace(".", "。"), wide.replace(".", "．"), str(address).replace(".", "｡")),
        *(f"%{ord(str(address)[0]):x}{str(address)[1:]}", str(address).replace(".", "%2e")),
        *(
            f"[::ffff:{address}]",
            f"[::FFFF:{number >> 16:x}:{number & 0xFFFF:X}]",
            f"[::{address}]",
        ),
        *(f"[{IPv6Address(0xFFFF << 32 | number).exploded}]", f"[64:ff9b::{address}]"),
        *(
            f"[2002:{number >> 16:x}:{number & 0xFFFF:x}::1]",
            f"[2002:{number >> 16:04x}:{number & 0xFFFF:04x}::]",
        ),
        *(
            f"user@{address}",
            f"example.org@{address}",
            f"example.org%40{address}",
            f"0x{number:016x}",
        ),
        f"{number + (1 << 32)}",
    ]


@given(
    st.sampled_from(PRIVATE).flatmap(lambda block: st.ip_addresses(network=block)),
    st.sampled_from(["http", "https", "ws", "wss", "HTTP"]),
    st.sampled_from(["", ":80", ":443", ":8080"]),
)
def test_no_spelling_of_a_private_address_gets_through(
    address: IPv4Address, scheme: str, port: str
) -> None:
    for host in spellings(address):
        with pytest.raises((AddressRefused, OSError)):  # OSError: no such name
            reached(f"{scheme}://{host}{port}/x")


@given(st.ip_addresses(v=4))
def test_an_address_in_its_usual_spelling_is_the_one_that_is_reached(address: IPv4Address) -> None:
    try:
        found = reached(f"http://{address}/")
    except AddressRefused:
        return
    assert found == [str(address)]


@given(st.text())
def test_whatever_is_given_is_read_or_refused(text: str) -> None:
    for url in (text, f"http://{text}", f"https://example.org{text}", f"http://[{text}]/"):
        try:
            target = read_address(url)
        except AddressRefused:
            pass
        else:
            assert target.url.isascii()
            assert not re.search(
                r"[\s\x00-\x1f\\#@]", target.url.partition("?")[0].partition("//")[2].split("/")[0]
            )
            assert read_address(target.url) == target


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/b", "https://x.org/b"),
        ("b?c=d e", "https://x.org/a/b?c=d%20e"),
        ("//y.org/z", "https://y.org/z"),
        ("http://y.org", "http://y.org/"),
        ("?q=1", "https://x.org/a/?q=1"),
        (" /b\n", "https://x.org/b"),
    ],
)
def test_a_redirect_is_read_from_where_it_comes(location: str, url: str) -> None:
    assert join(read_address("https://x.org/a/"), location).url == url


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "gopher://x.org/", "http://[", "//[::1", "http://u@y.org/"]
)
def test_a_redirect_to_no_address_is_refused(location: str) -> None:
    with pytest.raises(AddressRefused):
        join(read_address("https://x.org/a/"), location)


def test_messages_name_the_address_without_its_secrets() -> None:
    with pytest.raises(AddressRefused) as refused:
        read_address("ftp://me:hunter2@x.org/?access_token=abc123&q=1")
    assert str(refused.value) == (
        "'ftp://…@x.org/?access_token=…&q=1' is no address that can be reached: it doesn't begin "
        "with https:// or http://. Write it as in a browser, for example https://example.org/news."
    )
