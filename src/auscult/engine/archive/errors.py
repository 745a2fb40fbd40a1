"""What can go wrong in the lake.

::

    Correctable
      LakeError          the folder, the posts or an argument can't be used as given
    LakeDamagedError     a file that the manifest names is missing or unreadable
"""

from __future__ import annotations

from auscult.engine.kernel.errors import Correctable


class LakeError(Correctable):
    """What was handed to the lake can't be used; the message says what to hand over."""


class LakeDamagedError(Exception):
    """The files of the lake contradict its manifest: restore them from a backup."""
