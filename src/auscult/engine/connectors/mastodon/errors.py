"""What can go wrong with an instance.

::

    Remote
        Closed    this one thing isn't given to us: other timelines may still be read
"""

from __future__ import annotations

from auscult.engine.kernel.errors import Remote


class Closed(Remote):
    """The instance answers, and doesn't give what was asked for."""
