"""Draws charts: a process of its own, which reads one request a line and ends when idle.

The library that draws brings a JavaScript engine, some 100 MB: it lives here alone, and only
while somebody looks at charts. It reaches no network: specifications carry their data.
"""

from __future__ import annotations

import json
import select
import struct
import sys
from typing import Any

IDLE = 20.0  # seconds without a request after which the process ends
LENGTH = struct.Struct(">?I")  # whether it could be drawn, and how many bytes follow


def answered(request: dict[str, Any]) -> bytes:
    """Return a picture as `svg` or `png`, or a document as `pdf`."""
    return set_pages(request) if request["format"] == "pdf" else draw(request)


def set_pages(request: dict[str, Any]) -> bytes:
    """Return a document as PDF, with tags for readers who listen."""
    import typst  # noqa: PLC0415 - large: by its first request only

    pages: bytes = typst.compile(
        request["source"].encode(),
        format="pdf",
        sys_inputs={"page": json.dumps(request["page"])},
        ignore_system_fonts=True,
    )
    return pages


def draw(request: dict[str, Any]) -> bytes:
    """Return a chart as a picture."""
    import vl_convert  # noqa: PLC0415 - large: by its first request only

    locale = {"format_locale": request["locale"], "time_format_locale": request["locale"]}
    if request["format"] == "png":
        picture: bytes = vl_convert.vegalite_to_png(
            request["spec"], scale=2, allowed_base_urls=[], **locale
        )
        return picture
    drawing: str = vl_convert.vegalite_to_svg(request["spec"], allowed_base_urls=[], **locale)
    return drawing.encode()


def main() -> None:
    """Answer requests until none came for a while, or whoever asks is gone."""
    asked, answer = sys.stdin.buffer, sys.stdout.buffer
    while select.select([asked], [], [], IDLE)[0]:
        line = asked.readline()
        if not line:
            return
        try:
            drawn, content = True, answered(json.loads(line))
        except (ValueError, RuntimeError) as error:
            drawn, content = False, str(error).encode()
        answer.write(LENGTH.pack(drawn, len(content)) + content)
        answer.flush()


if __name__ == "__main__":
    main()
