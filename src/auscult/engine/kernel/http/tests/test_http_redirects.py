"""Redirects: followed to public addresses, with credentials for their own origin alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from auscult.engine.kernel.clock import SystemClock
from auscult.engine.kernel.errors import Remote
from auscult.engine.kernel.http import AddressRefused, Client, Network, Reach
from auscult.engine.kernel.http.testing import Asking, Handler, Server, make_certificate

# Stands for the public Internet here; every other address of this machine is still refused.
HERE = Reach(("127.0.0.1",))
Serve = Callable[..., Server]


@pytest.fixture
def client() -> Iterator[Client]:
    with Network(HERE).client(timeout=5) as made:
        yield made


def by_path(**redirects: tuple[int, str]) -> Handler:
    """Redirect the paths that are given; answer the others with their method and path."""

    def answer(asking: Asking) -> None:
        name = asking.path.strip("/").partition("?")[0]
        if name in redirects:
            status, location = redirects[name]
            asking.redirect(location, status)
        else:
            asking.answer(f"{asking.head.split(' ')[0]} {asking.path}".encode() + asking.body)

    return answer


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(serve: Serve, client: Client, status: int) -> None:
    server = serve(by_path(old=(status, "/new?x=1#y")))
    answer = client.get(f"{server.url}/old")
    assert (answer.status, answer.body) == (200, b"GET /new?x=1")
    assert answer.url == f"{server.url}/new?x=1"
    assert answer.moved_to == (answer.url if status in {301, 308} else None)


@pytest.mark.parametrize(
    ("first", "second", "moved"),
    [(301, 308, True), (308, 301, True), (301, 302, False), (302, 301, False), (307, 307, False)],
)
def test_an_address_moved_when_every_step_says_for_good(
    serve: Serve, client: Client, first: int, second: int, moved: bool
) -> None:
    server = serve(by_path(a=(first, "/b"), b=(second, "/c")))
    assert client.get(f"{server.url}/a").moved_to == (f"{server.url}/c" if moved else None)
    with client.stream(f"{server.url}/a") as stream:
        assert stream.moved_to == (f"{server.url}/c" if moved else None)
        assert b"".join(stream.chunks()) == b"GET /c"


def test_a_redirect_may_be_the_answer(serve: Serve, client: Client) -> None:
    server = serve(by_path(a=(301, "/b")))
    answer = client.get(f"{server.url}/a", redirects=0)
    assert (answer.status, answer.headers["location"], answer.moved_to) == (301, "/b", None)
    with pytest.raises(Remote, match=r"answered 301 \(Moved Permanently\) to GET /a"):
        answer.raise_for_status()


def test_a_redirect_without_a_location_is_the_answer(serve: Serve, client: Client) -> None:
    server = serve(lambda asking: asking.answer(status="302 Found"))
    assert client.get(server.url).status == 302


def test_loops_end(serve: Serve, client: Client) -> None:
    server = serve(by_path(a=(301, "/b"), b=(301, "/a")))
    with pytest.raises(Remote, match="redirected more than 5 times; asked was GET /b"):
        client.get(f"{server.url}/a")
    assert len(server.asked) == 6
    with pytest.raises(Remote, match="redirected more than 1 times"):
        client.get(f"{server.url}/a", redirects=1)


@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/", "//192.168.0.1/x",
        "http://127.0.0.2/", "http://[::1]/", "http://[::ffff:10.0.0.1]/", "http://[fd00::1]/",
        "http://localhost.example/", "http://2130706433/", "http://0x7f.1/", "http://0/",
        "file:///etc/passwd", "gopher://127.0.0.1:70/_x", "ftp://127.0.0.1/", "data:text/plain,x",
        "http://127.0.0.1:22/", "http://a:b@127.0.0.1/", "http://[", "javascript:alert(1)",
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", [301, 307])
def test_nobody_is_redirected_into_a_private_network(
    serve: Serve, location: str, status: int
) -> None:
    def resolve(host: str, port: int) -> list[str]:
        return ["10.1.2.3"]

    server = serve(by_path(a=(status, location)))
    client = Network(HERE, resolve=resolve).client(timeout=5)
    with client, pytest.raises(AddressRefused) as refused:
        client.get(f"{server.url}/a")
    said = f"127.0.0.1:{server.port} redirected to where nobody is sent. "
    assert refused.value.message.startswith(said)
    assert len(server.asked) == 1


def test_credentials_stay_with_their_origin(serve: Serve, client: Client) -> None:
    other = serve(by_path())
    server = serve(by_path(here=(302, "/there"), away=(302, f"{other.url}/there")))
    given = {
        "Authorization": "Bearer abc",
        "Cookie": "a=b",
        "X-Api-Key": "abc",
        "PRIVATE-TOKEN": "abc",
        "If-None-Match": '"1"',
    }
    client.get(f"{server.url}/here", headers=given)
    names = {name.lower() for name in given}
    assert names <= server.asked[1].headers.keys()
    client.get(f"{server.url}/away", headers=given)
    assert names & other.asked[0].headers.keys() == {"if-none-match"}
    # On the way back they don't come back either.
    back = serve(by_path(there=(302, f"{server.url}/end")))
    again = serve(by_path(away=(302, f"{back.url}/there")))
    client.get(f"{again.url}/away", headers=given)
    assert names & server.asked[-1].headers.keys() == {"if-none-match"}


def test_what_is_posted_stays_with_its_origin(serve: Serve, client: Client) -> None:
    other = serve(by_path())
    server = serve(
        by_path(see=(303, "/x"), found=(302, "/x"), keep=(307, "/x"), away=(307, other.url))
    )
    assert client.post(f"{server.url}/see", json=1).body == b"GET /x"
    assert client.post(f"{server.url}/found", json=1).body == b"GET /x"
    assert client.post(f"{server.url}/keep", json=1).body == b"POST /x1"
    with pytest.raises(Remote, match="redirected what was sent to it to another machine"):
        client.post(f"{server.url}/away", json={"password": "x"})
    assert not other.asked


def test_credentials_are_not_sent_on_without_tls(serve: Serve, tmp_path: Path) -> None:
    made = make_certificate(tmp_path / "x.pem", "127.0.0.1", now=SystemClock().now())
    plain = serve(by_path())
    secure = serve(by_path(down=(301, f"{plain.url}/x")), made.server)
    with Network(HERE, trust=made.trust).client(timeout=5) as client:
        for asked in ({"headers": {"Authorization": "x"}}, {"params": {"key": "x"}}):
            with pytest.raises(Remote, match="carries credentials to an address without TLS"):
                client.get(f"{secure.url}/down", **asked)  # type: ignore[arg-type]
        assert not plain.asked
        assert client.get(f"{secure.url}/down").body == b"GET /x"


# The names of hosts.


def test_a_name_that_leads_elsewhere_the_second_time(serve: Serve) -> None:
    """DNS rebinding: what was checked is what is connected to, whatever is answered later."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    def answer_once(asking: Asking) -> bool:
        asking.answer(b"ok", headers={"Connection": "close"})
        return False

    server = serve(answer_once)
    url = f"http://rebind.example:{server.port}/"
    with Network(HERE, resolve=resolve).client(timeout=5) as client:
        assert client.get(url).body == b"ok"
        assert asked == ["rebind.example"]
        assert server.asked[0].headers["host"] == f"rebind.example:{server.port}"
        with pytest.raises(AddressRefused, match=r"'rebind.example' leads to 10.0.0.1, which"):
            client.get(url)


def test_public_first_and_loopback_next(serve: Serve) -> None:
    """Asked first, the name is public; who asked it again for the connection would be here."""
    answers = iter([["93.184.216.34"], ["127.0.0.1"], ["127.0.0.1"]])
    server = serve(by_path())
    client = Network(resolve=lambda host, port: next(answers)).client(timeout=5)
    # The tests may connect to this machine alone; where else is wanted stands in the message.
    with client, pytest.raises((RuntimeError, UserWarning), match=r"93\.184\.216\.34"):
        client.get(f"http://rebind.example:{server.port}/")
    assert server.connections == 0


@pytest.mark.parametrize(
    "found",
    [
        ["127.0.0.1", "10.0.0.1"],
        ["10.0.0.1", "127.0.0.1"],
        ["::1", "127.0.0.1"],
        ["127.0.0.1", "fe80::1%eth0"],
        ["::ffff:10.0.0.1"],
    ],
)
def test_every_address_of_a_name_must_be_public(serve: Serve, found: list[str]) -> None:
    server = serve(by_path())
    client = Network(HERE, resolve=lambda host, port: found).client(timeout=5)
    with client, pytest.raises(AddressRefused, match="not a public one"):
        client.get(f"http://both.example:{server.port}/")
    assert server.connections == 0


def test_an_owner_allows_a_name_whatever_it_leads_to(serve: Serve) -> None:
    server = serve(by_path())
    reach = Reach(("intranet.example", "*.lake.example"))
    with Network(reach, resolve=lambda host, port: ["127.0.0.1"]).client(timeout=5) as client:
        for host in ("intranet.example", "INTRANET.example.", "wiki.lake.example"):
            assert client.get(f"http://{host}:{server.port}/").status == 200
        for host in ("other.example", "lake.example", "127.0.0.1"):
            with pytest.raises(AddressRefused):
                client.get(f"http://{host}:{server.port}/")


def test_the_next_address_of_a_name_is_tried(serve: Serve) -> None:
    server = serve(by_path())
    reach = Reach(("127.0.0.0/8", "::1"))
    found = ["::1", "127.0.0.1"]  # nobody listens at the first one
    with Network(reach, resolve=lambda host, port: found).client(timeout=5) as client:
        assert client.get(f"http://two.example:{server.port}/").status == 200


def test_nothing_is_asked_of_a_proxy(
    serve: Serve, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert client.get(serve(by_path()).url).status == 200
