"""Building the package: the translations' catalogues (.po) become what gettext reads (.mo)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CATALOGUES = "src/auscult/locale/*/LC_MESSAGES/*.po"


class Catalogues(BuildHookInterface):  # type: ignore[type-arg]
    """Compiles each catalogue beside its source; also for an editable installation."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Write the compiled catalogues and take them into the package."""
        root = Path(self.root)
        for source in sorted(root.glob(CATALOGUES)):
            with source.open("rb") as text:
                catalogue = read_po(text, abort_invalid=True)
            compiled = source.with_suffix(".mo")
            with compiled.open("wb") as file:
                write_mo(file, catalogue)
            build_data["artifacts"].append(str(compiled.relative_to(root)))
