"""Execute the examples of the pages: one test a page, its examples in order.

`python` blocks run (with `>>>`, what they print is compared), `shell-session` blocks run
in a folder of the page's own: after `$ ` stands a command, `> ` goes on with it, and the
rest is what it prints, where `...` stands for anything. Sketches are fenced as `py`, and
synopses as `console`; those are not run.
"""

from __future__ import annotations

import doctest
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sybil import Example, Sybil
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class ShellSessionParser(CodeBlockParser):
    """Runs what stands behind `$ ` and compares what it prints."""

    language = "shell-session"

    def evaluate(self, example: Example) -> str | None:
        """Say how a command's output differs from the page, or nothing."""
        for command, expected in commands(example.parsed):
            printed = run(command, Path(example.namespace["folder"]))
            if not doctest.OutputChecker().check_output(expected, printed, FLAGS):
                return f"$ {command}\nprinted\n{printed}\nbut the page says\n{expected}"
        return None


def commands(block: str) -> Iterator[tuple[str, str]]:
    """Each command of a block, and the output that the page gives it."""
    for part in ("\n" + block).split("\n$ ")[1:]:
        lines = part.splitlines()
        more = 1
        while more < len(lines) and lines[more].startswith(">"):
            more += 1
        command = [lines[0], *(line[1:].removeprefix(" ") for line in lines[1:more])]
        yield "\n".join(command), "".join(line + "\n" for line in lines[more:])


def run(command: str, folder: Path) -> str:
    """Run a command with the `auscult` of this environment and an archive in the folder."""
    done = subprocess.run(  # noqa: S603 - the commands are those of our own pages
        ["bash", "-c", command],  # noqa: S607 - whichever bash there is
        cwd=folder,
        env={
            **{name: value for name, value in os.environ.items() if "AUSCULT" not in name},
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "AUSCULT_ARCHIVE": str(folder / "var"),
            "COLUMNS": "100",
            "NO_COLOR": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    return done.stdout


PAGES = Sybil(
    parsers=[PythonCodeBlockParser(doctest_optionflags=FLAGS), ShellSessionParser()],
    pattern="*.md",
)


class Page(pytest.Item):
    """A page whose examples run one after the other."""

    def runtest(self) -> None:
        """Run them all; the first that fails is told with its line."""
        document = PAGES.parse(self.path)
        with tempfile.TemporaryDirectory() as folder:
            document.namespace["folder"] = folder
            for example in document.examples():
                example.evaluate()

    def reportinfo(self) -> tuple[Path, int, str]:
        """Name the page."""
        return self.path, 0, self.name


class PageFile(pytest.File):
    """Collects a page that has examples."""

    def collect(self) -> Iterator[pytest.Item]:
        """Give one test, or none."""
        if any(True for _ in PAGES.parse(self.path).examples()):
            yield Page.from_parent(self, name="examples")


def pytest_collect_file(file_path: Path, parent: Any) -> pytest.File | None:
    """Take every page of the documentation."""
    if file_path.suffix != ".md" or "_build" in file_path.parts:
        return None
    return PageFile.from_parent(parent, path=file_path)
