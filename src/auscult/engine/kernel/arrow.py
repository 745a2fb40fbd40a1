"""pyarrow without pandas, which nothing here hands to it."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec

import pyarrow as pa


class _NoPandas:
    """Says of pandas that it isn't installed."""

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        if name == "pandas":
            raise ImportError("not while pyarrow asks")
        return None


def leave_pandas_out() -> None:
    """Let pyarrow make arrays of lists without loading pandas, where it isn't loaded yet.

    At the first list pyarrow looks whether it could be something of pandas, and loads pandas
    to find out: a second of a core and 30 MiB in each process. It asks once. Who needs pandas
    after that imports it as ever, and pyarrow's own `to_pandas` finds it.
    """
    if "pandas" in sys.modules:
        return
    finder = _NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        pa.array([None])
    finally:
        sys.meta_path.remove(finder)
