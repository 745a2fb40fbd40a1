"""A real server, started as a person starts it, and a real browser that looks at its pages."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from fresh import fresh

HERE = Path(__file__).parent
AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
SHOTS = HERE / "shots"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",  # the tests may run as root
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE = 60_000  # milliseconds, on a machine that does other things meanwhile
# By itself an expectation gives up after five seconds.
expect.set_options(timeout=PATIENCE)


def missing(what: str) -> None:
    """Skip on a machine that lacks something; fail where the whole suite has to run."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}; on CI nothing is left out")
    pytest.skip(what)


def environment(archive: Path, **settings: str) -> dict[str, str]:
    """Return the environment of a process that works on an archive of its own."""
    fresh(archive)
    kept = {key: value for key, value in os.environ.items() if not key.startswith("AUSCULT_")}
    # Sources of these tests are on this machine, which has to be allowed.
    own = {"archive": str(archive), "reach": "127.0.0.0/8", **settings}
    return {**kept, **{f"AUSCULT_{name.upper()}": value for name, value in own.items()}}


class Server:
    """`auscult up` in a process of its own, and what it printed."""

    def __init__(self, archive: Path, *arguments: str, **settings: str) -> None:
        self.process = subprocess.Popen(
            [Path(sys.executable).with_name("auscult"), "up", "--no-browser", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(archive, **settings),
            start_new_session=True,
        )
        self.printed: list[str] = []
        self.link = self._read_link()
        self.address = self.link.split("/sign-in/")[0]
        self._reader = threading.Thread(target=self._read_rest)
        self._reader.start()

    def _read_link(self) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed.append(line)
            if found := re.search(r"http://\S+", line):
                return found.group()
        raise AssertionError("auscult up ended:\n" + "".join(self.printed))

    def _read_rest(self) -> None:
        assert self.process.stdout is not None
        self.printed.extend(self.process.stdout)

    def stop(self) -> str:
        """Stop it as Ctrl-C does; return all that it printed."""
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(PATIENCE / 1_000)
        finally:
            # What is left after an orderly end is a defect that the tests find; here it
            # only must not outlive them.
            if self.process.poll() is None:
                self.process.kill()
            self._reader.join()
            assert self.process.stdout is not None
            self.process.stdout.close()
        return "".join(self.printed)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        missing("no chromium is installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    if not AXE.exists():
        missing("axe-core is not installed (cd tests/browser && npm install)")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over an archive with a small town, its watches, and a file with broken lines."""
    archive = tmp_path_factory.mktemp("browser") / "archive"
    subprocess.run([sys.executable, HERE / "small_town.py"], env=environment(archive), check=True)
    running = Server(archive, "--empty")
    yield running
    running.stop()


def sign_in(server: Server, chromium: Browser) -> list[dict[str, object]]:
    """Sign the owner in by the link of a server's start; return the session's cookies."""
    context = chromium.new_context()
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(server.link)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="All watches", level=1).wait_for()
    kept = context.cookies()
    context.close()
    return [dict(cookie) for cookie in kept]


@pytest.fixture(scope="session")
def cookies(server: Server, chromium: Browser) -> list[dict[str, object]]:
    """The session of the owner: her link works once, so all tests share what it gave."""
    return sign_in(server, chromium)


class Rooms:
    """Opens pages as the owner, in windows of any size and colour; closes them all."""

    def __init__(self, server: Server, chromium: Browser, cookies: list[dict[str, object]]) -> None:
        self.server, self.chromium, self.cookies = server, chromium, cookies
        self.contexts: list[BrowserContext] = []
        self.errors: list[str] = []
        self.expected: tuple[str, ...] = ()

    def expect_errors(self, *texts: str) -> None:
        """Let the console complain of these: pages that aren't there, on purpose."""
        self.expected = texts

    def open(
        self, path: str = "/listening/", *, width: int = 1440, dark: bool = False, js: bool = True
    ) -> Page:
        """Open `path`; what the browser's console complains of is kept in `errors`."""
        context = self.chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=js,
            base_url=self.server.address,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        context.add_cookies(self.cookies)  # type: ignore[arg-type]
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", lambda line: self._note(line.type, line.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self._keep_inside(request.url))
        page.goto(path)
        return page

    def _note(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"} and not any(one in text for one in self.expected):
            self.errors.append(text)

    def _keep_inside(self, url: str) -> None:
        if not url.startswith((self.server.address, "data:")):
            self.errors.append(f"asked another machine: {url}")

    def close(self) -> None:
        """Close all windows."""
        for context in self.contexts:
            context.close()
        self.contexts.clear()


@pytest.fixture
def rooms(server: Server, chromium: Browser, cookies: list[dict[str, object]]) -> Iterator[Rooms]:
    opened = Rooms(server, chromium, cookies)
    yield opened
    opened.close()
    assert opened.errors == []
