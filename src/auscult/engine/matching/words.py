"""The words of posts, for a full-text index."""

from __future__ import annotations

import pyarrow as pa


def index_terms(posts: pa.Table | pa.RecordBatch) -> pa.StringArray:
    """Return each post's distinct base forms, of title and text, separated by one space.

    A signed token (`#flu`, `@mayo`) is there with its sign and without. The order is that of
    the text. Posts are read like `WatchSet.match` reads them.

    Examples
    --------
    >>> import pyarrow as pa
    >>> index_terms(pa.table({"title": ["Café news"], "text": ["No #flu in the café"]})).to_pylist()
    ['cafe news no flu #flu in the']
    """
    # The compiler's import takes half a second: only who calls waits for it.
    from auscult.engine.matching.indexing import written  # noqa: PLC0415

    return written(posts)
