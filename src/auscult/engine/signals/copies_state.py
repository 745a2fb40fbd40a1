"""The saved state of copies: NumPy's `.npz`, without pickled objects, written whole or not at all."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import numpy as np

from auscult.engine.kernel.errors import Correctable
from auscult.engine.signals import copies_layout as lay
from auscult.engine.signals.copies_index import KINDS, Parts

# What sets of shingles depend on; a file with other values can't be gone on with.
_FORMAT = f"auscult copies 1, runs of {lay.SHINGLE}, {lay.LEAST_WORDS} to {lay.MOST_WORDS} words"


def write(path: Path, parts: Parts) -> None:
    """Write the parts, and only then put the file in the place of the one before."""
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("wb") as file:
        np.savez(file, format=np.array(_FORMAT), **parts._asdict())
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def read(path: Path) -> Parts:
    """Read what `write` wrote; see `Copies.load`."""
    try:
        with path.open("rb") as given, np.load(given, allow_pickle=False) as file:
            found = str(file["format"]) if "format" in file else "none"
            if found != _FORMAT:
                raise _unfit(path, f"its format is '{found}', not '{_FORMAT}'")
            parts = Parts(**{name: file[name] for name in Parts._fields})
    except FileNotFoundError as error:
        raise _unfit(path, "it doesn't exist") from error
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        EOFError,
        zipfile.BadZipFile,
    ) as error:
        raise _unfit(path, f"it can't be read ({error})") from error
    if not _whole(parts):
        raise _unfit(path, "its parts don't fit together")
    return parts


def _whole(parts: Parts) -> bool:
    """Tell whether the kernels can trust all places that the parts name."""
    texts, posts = len(parts.sizes), len(parts.moments)
    kinds = all(
        getattr(parts, name).dtype == kind and getattr(parts, name).ndim == 1
        for name, kind in KINDS.items()
    )
    return bool(
        kinds
        and len(parts.groups) == texts
        and {len(parts.uri_sizes), len(parts.authors), len(parts.post_texts)} == {posts}
        and parts.next_group.size == 1
        and parts.sizes.min(initial=1) >= 1
        and parts.sizes.max(initial=1) <= lay.MOST_WORDS
        and parts.uri_sizes.min(initial=0) >= 0
        and parts.sizes.sum() == parts.sets.size
        and parts.uri_sizes.sum() == parts.uris.size
        and parts.post_texts.min(initial=0) >= 0
        and parts.post_texts.max(initial=-1) < texts
    )


def _unfit(path: Path, why: str) -> Correctable:
    return Correctable(
        f"{path} isn't a saved index of copies: {why}.", field=str(path), code="not-copies",
        hint="Remove it: the index fills anew from posts as they arrive.",
    )  # fmt: skip
