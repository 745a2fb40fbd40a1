"""Where an organisation's lake lies: no organisation forgets or reads another's."""

from __future__ import annotations

from django.conf import settings

from auscult.engine.archive import Lake
from auscult.engine.matching import index_terms
from auscult.web.accounts.models import Actor
from auscult.web.sources.models import Source


def lake_of(actor: Actor) -> Lake:
    """Return the lake of the actor's organisation."""
    return Lake(settings.AUSCULT.lake / str(actor.organisation_id), terms=index_terms)


def lake_name(source: Source) -> str:
    """Return the name that the lake knows a source by; it stays when the source is renamed."""
    return str(source.pk)
