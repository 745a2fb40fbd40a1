"""A stream written down once and played from disk, for loads that memory wouldn't hold.

`record` writes the frames as they go over the wire; `playing` serves them from a process of its
own, which hardly does more than copy, so that what is measured is the other side.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import mmap
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from servers.jetstream import Jetstream
from servers.jetstream_log import START, Event, Packing, Wire, written
from servers.processes import Server, folder

TESTS = Path(__file__).parents[1]


def record(
    path: Path,
    events: Iterable[Event],
    wire: Wire,
    *,
    dictionaries: Path | None = None,
    step_us: int = 1000,
) -> int:
    """Write events into the folder `path` and return how many.

    What the wire doesn't show gets no number. `step_us` is the time between two events, in
    microseconds.
    """
    path.mkdir(parents=True, exist_ok=True)
    packing = Packing(dictionaries)
    ends, end, seq = [0], 0, 0
    with (path / "frames").open("wb") as file:
        for event in events:
            plain = written(event, seq + 1, START + seq * step_us, wire.version)
            if plain is None:
                continue
            seq += 1
            end += file.write(packing.pack(plain, wire))
            ends.append(end)
    np.save(path / "ends.npy", np.array(ends, np.int64))
    facts = {"wire": wire.name, "step_us": step_us}
    (path / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
    return seq


class Recording:
    """What `record` wrote. Everything is told: it was written down for one kind of subscriber."""

    def __init__(self, path: Path) -> None:
        facts = json.loads((path / "facts.json").read_text(encoding="utf-8"))
        self.floor = 0
        self.wire = Wire[facts["wire"]]
        self.ends = np.load(path / "ends.npy")
        self.seqs: Sequence[int] = range(1, len(self.ends))
        self.times: Sequence[int] = range(
            START, START + len(self) * facts["step_us"], facts["step_us"]
        )
        with (path / "frames").open("rb") as file:
            self.frames = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def __len__(self) -> int:
        return len(self.ends) - 1

    @property
    def next_seq(self) -> int:
        """The number that would come next."""
        return len(self.ends)

    def chosen(
        self,
        first: int,
        end: int,
        wanted: Callable[[Event], bool] | None,
        wire: Wire,
        packing: Packing,
    ) -> list[bytes]:
        """Return the frames from `first` to `end`."""
        if wire != self.wire:
            raise RuntimeError(f"this was recorded for {self.wire.name}, not for {wire.name}")
        ends = self.ends[first : end + 1].tolist()
        return [self.frames[start:stop] for start, stop in itertools.pairwise(ends)]

    def on_change(self, listener: Callable[[], None]) -> None:
        """Do nothing: it doesn't change."""


@contextlib.contextmanager
def playing(
    path: Path, *, rate: float | None = None, dictionaries: Path | None = None
) -> Iterator[str]:
    """Serve a recording from a process of its own and give its address.

    `rate` is in frames a second; None for as fast as the other side reads.
    """
    command: list[str | Path] = [sys.executable, "-m", "servers.jetstream_recording", path]
    command += ["--rate", str(rate)] if rate is not None else []
    command += ["--dictionaries", dictionaries] if dictionaries is not None else []
    with folder("jetstream") as place:
        path_of_tests = {"PYTHONPATH": str(TESTS)}
        with Server(command, name="jetstream", cwd=place, env=path_of_tests) as server:
            yield server.wait_for(lambda: server.printed.strip() or None)


def main() -> None:
    """Serve until the process is killed; print the address."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--dictionaries", type=Path)
    given = parser.parse_args()
    recording = Recording(given.path)
    with Jetstream(log=recording, rate=given.rate, dictionaries=given.dictionaries) as server:
        print(server.url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
