"""The peers: plain SQLite FTS5 and PostgreSQL tsvector, as a user would set them up."""

from __future__ import annotations

import io
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pyarrow as pa
import pysqlite3

from bench.archive_posts import START, Town
from bench.archive_timing import Timing, milliseconds

BATCH = 50_000
_DAY = 86_400_000_000
COLUMNS = ("uri", "author", "created_at", "language", "text")


class Peer(Protocol):
    """What each peer can be asked."""

    name: str
    uris: list[str]

    def fill(self, town: Town) -> float: ...
    def latest(self, words: Sequence[str], language: str | None) -> Timing: ...
    def search(self, queries: Sequence[Sequence[str]]) -> Timing: ...
    def count(self, words: Sequence[str]) -> tuple[int, Timing]: ...
    def hourly(self, words: Sequence[str]) -> tuple[int, Timing]: ...
    def forget(self, uris: Sequence[str]) -> float: ...
    def size(self) -> int: ...
    def close(self) -> None: ...


def rows_of(posts: pa.Table) -> Iterator[tuple[Any, ...]]:
    parts = [
        posts.column(name).cast(pa.int64()) if name == "created_at" else posts.column(name)
        for name in COLUMNS
    ]
    return zip(*(part.to_pylist() for part in parts), strict=True)


class Fts5:
    """A table with an index by time, and an FTS5 table over its text."""

    name = "SQLite FTS5"

    def __init__(self) -> None:
        self.uris: list[str] = []
        self._folder = Path(tempfile.mkdtemp(prefix="bench-fts5-"))
        self._base = pysqlite3.connect(str(self._folder / "posts.db"))
        self._base.executescript(
            """
            PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-262144;
            CREATE TABLE posts(
                id INTEGER PRIMARY KEY, uri TEXT UNIQUE, author TEXT, created_at INTEGER,
                language TEXT, text TEXT);
            CREATE INDEX posts_time ON posts(created_at);
            CREATE VIRTUAL TABLE words USING fts5(text, content=posts, content_rowid=id);
            """
        )

    def fill(self, town: Town) -> float:
        spent = 0.0
        number = 0
        for posts in town.batches(BATCH):
            started = time.perf_counter()
            rows = [(number + n, *row) for n, row in enumerate(rows_of(posts), 1)]
            number += len(rows)
            with self._base:
                self._base.executemany("INSERT INTO posts VALUES (?, ?, ?, ?, ?, ?)", rows)
                self._base.executemany(
                    "INSERT INTO words(rowid, text) VALUES (?, ?)", [(r[0], r[5]) for r in rows]
                )
            spent += time.perf_counter() - started
            self.uris += posts.column("uri").to_pylist()[:: max(1, town.posts // 5_000)]
        return spent

    def _ask(self, query: str, given: Sequence[Any]) -> list[Any]:
        found: list[Any] = self._base.execute(query, given).fetchall()
        return found

    def latest(self, words: Sequence[str], language: str | None) -> Timing:
        only = "AND p.language = ? AND p.created_at >= ? AND p.created_at < ?" * bool(language)
        query = (
            "SELECT p.* FROM words JOIN posts p ON p.id = words.rowid "
            f"WHERE words MATCH ? {only} ORDER BY words.rowid DESC LIMIT 50"
        )
        asked = " OR ".join(words)
        given: list[list[Any]] = [[asked]]
        if language:
            given = [
                [asked, language, START + day * _DAY, START + (day + 30) * _DAY]
                for day in (5, 30, 65)
            ]
        return milliseconds([partial(self._ask, query, g) for g in given])

    def search(self, queries: Sequence[Sequence[str]]) -> Timing:
        query = (
            "SELECT p.* FROM words JOIN posts p ON p.id = words.rowid "
            "WHERE words MATCH ? ORDER BY words.rowid DESC LIMIT 50"
        )
        asked = [_fts5(kind, words) for kind, *words in queries]
        return milliseconds([partial(self._ask, query, [a]) for a in asked])

    def count(self, words: Sequence[str]) -> tuple[int, Timing]:
        def run() -> int:
            asked = [" AND ".join(words)]
            return int(self._ask("SELECT count(*) FROM words WHERE words MATCH ?", asked)[0][0])

        return run(), milliseconds([run])

    def hourly(self, words: Sequence[str]) -> tuple[int, Timing]:
        def run() -> int:
            query = (
                "SELECT p.created_at / 3600000000, count(*) FROM words "
                "JOIN posts p ON p.id = words.rowid WHERE words MATCH ? GROUP BY 1"
            )
            return sum(row[1] for row in self._ask(query, [" OR ".join(words)]))

        return run(), milliseconds([run])

    def forget(self, uris: Sequence[str]) -> float:
        started = time.perf_counter()
        with self._base:
            for uri in uris:
                ((number, text),) = self._ask("SELECT id, text FROM posts WHERE uri = ?", [uri])
                self._base.execute(
                    "INSERT INTO words(words, rowid, text) VALUES ('delete', ?, ?)", (number, text)
                )
                self._base.execute("DELETE FROM posts WHERE id = ?", (number,))
        return time.perf_counter() - started

    def size(self) -> int:
        self._base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return sum(path.stat().st_size for path in self._folder.iterdir())

    def close(self) -> None:
        self._base.close()
        shutil.rmtree(self._folder)


class PostgreSQL:
    """A private cluster; a table with a stored tsvector under a GIN index, filled by COPY."""

    name = "PostgreSQL"

    def __init__(self) -> None:
        self.uris: list[str] = []
        self._folder = Path(tempfile.mkdtemp(prefix="bench-postgres-"))
        self._server = start_server(self._folder)
        self._base = psycopg.connect(
            host=str(self._folder), user="bench", dbname="postgres", autocommit=True
        )
        self._base.execute(
            """
            CREATE TABLE posts(
                id bigint PRIMARY KEY, uri text UNIQUE, author text, created_at bigint,
                language text, text text,
                words tsvector GENERATED ALWAYS AS (to_tsvector('simple', text)) STORED);
            CREATE INDEX posts_time ON posts(created_at);
            CREATE INDEX posts_words ON posts USING gin(words);
            """
        )

    def fill(self, town: Town) -> float:
        waited = 0.0
        number = 0
        copy = "COPY posts(id, uri, author, created_at, language, text) FROM STDIN"
        for posts in town.batches(BATCH):
            begun = time.perf_counter()
            buffer = io.StringIO()
            for row in rows_of(posts):
                number += 1
                buffer.write("\t".join(map(str, (number, *row))) + "\n")
            with self._base.cursor() as cursor, cursor.copy(copy) as stream:
                stream.write(buffer.getvalue())
            waited += time.perf_counter() - begun
            self.uris += posts.column("uri").to_pylist()[:: max(1, town.posts // 5_000)]
        begun = time.perf_counter()
        self._base.execute("VACUUM ANALYZE posts")
        return waited + time.perf_counter() - begun

    def _ask(self, query: str, given: Sequence[Any]) -> list[Any]:
        return self._base.execute(query, given).fetchall()

    def latest(self, words: Sequence[str], language: str | None) -> Timing:
        only = "AND language = %s AND created_at >= %s AND created_at < %s" * bool(language)
        query = (
            "SELECT * FROM posts WHERE words @@ to_tsquery('simple', %s) "
            f"{only} ORDER BY created_at DESC LIMIT 50"
        )
        asked = " | ".join(words)
        given: list[list[Any]] = [[asked]]
        if language:
            given = [
                [asked, language, START + day * _DAY, START + (day + 30) * _DAY]
                for day in (5, 30, 65)
            ]
        return milliseconds([partial(self._ask, query, g) for g in given])

    def search(self, queries: Sequence[Sequence[str]]) -> Timing:
        query = (
            "SELECT * FROM posts WHERE words @@ to_tsquery('simple', %s) "
            "ORDER BY created_at DESC LIMIT 50"
        )
        asked = [_tsquery(kind, words) for kind, *words in queries]
        return milliseconds([partial(self._ask, query, [a]) for a in asked])

    def count(self, words: Sequence[str]) -> tuple[int, Timing]:
        def run() -> int:
            query = "SELECT count(*) FROM posts WHERE words @@ to_tsquery('simple', %s)"
            return int(self._ask(query, [" & ".join(words)])[0][0])

        return run(), milliseconds([run])

    def hourly(self, words: Sequence[str]) -> tuple[int, Timing]:
        def run() -> int:
            query = (
                "SELECT created_at / 3600000000, count(*) FROM posts "
                "WHERE words @@ to_tsquery('simple', %s) GROUP BY 1"
            )
            return sum(row[1] for row in self._ask(query, [" | ".join(words)]))

        return run(), milliseconds([run])

    def forget(self, uris: Sequence[str]) -> float:
        started = time.perf_counter()
        self._base.execute("DELETE FROM posts WHERE uri = ANY(%s)", [list(uris)])
        self._base.execute("VACUUM posts")
        return time.perf_counter() - started

    def size(self) -> int:
        return int(self._ask("SELECT pg_total_relation_size('posts')", [])[0][0])

    def close(self) -> None:
        self._base.close()
        self._server.terminate()
        self._server.wait(60)
        shutil.rmtree(self._folder)


def _fts5(kind: str, words: Sequence[str]) -> str:
    quoted = [f'"{word}"' for word in words]
    return {
        "word": quoted[0],
        "and": " AND ".join(quoted),
        "or": " OR ".join(quoted),
        "not": " NOT ".join(quoted),
        "phrase": f'"{" ".join(words)}"',
        "prefix": quoted[0] + "*",
    }[kind]


def _tsquery(kind: str, words: Sequence[str]) -> str:
    return {
        "word": words[0],
        "and": " & ".join(words),
        "or": " | ".join(words),
        "not": " & !".join(words),
        "phrase": " <-> ".join(words),
        "prefix": words[0] + ":*",
    }[kind]


def queries_of(town: Town) -> list[tuple[str, ...]]:
    """Return the part of our queries that both peers can be asked."""
    w = town.words
    asked: list[tuple[str, ...]] = []
    for rank in (1, 30, 300, 3_000, 30_000, 150_000):
        near = rank // 2 + 1
        asked += [
            ("word", w[rank]),
            ("and", w[rank], w[near]),
            ("or", w[rank], w[rank + 7]),
            ("not", w[rank], w[2]),
            ("phrase", w[near], w[rank]),
        ]
        if len(w[rank]) >= 5:
            asked.append(("prefix", w[rank][:4]))
    return asked


def postgres_folder() -> Path | None:
    """Return the folder of PostgreSQL's programs, or None."""
    found = shutil.which("postgres")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return versions[-1].parent if versions else None


def start_server(folder: Path) -> subprocess.Popen[bytes]:
    programs = postgres_folder()
    assert programs is not None
    person: dict[str, Any] = {}
    if os.geteuid() == 0:  # PostgreSQL refuses root
        names = {account.pw_name for account in pwd.getpwall()}
        account = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
        os.chown(folder, account.pw_uid, account.pw_gid)
        person = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    data = folder / "data"
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8",
         "--locale=C.UTF-8"],
        check=True, stdout=subprocess.DEVNULL, cwd=folder, **person,
    )  # fmt: skip
    server = subprocess.Popen(
        [programs / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=",
         "-c", "shared_buffers=1GB", "-c", "work_mem=64MB", "-c", "maintenance_work_mem=512MB",
         "-c", "max_wal_size=4GB"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, **person,
    )  # fmt: skip
    ready: list[str | Path] = [programs / "pg_isready", "-q", "-h", folder, "-U", "bench"]
    for _ in range(600):
        if subprocess.run(ready, check=False).returncode == 0:
            return server
        time.sleep(0.1)
    raise RuntimeError(f"PostgreSQL in {folder} didn't start")
