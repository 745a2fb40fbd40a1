"""Standing queries, compiled: which watches are true of which posts, and where they hit."""

from auscult.engine.matching.preparing import is_compiled, prepare
from auscult.engine.matching.watches import MATCHES, WatchSet
from auscult.engine.matching.words import index_terms

__all__ = ["MATCHES", "WatchSet", "index_terms", "is_compiled", "prepare"]
