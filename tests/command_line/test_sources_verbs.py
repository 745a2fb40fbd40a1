"""`auscult sources` as a person uses it, with a site of the test's own on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from fresh import fresh

COMMAND = Path(sys.executable).with_name("auscult")
PAGES = {
    "/": (
        "text/html",
        (
            '<html><head><title>Clinic</title><link rel="alternate" type="application/rss+xml" '
            'title="Clinic news" href="/news.xml"></head><body>Hello</body></html>'
        ),
    ),
    "/news.xml": (
        "application/rss+xml",
        (
            '<rss version="2.0"><channel><title>Clinic news</title><link>http://127.0.0.1/</link>'
            "<description>News</description><item><title>Flu shots</title><guid>a1</guid>"
            "<pubDate>Mon, 16 Nov 2026 08:00:00 GMT</pubDate></item></channel></rss>"
        ),
    ),
}
OPML = """<opml version="2.0"><body><outline text="News">
<outline text="One" xmlUrl="https://one.example/rss"/>
<outline text="Two" xmlUrl="https://two.example/rss"/>
<outline text="Bad" xmlUrl="ftp://three.example/rss"/></outline></body></opml>"""


class Site(BaseHTTPRequestHandler):
    """A page that names its feed."""

    def do_GET(self) -> None:
        kind, body = PAGES.get(self.path, ("text/plain", ""))
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return fresh(tmp_path / "archive")


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return one archive for all that is refused: nothing changes it."""
    return tmp_path_factory.mktemp("untouched") / "archive"


def sources(
    *words: str, archive: Path, given: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, "sources", *words, "--archive", str(archive)],
        input=given, capture_output=True, text=True, timeout=120, check=False,
        env=os.environ | environment,
    )  # fmt: skip


def test_an_address_becomes_a_source_and_goes_again(site: str, archive: Path) -> None:
    reach = {"AUSCULT_REACH": "127.0.0.0/8"}
    probed = sources("probe", site, "--json", archive=archive, **reach)
    proposals = json.loads(probed.stdout)["proposals"]
    assert [one["config"]["feeds"] for one in proposals if one["connector"] == "feeds"] == [
        [site + "news.xml"]
    ]
    assert all(one["about"]["reads"] and one["about"]["how_often"] for one in proposals)

    added = sources("add", site, "--name", "Clinic", "--ttl-days", "90", archive=archive, **reach)
    assert added.returncode == 0, added.stderr
    assert "Clinic is connected" in added.stdout
    (listed,) = json.loads(sources("list", "--json", archive=archive).stdout)
    assert (listed["name"], listed["kind"], listed["health"]) == ("Clinic", "feeds", "well")
    assert listed["ttl_days"] == 90

    assert "paused now" in sources("pause", "Clinic", archive=archive).stdout
    assert "reading now" in sources("resume", "Clinic", archive=archive).stdout
    removed = sources("remove", "Clinic", "--with-posts", archive=archive)
    assert "0 mentions went with it" in removed.stdout
    assert "No source is connected" in sources("list", archive=archive).stdout


def test_this_machine_is_not_reached_unless_its_owner_says_so(site: str, archive: Path) -> None:
    refused = sources("probe", site, archive=archive, AUSCULT_REACH="")
    assert refused.returncode == 2
    assert "AUSCULT_REACH" in refused.stderr


def test_credentials_come_from_elsewhere_and_are_never_shown(archive: Path) -> None:
    words = ("add", "--kind", "youtube", "--name", "Videos", "--set", 'searches=["clinic"]')
    refused = sources(*words, "--secret", "key=NO_SUCH_VARIABLE", archive=archive)
    assert refused.returncode == 2
    assert "There is nothing in NO_SUCH_VARIABLE" in refused.stderr
    wrong = sources(*words, "--secret", "password=A", archive=archive)
    assert "credentials of this kind: key" in wrong.stderr

    added = sources(*words, "--secret", "key=-", archive=archive, given="s3cret-key\n")
    assert added.returncode == 0, added.stderr
    shown = json.loads(sources("show", "Videos", "--json", archive=archive).stdout)
    assert shown["has_credentials"]
    assert shown["config"]["searches"] == ["clinic"]
    held = b"".join(file.read_bytes() for file in archive.rglob("*") if file.is_file())
    assert b"s3cret-key" not in held


def test_lists_of_feeds_go_in_and_out(archive: Path, tmp_path: Path) -> None:
    file = tmp_path / "feeds.opml"
    file.write_text(OPML, encoding="utf-8")
    taken = sources("import-opml", str(file), "--name", "News", archive=archive)
    assert "reads 2 feeds, 2 of them new" in taken.stdout
    assert "ftp://three.example/rss" in taken.stderr
    again = json.loads(
        sources("import-opml", str(file), "--name", "News", "--json", archive=archive).stdout
    )
    assert (again["feeds"], again["new"]) == (2, 0)
    given = sources("export-opml", archive=archive).stdout
    assert given.count("xmlUrl=") == 2
    assert "https://two.example/rss" in given
    missing = sources("import-opml", str(tmp_path / "none.opml"), archive=archive)
    assert missing.returncode == 2
    assert "can't be read" in missing.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add",), "Nothing was named to connect"),
        (("add", "--kind", "nothing"), "There is no source of the kind 'nothing'"),
        (("add", "--kind", "bluesky", "--set", "hosts"), "doesn't say which field"),
        (("add", "--kind", "bluesky", "--set", "horses=1"), "Fields that this source has"),
        (("pause", "Nobody"), "There is no source 'Nobody'"),
    ],
)
def test_what_is_wrong_is_said(words: tuple[str, ...], said: str, untouched: Path) -> None:
    answer = sources(*words, archive=untouched)
    assert answer.returncode == 2
    assert said in answer.stderr


def test_coverage_is_told_line_by_line(archive: Path, tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_text('{"uri":"p:1","created_at":"2026-03-01T08:00:00Z","text":"flu"}\n')
    subprocess.run(
        [COMMAND, "listen", str(file), "--watch", "flu=flu", "--archive", str(archive)],
        capture_output=True, check=True, timeout=120,
    )  # fmt: skip
    lines = sources("coverage", "--json", archive=archive).stdout.splitlines()
    told = [json.loads(line) for line in lines]
    assert told
    assert all(one["read"] and one["sampled"] == 1.0 for one in told)
    assert "read" in sources("coverage", archive=archive).stdout
