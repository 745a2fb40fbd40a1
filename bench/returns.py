"""What each channel brought: how often intervals hold the truth, and how fast they are there.

Run: python -m bench.returns [--small]. The rows go to bench/results/returns.json.
"""

from __future__ import annotations

import sys

from bench.report import write
from bench.returns_mix import rows

FITS, FEW = 200, 4


def main() -> None:
    write("returns", rows(FEW if "--small" in sys.argv else FITS))


if __name__ == "__main__":
    main()
