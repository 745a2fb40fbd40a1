"""The bytes of a feed as text, whatever their headers say of them.

A byte order mark decides. Else what is valid UTF-8 is UTF-8, since no other encoding looks
like it by chance. Else the encoding that the document declares, then the one of the HTTP
header, if the bytes are valid in it. Else it is UTF-8 with mistakes: the bytes that are none
are read as windows-1252, which is what they are when an editor pastes from a word processor.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WITHOUT_BOM = ((b"<\0?\0", "utf-16-le"), (b"<\0r\0", "utf-16-le"), (b"\0<\0", "utf-16-be"))
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
# Encodings in which texts are written; Python knows others that are transformations.
_WRITTEN_IN = re.compile(
    r"(?:iso8859|cp|koi8|mac|gb|big5|euc|shift_jis|iso2022|hz|utf-(?:8|16|32)|ascii|tis)"
)
_SEVEN_BITS = re.compile(r"iso2022|hz")  # they are ASCII to look at
# What browsers read instead: the names are used for the larger sets.
_MEANT = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
_CONTROLS = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Decoded(NamedTuple):
    """A document as text, and how many invalid sequences became U+FFFD."""

    text: str
    replaced: int


def decode(body: bytes, content_type: str = "") -> Decoded:
    """Read the bytes of a document; control characters become spaces, NULs go.

    Parameters
    ----------
    body : bytes
    content_type : str
        The HTTP header.

    Examples
    --------
    >>> decode("<?xml version='1.0' encoding='utf-8'?>Caf\u00e9 \u201cx\u201d".encode("cp1252")).text
    "<?xml version='1.0' encoding='utf-8'?>Caf\u00e9 \u201cx\u201d"
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return _readable(body[len(mark) :].decode(encoding, "replace"))
    for start, encoding in _WITHOUT_BOM:
        if body.lstrip(b" \r\n\t").startswith(start):
            return _readable(body.decode(encoding, "replace"))
    named = [name for name in (_declared(body), _header(content_type)) if name]
    if not any(_SEVEN_BITS.match(name) for name in named):
        named = ["utf-8", *named]
    for encoding in named:
        try:
            return _readable(body.decode(encoding), counted=False)
        except UnicodeDecodeError:
            continue
    return _readable(body.decode("utf-8", _ERRORS))


def _declared(body: bytes) -> str:
    found = _DECLARED.match(body[:400])
    return _known(found.group(1).decode("ascii")) if found else ""


def _header(content_type: str) -> str:
    found = _CHARSET.search(content_type)
    return _known(found.group(1)) if found else ""


def _known(name: str) -> str:
    try:
        encoding = codecs.lookup(name).name
    except LookupError:
        return ""
    encoding = _MEANT.get(encoding, encoding)
    # UTF-16 without a mark would have been seen; what says so and isn't, was converted.
    if not _WRITTEN_IN.match(encoding) or encoding.startswith(("utf-16", "utf-32")):
        return ""
    return encoding


def _readable(text: str, *, counted: bool = True) -> Decoded:
    replaced = text.count("\ufffd") if counted else 0
    return Decoded(_CONTROLS.sub(" ", text.replace("\0", "")), replaced)


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


_ERRORS = "auscult.windows-1252"
codecs.register_error(_ERRORS, _as_windows_1252)
