"""Has a mix worked out in a process of its own, and follows how far it is."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
from django.utils.translation import gettext as _

from auscult.engine.kernel.errors import Correctable
from auscult.web.returns.mix_asking import plain_series
from auscult.web.returns.study_answers import Asked
from auscult.web.returns.study_tables import Table

MODULE = "auscult.web.returns.mix_process"
LOOK = 1.0  # seconds between two looks at how far it is
CORES = 2


class MixStopped(Correctable):
    """The process took more memory or time than it may."""

    def __init__(self) -> None:
        super().__init__(
            _("The mix took more memory or time than one may take here."),
            code="mix-stopped",
            field="data",
            hint=_("Leave out the oldest days, join channels or places that are alike."),
        )


def question(asked: Asked) -> dict[str, Any]:
    """Return what the process is asked, in values that JSON can hold."""
    return {
        "series": plain_series(asked.question, Table.from_parquet(asked.data)),
        "seed": asked.seed % 2**32,
        "cores": min(CORES, os.cpu_count() or 1),
        "holdout": asked.question["holdout"],
    }


def in_a_process(asked: Asked) -> Iterator[tuple[int, dict[str, Any]]]:
    """Work a mix out bit by bit; nobody who asks waits longer than a second.

    Raises
    ------
    Correctable
        The data don't allow an answer, or it took too much.
    """
    given = orjson.dumps(question(asked)) + b"\n"
    with tempfile.TemporaryDirectory(prefix="auscult-mix-") as folder:
        told = Path(folder) / "told"
        process = _started(told, folder)
        try:
            assert process.stdin is not None
            # Left open: when this process ends, however it ends, the other one does.
            process.stdin.write(given)
            process.stdin.flush()
            while process.poll() is None:
                try:
                    process.wait(LOOK)
                except subprocess.TimeoutExpired:
                    yield _percent(told), {}
            yield 100, {"answer": _answer(told, process.returncode)}
        finally:
            process.kill()
            process.wait()
            if process.stdin is not None:
                process.stdin.close()


def _started(told: Path, folder: str) -> subprocess.Popen[bytes]:
    with told.open("wb") as out:
        return subprocess.Popen(  # noqa: S603 - this program itself
            [sys.executable, "-m", MODULE],
            stdin=subprocess.PIPE,
            stdout=out,
            env={**os.environ, "TMPDIR": folder},
        )


def _lines(told: Path) -> list[Mapping[str, Any]]:
    whole = told.read_bytes().rpartition(b"\n")[0]
    return [orjson.loads(line) for line in whole.splitlines()]


def _percent(told: Path) -> int:
    return max([10, *(int(line.get("percent", 0)) for line in _lines(told))])


def _answer(told: Path, status: int) -> Mapping[str, Any]:
    lines = _lines(told)
    last = lines[-1] if lines else {}
    if "refused" in last:
        raise Correctable(**last["refused"])
    if "answer" not in last:
        if status <= 0 or "stopped" in last:  # ended by a signal: a limit, or the machine's own
            raise MixStopped
        raise RuntimeError(f"the process of a mix ended with {status}")
    answer: Mapping[str, Any] = last["answer"]
    return answer
