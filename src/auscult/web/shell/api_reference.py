"""`python -m auscult.web.shell.api_reference docs/reference/api.md` writes the routes anew."""

from __future__ import annotations

import sys
from pathlib import Path

from auscult.web.shell.start import start

MARK = "<!-- The routes, made from the OpenAPI document. -->\n\n"


def write(page: Path) -> None:
    """Replace what stands below the mark of a page by the routes as they are."""
    from auscult.web.shell.api_document import reference  # noqa: PLC0415 - after Django's set-up

    before, mark, _ = page.read_text(encoding="utf-8").partition(MARK)
    page.write_text(before + mark + reference(), encoding="utf-8")


if __name__ == "__main__":
    start()
    write(Path(sys.argv[1]))
