"""Arrays are made without pandas, and who wants pandas still gets it."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from auscult.engine.kernel.posts import SCHEMA
import pyarrow as pa

table = pa.Table.from_pylist([], schema=SCHEMA)
assert pa.array([1, None, 3]).null_count == 1
assert "pandas" not in sys.modules, "it was loaded"
assert list(pa.table({"a": [1, 2]}).to_pandas()["a"]) == [1, 2]
"""


def test_a_list_loads_no_pandas_and_to_pandas_finds_it() -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", PROGRAM], check=True)
