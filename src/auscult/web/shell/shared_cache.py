"""What all workers of the web server know together for a while: who guessed how often, which code
was used, when a session was last seen. It lies in files of the archive, as a memory of each worker
would let somebody guess once more in each.
"""

from __future__ import annotations

from django.conf import settings
from django.core.cache.backends.filebased import FileBasedCache


class SharedCache(FileBasedCache):
    """Django's cache in files, in the folder of the archive that the settings name now."""

    @property
    def _dir(self) -> str:
        return str(settings.AUSCULT.archive / "run" / "cache")

    @_dir.setter
    def _dir(self, _given: str) -> None:
        """Leave the folder to the settings."""
