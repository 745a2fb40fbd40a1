"""The peers: the same watches, as far as each can say them, one after the other over a batch.

Left out everywhere: fields. Said as AND by all but FTS5: NEAR. Hyperscan only finds terms.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import hyperscan
import psycopg
import pysqlite3
import tantivy

from bench.archive_peers import postgres_folder
from bench.archive_peers import start_server as postgres_server
from bench.matching_watches import Term, Watch


def _quoted(term: Term) -> str:
    words = " ".join(word.replace('"', "") for word in term.words)
    return f'"{words}"' + "*" * term.wildcard


def fts5_query(watch: Watch) -> str:
    """Write a watch for FTS5; NEAR of two ORs is an OR of NEARs."""
    if watch.near:
        asked = " OR ".join(
            f"NEAR({_quoted(one)} {_quoted(other)}, {watch.near})"
            for one in watch.subject
            for other in watch.context
        )
        asked = f"({asked})"
    else:
        asked = f"({' OR '.join(map(_quoted, watch.subject))})"
        asked += f" AND ({' OR '.join(map(_quoted, watch.context))})"
    return f"{asked} NOT ({' OR '.join(map(_quoted, watch.without))})"


def fts5(texts: Sequence[str], watches: Sequence[Watch]) -> tuple[float, float, int]:
    """Return seconds to take the batch in, seconds to ask all watches, matches."""
    begun = time.perf_counter()
    base = pysqlite3.connect(":memory:")
    base.execute("CREATE VIRTUAL TABLE posts USING fts5(text, content='', detail=full)")
    base.executemany("INSERT INTO posts(rowid, text) VALUES (?, ?)", enumerate(texts))
    taken = time.perf_counter() - begun
    queries = [fts5_query(watch) for watch in watches]
    begun, found = time.perf_counter(), 0
    for query in queries:
        found += len(
            base.execute("SELECT rowid FROM posts WHERE posts MATCH ?", (query,)).fetchall()
        )
    return taken, time.perf_counter() - begun, found


def _lexemes(term: Term) -> str:
    words = ["'" + word.lstrip("#@").replace("'", "''") + "'" for word in term.words]
    return "(" + " <-> ".join(words) + ":*" * term.wildcard + ")"


def tsquery(watch: Watch) -> str:
    asked = " & ".join(
        f"({' | '.join(map(_lexemes, terms))})" for terms in (watch.subject, watch.context)
    )
    return f"{asked} & !({' | '.join(map(_lexemes, watch.without))})"


class PostgreSQL:
    """A private cluster: a batch as a table with a GIN index, every watch run over it."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="bench-postgres-"))
        self._server = postgres_server(self._folder)
        self._base = psycopg.connect(
            host=str(self._folder), user="bench", dbname="postgres", autocommit=True
        )

    def ask(self, texts: Sequence[str], watches: Sequence[Watch]) -> tuple[float, float, int]:
        begun = time.perf_counter()
        self._base.execute("DROP TABLE IF EXISTS posts")
        self._base.execute("CREATE UNLOGGED TABLE posts(id int, words tsvector)")
        self._base.execute("CREATE TEMP TABLE IF NOT EXISTS given(id int, text text)")
        self._base.execute("TRUNCATE given")
        with self._base.cursor() as cursor, cursor.copy("COPY given FROM STDIN") as stream:
            for number, body in enumerate(texts):
                stream.write_row((number, body.replace("\0", "")))
        self._base.execute("INSERT INTO posts SELECT id, to_tsvector('simple', text) FROM given")
        self._base.execute("CREATE INDEX ON posts USING gin(words)")
        self._base.execute("ANALYZE posts")
        taken = time.perf_counter() - begun
        queries = [tsquery(watch) for watch in watches]
        begun, found = time.perf_counter(), 0
        for query in queries:
            found += len(
                self._base.execute(
                    "SELECT id FROM posts WHERE words @@ %s::tsquery", (query,)
                ).fetchall()
            )
        return taken, time.perf_counter() - begun, found

    def close(self) -> None:
        self._base.close()
        self._server.terminate()
        self._server.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def _tantivy_term(schema: Any, term: Term) -> Any:
    words: list[Any] = [word.lstrip("#@") for word in term.words]
    if term.wildcard:
        return tantivy.Query.regex_query(schema, "text", f"{words[0]}.*")
    if len(words) > 1:
        return tantivy.Query.phrase_query(schema, "text", words)
    return tantivy.Query.term_query(schema, "text", words[0])


def _tantivy_query(schema: Any, watch: Watch) -> Any:
    must, without = tantivy.Occur.Must, tantivy.Occur.MustNot
    any_of = tantivy.Occur.Should
    parts = [
        (must, tantivy.Query.boolean_query([(any_of, _tantivy_term(schema, t)) for t in terms]))
        for terms in (watch.subject, watch.context)
    ]
    parts += [(without, _tantivy_term(schema, term)) for term in watch.without]
    return tantivy.Query.boolean_query(parts)


def in_tantivy(texts: Sequence[str], watches: Sequence[Watch]) -> tuple[float, float, int]:
    """The same over a RAM index of the batch."""
    schema = tantivy.SchemaBuilder().add_text_field("text", stored=False).build()
    begun = time.perf_counter()
    index = tantivy.Index(schema)
    writer = index.writer(heap_size=100_000_000, num_threads=1)
    for body in texts:
        writer.add_document(tantivy.Document(text=body))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    taken = time.perf_counter() - begun
    searcher = index.searcher()
    queries = [_tantivy_query(schema, watch) for watch in watches]
    begun, found = time.perf_counter(), 0
    for query in queries:
        found += len(searcher.search(query, limit=len(texts)).hits)
    return taken, time.perf_counter() - begun, found


def in_hyperscan(texts: Sequence[str], watches: Sequence[Watch]) -> tuple[float, float, int]:
    """Scan each post for the terms of all watches: terms alone, no query is answered."""
    terms = {t for w in watches for t in (*w.subject, *w.context, *w.without)}
    patterns = [" ".join(term.words).encode() for term in terms]
    begun = time.perf_counter()
    database = hyperscan.Database()
    flags = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_SINGLEMATCH
    escaped = [_escaped(pattern) for pattern in patterns]
    database.compile(
        expressions=escaped,
        ids=list(range(len(escaped))),
        elements=len(escaped),
        flags=[flags] * len(escaped),
    )
    taken = time.perf_counter() - begun
    encoded = [body.encode() for body in texts]
    found = 0

    def seen(*_: object) -> None:
        nonlocal found
        found += 1

    begun = time.perf_counter()
    for body in encoded:
        database.scan(body, match_event_handler=seen)
    del taken  # compiled once, not for each batch
    return 0.0, time.perf_counter() - begun, found


def _escaped(pattern: bytes) -> bytes:
    special = rb".^$*+?()[]{}|\#-&~ "
    return b"".join(b"\\" + bytes([c]) if c in special else bytes([c]) for c in pattern)


Asked = Callable[[Sequence[str], Sequence[Watch]], tuple[float, float, int]]


def has_postgres() -> bool:
    return postgres_folder() is not None
