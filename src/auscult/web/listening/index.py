"""The full-text index: what it holds, and how it nominates mentions for a query.

It only nominates; the matcher decides. So it may name too many mentions, never too few.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from auscult.engine.query.nominate import AllOf, AnyOf, Has, HasPrefix, Need
from auscult.web.listening import separators
from auscult.web.listening.database import among, is_sqlite, values

# PostgreSQL takes lexemes of at most 2,046 bytes and about a megabyte of them; what is
# longer is cut, and what is more is left out in favour of this one, which every query
# accepts as well. No token holds a colon, so neither this nor a filter can be a word.
LONGEST = 500
MOST = 900_000
UNLISTED = "unlisted:"


def source_term(origin_id: int) -> str:
    """Return the term that all mentions of a source have."""
    return f"source:{origin_id}"


def language_term(language: str) -> str:
    """Return the term that all mentions of a language have, whatever its region."""
    return "language:" + "".join(language.partition("-")[0].lower().split())


def filter_terms(origin_id: int, language: str | None) -> str:
    """Return the terms that are no words: for filters that the index answers itself."""
    source = source_term(origin_id)
    return f"{source} {language_term(language)}" if language else source


def put(cursor: CursorWrapper, rows: Sequence[tuple[int, str]]) -> None:
    """Index new mentions: (key, terms separated by one space)."""
    if is_sqlite():
        cursor.executemany("INSERT INTO listening_index(rowid, terms) VALUES (%s, %s)", rows)
        return
    cursor.executemany(
        "UPDATE listening_mention SET terms = array_to_tsvector(%s) WHERE id = %s",
        [(_lexemes(terms), key) for key, terms in rows],
    )


def remove(cursor: CursorWrapper, keys: Sequence[int]) -> None:
    """Take mentions out of the index, words and all; in PostgreSQL they go with their rows."""
    if not is_sqlite() or not keys:
        return
    cursor.execute(f"SELECT c0 FROM listening_index_content WHERE {among('id')}", [values(keys)])
    words = {word for (terms,) in cursor.fetchall() for word in terms.split(" ")}
    cursor.executemany(
        "DELETE FROM listening_index WHERE rowid = %s", [(key,) for key in sorted(keys)]
    )
    # FTS5 writes its pages when a savepoint begins; before, leaves still have the words.
    with transaction.atomic():
        separators.tidy(cursor, words)


def nominated(
    cursor: CursorWrapper, expression: str, *, low: int, high: int, limit: int
) -> list[int]:
    """Return the newest keys, low <= key < high, that an expression nominates."""
    if is_sqlite():
        cursor.execute(
            "SELECT rowid FROM listening_index WHERE listening_index MATCH %s "
            "AND rowid >= %s AND rowid < %s ORDER BY rowid DESC LIMIT %s",
            [expression, low, high, limit],
        )
    else:
        cursor.execute(
            "SELECT id FROM listening_mention WHERE terms @@ %s::tsquery "
            "AND id >= %s AND id < %s ORDER BY id DESC LIMIT %s",
            [expression, low, high, limit],
        )
    return [row[0] for row in cursor.fetchall()]


def count(cursor: CursorWrapper, expression: str, *, low: int, high: int) -> int:
    """Return how many mentions an expression nominates."""
    if is_sqlite():
        cursor.execute(
            "SELECT count(*) FROM listening_index WHERE listening_index MATCH %s "
            "AND rowid >= %s AND rowid < %s",
            [expression, low, high],
        )
    else:
        cursor.execute(
            "SELECT count(*) FROM listening_mention WHERE terms @@ %s::tsquery "
            "AND id >= %s AND id < %s",
            [expression, low, high],
        )
    return int(cursor.fetchone()[0])


def expression(need: Need) -> str | None:
    """Return a need in the index's own language; None where any mention may do."""
    write = _fts5 if is_sqlite() else _tsquery
    match need:
        case Has() | HasPrefix() | AllOf() | AnyOf():
            written = write(need)
            return written if is_sqlite() else f"({written}) | {_lexeme(UNLISTED)}"
        case _:
            return None


def expansions(stem: str, limit: int) -> list[str] | None:
    """Return at most `limit` + 1 indexed terms that start so; None where that is unknown."""
    if not is_sqlite():
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT term FROM listening_vocabulary WHERE term >= %s AND term < %s LIMIT %s",
            [stem, stem + "\U0010ffff", limit + 1],
        )
        return [row[0] for row in cursor.fetchall()]


def _fts5(need: Need) -> str:
    match need:
        case Has(term=term):
            return _quoted(term)
        case HasPrefix(stem=stem):
            return _quoted(stem) + "*"
        case AllOf(needs=needs):
            return "(" + " AND ".join(map(_fts5, needs)) + ")"
        case AnyOf(needs=needs):
            return "(" + " OR ".join(map(_fts5, needs)) + ")"
        case _:
            raise TypeError(f"{need!r} can't stand inside another need")


def _tsquery(need: Need) -> str:
    match need:
        case Has(term=term):
            return _lexeme(term)
        case HasPrefix(stem=stem):
            return _lexeme(stem) + ":*"
        case AllOf(needs=needs):
            return "(" + " & ".join(map(_tsquery, needs)) + ")"
        case AnyOf(needs=needs):
            return "(" + " | ".join(map(_tsquery, needs)) + ")"
        case _:
            raise TypeError(f"{need!r} can't stand inside another need")


def _quoted(term: str) -> str:
    return '"' + term.replace('"', '""') + '"'


def _lexeme(term: str) -> str:
    return "'" + term[:LONGEST].replace("\\", "\\\\").replace("'", "''") + "'"


def _lexemes(terms: str) -> list[str]:
    if len(terms.encode()) <= MOST:
        return [term[:LONGEST] for term in terms.split(" ") if term]
    return [UNLISTED, *(term for term in terms.split(" ") if ":" in term)]
