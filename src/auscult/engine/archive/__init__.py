"""The lake: samples of everything, as Parquet segments. `docs/explanation/lake.md`."""

from auscult.engine.archive.compact import Report
from auscult.engine.archive.errors import LakeDamagedError, LakeError
from auscult.engine.archive.lake import Lake
from auscult.engine.archive.scan import Scan
from auscult.engine.archive.write import sampled

__all__ = ["Lake", "LakeDamagedError", "LakeError", "Report", "Scan", "sampled"]
