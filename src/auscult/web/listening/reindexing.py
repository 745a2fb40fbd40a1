"""Putting mentions into the full-text index that came into the table by another way."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from auscult.engine.matching import index_terms
from auscult.web.listening import index
from auscult.web.listening.reading import mention_table


def index_mentions(organisation_id: int, keys: Sequence[int]) -> None:
    """Index mentions that aren't; call it in the transaction that brings them."""
    with connection.cursor() as cursor:
        found, posts = mention_table(cursor, organisation_id, keys)
        terms = index_terms(posts).to_pylist()
        languages = posts.column("language").to_pylist()
        entries = [
            (row.id, f"{words} {index.filter_terms(row.origin_id, language)}")
            for row, words, language in zip(found, terms, languages, strict=True)
        ]
        index.put(cursor, entries)
