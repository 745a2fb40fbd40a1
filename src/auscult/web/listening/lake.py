"""Where an organisation's lake lies: no organisation forgets or reads another's."""

from __future__ import annotations

import threading
from pathlib import Path

from django.conf import settings

from auscult.engine.archive import Lake
from auscult.engine.matching import index_terms
from auscult.web.accounts.models import Actor
from auscult.web.sources.models import Source

_known = threading.local()


def lake_of(actor: Actor) -> Lake:
    """Return the lake of the actor's organisation, with what this thread has read of it."""
    folder = settings.AUSCULT.lake / str(actor.organisation_id)
    found: tuple[Path, Lake] | None = getattr(_known, "lake", None)
    if found is None or found[0] != folder:
        found = _known.lake = (folder, Lake(folder, terms=index_terms))
    return found[1]


def lake_name(source: Source) -> str:
    """Return the name that the lake knows a source by; it stays when the source is renamed."""
    return str(source.pk)
