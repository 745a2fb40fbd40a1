"""A file of any size is read in bounded memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LINE = b'{"uri":"at://a/%012d","created_at":"2026-01-01T00:00:00Z","text":"%s #flu @name"}\n'
# Read by a process of its own, which prints its posts and its peak of resident memory (KiB).
# Not `ru_maxrss`: a process inherits that from the one that started it.
PROGRAM = """
import sys
from auscult.engine.connectors.files import Files, FilesConfig
from auscult.engine.kernel.clock import SystemClock
reader = Files().open(FilesConfig(paths=(sys.argv[1],)), None, clock=SystemClock())
posts = 0
while (batch := reader.next_batch()) is not None:
    posts += batch.posts.num_rows
with open("/proc/self/status") as status:
    peak = next(line.split()[1] for line in status if line.startswith("VmHWM"))
print(posts, peak)
"""


def _peak(path: Path, megabytes: int) -> tuple[int, int, int]:
    written = 0
    with path.open("wb") as file:
        while file.tell() < megabytes << 20:
            words = b"waiting for a flu shot at the clinic " * 6
            file.writelines(LINE % (n, words) for n in range(written, written + 20_000))
            written += 20_000
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)], capture_output=True, check=True
    )
    path.unlink()
    posts, peak = map(int, done.stdout.split())
    return written, posts, peak >> 10


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_twelve_times_the_file_takes_no_more_memory(tmp_path: Path) -> None:
    small = _peak(tmp_path / "small.jsonl", 50)
    large = _peak(tmp_path / "large.jsonl", 600)
    assert small[0] == small[1]
    assert large[0] == large[1]
    assert large[2] < 700, f"{large[2]} MiB at the peak"
    assert large[2] < small[2] + 100, f"{small[2]} MiB for 50 MB, {large[2]} MiB for 600 MB"
