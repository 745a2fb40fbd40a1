"""The command line as a person uses it: real processes, real files, real pipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fresh import fresh

DATA = Path(os.environ.get("AUSCULT_DATA", Path(__file__).parents[3] / "shared" / "data"))
COMMAND = Path(sys.executable).with_name("auscult")

POSTS = [
    {"uri": "p:1", "created_at": "2026-03-01T08:00:00Z", "text": "The flu shot hurt a bit"},
    {"uri": "p:2", "created_at": "2026-03-02T09:00:00Z", "text": "Long waiting times in A&E"},
    {"uri": "p:3", "created_at": "2026-03-03T10:00:00Z", "text": "Lovely walk by the lake"},
    {"uri": "p:4", "created_at": "2026-03-04T11:00:00Z", "text": "Influenza again. #flu"},
]


def auscult(*words: str | Path, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [COMMAND, *map(str, words)], input=given, capture_output=True, timeout=120, check=False
    )


def lines(answer: subprocess.CompletedProcess[bytes]) -> list[dict[str, object]]:
    assert answer.returncode == 0, answer.stderr.decode()
    return [json.loads(line) for line in answer.stdout.splitlines()]


@pytest.fixture
def posts_file(tmp_path: Path) -> Path:
    file = tmp_path / "posts.jsonl"
    file.write_text("".join(json.dumps(post) + "\n" for post in POSTS), encoding="utf-8")
    return file


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return fresh(tmp_path / "archive")


def test_listen_keeps_what_matched_and_search_finds_it(posts_file: Path, archive: Path) -> None:
    listened = lines(
        auscult(
            "listen", posts_file, "--archive", archive, "--json",
            "--watch", "flu=flu OR influenza", "--watch", 'waiting="waiting time*"',
        )
    )[0]  # fmt: skip
    assert listened["posts"] == 4
    found = {row["watch"]: row["matches"] for row in listened["watches"]}  # type: ignore[attr-defined]
    assert found == {"flu": 2, "waiting": 1}

    hits = lines(auscult("search", "#flu OR shot", "--archive", archive, "--json"))
    assert [hit["uri"] for hit in hits] == ["p:4", "p:1"]
    assert hits[1]["spans"] == [{"field": "text", "start": 8, "end": 12}]
    assert not lines(auscult("search", "lake", "--archive", archive, "--json"))


def test_an_export_has_its_coverage_beside_it(
    posts_file: Path, archive: Path, tmp_path: Path
) -> None:
    auscult("listen", posts_file, "--archive", archive, "--watch", "flu=flu OR influenza")

    words = ("search", "flu OR influenza", "--archive", archive, "--export", tmp_path / "flu.csv")
    told = lines(auscult(*words, "--json"))[0]

    assert (told["posts"], told["complete"]) == (2, True)
    covered = json.loads((tmp_path / "flu.coverage.json").read_text())["coverage"]
    assert [(one["since"][:10], one["until"][:10], one["read"]) for one in covered] == [
        ("2026-03-01", "2026-03-04", True)
    ]
    assert "2 posts exported." in auscult(*words).stdout.decode()
    refused = auscult(*words[:-1], tmp_path / "flu.doc", "--json")
    assert (refused.returncode, json.loads(refused.stderr)["field"]) == (2, "export")


def test_listening_again_doubles_nothing(posts_file: Path, archive: Path) -> None:
    words = ("listen", posts_file, "--archive", archive, "--json", "--watch", "flu=flu")
    first, second = lines(auscult(*words)), lines(auscult(*words))
    assert first == second
    assert first[0]["posts"] == 4


def test_a_new_watch_is_answered_from_posts_that_were_read_before(
    posts_file: Path, archive: Path
) -> None:
    auscult("listen", posts_file, "--archive", archive, "--watch", "flu=flu")
    again = lines(
        auscult("listen", posts_file, "--archive", archive, "--json", "--watch", "lake=lake")
    )[0]
    assert again["posts"] == 4
    assert [row["matches"] for row in again["watches"]] == [1]  # type: ignore[attr-defined]


def test_the_table_names_share_and_days(posts_file: Path, archive: Path) -> None:
    answer = auscult("listen", posts_file, "--archive", archive, "--watch", "flu=flu OR influenza")
    assert answer.returncode == 0
    printed = answer.stdout.decode()
    assert "50.00%" in printed
    assert "2026-03-01" in printed
    assert "2026-03-04" in printed
    assert "4 posts read." in printed


def test_match_prints_an_object_a_match_and_keeps_nothing(posts_file: Path, tmp_path: Path) -> None:
    watches = tmp_path / "watches.toml"
    watches.write_text("[watches]\nflu = 'flu NEAR/2 shot'\n", encoding="utf-8")
    before = set(tmp_path.iterdir())
    rows = lines(auscult("match", "--watches", watches, posts_file, "--json"))
    spans = [
        {"field": "text", "start": 4, "end": 7},
        {"field": "text", "start": 8, "end": 12},
    ]
    assert rows == [{"watch": "flu", "uri": "p:1", "spans": spans}]
    assert set(tmp_path.iterdir()) == before


def test_match_reads_a_pipe(posts_file: Path) -> None:
    rows = lines(
        auscult("match", "-", "--watch", "flu=#flu", "--json", given=posts_file.read_bytes())
    )
    assert [row["uri"] for row in rows] == ["p:4"]


def test_a_reader_that_leaves_the_pipe_is_no_error(posts_file: Path) -> None:
    answer = subprocess.run(
        f"{COMMAND} posts schema --json | head -c 1",
        shell=True, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert answer.stdout == b"["
    assert answer.stderr == b""


def test_forgotten_posts_stay_away(posts_file: Path, archive: Path) -> None:
    auscult("listen", posts_file, "--archive", archive, "--watch", "flu=flu OR influenza")
    done = lines(auscult("forget", "p:1", "--archive", archive, "--json"))[0]
    assert done["mentions"] == 1
    assert done["traceless"] is True
    auscult(
        "listen", posts_file, "--archive", archive,
        "--watch", "flu=flu OR influenza", "--watch", "shot=shot",
    )  # fmt: skip
    hits = lines(auscult("search", "flu OR influenza OR shot", "--archive", archive, "--json"))
    assert [hit["uri"] for hit in hits] == ["p:4"]
    for file in archive.rglob("*"):
        if file.is_file():
            assert b"hurt a bit" not in file.read_bytes(), file


def test_a_query_error_points_at_its_column() -> None:
    answer = auscult("query", "explain", "flu AND auther:mayo", "--json")
    assert answer.returncode == 2
    error = json.loads(answer.stderr)
    assert error["error"] == "correctable"
    assert error["column"] == 9
    assert "author:" in error["hint"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("listen", "nowhere.csv", "--watch", "a=b"), "nowhere.csv"),
        (("match", "x.csv"), "No watch was given."),
        (("match", "x.csv", "--watch", "flu"), "doesn't say which watch it is"),
        (("match", "x.csv", "--watches", "none.toml"), "none.toml can't be read"),
        (("search", "flu", "--since", "yesterday"), "no day and no moment"),
        (("forget",), "Nothing was named to forget."),
    ],
)
def test_what_a_person_can_mend_says_how(
    words: tuple[str, ...], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUSCULT_ARCHIVE", str(tmp_path))
    answer = auscult(*words)
    assert answer.returncode == 2
    message = " ".join(answer.stderr.decode().split())
    assert says in message
    assert "Next:" in message
    assert "Traceback" not in message


def test_schema_gives_each_column_a_line() -> None:
    columns = lines(auscult("posts", "schema", "--json"))[0]
    assert {"uri", "engagement", "raw_hash"} <= {column["name"] for column in columns}  # type: ignore[index]
    assert all(column["about"] for column in columns)  # type: ignore[index]


def test_keys_are_made_and_rotated(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [
        str(lines(auscult("secrets", "key", "--json"))[0]["key"]),
        auscult("secrets", "key").stdout.decode().strip(),
    ]
    assert [len(key) for key in set(keys)] == [43, 43]
    rotated = lines(auscult("secrets", "rotate", "--archive", archive, "--json"))
    assert rotated == [{"renewed": 0, "lost": []}]
    assert len((archive / "secrets.key").read_text().split()) == 2
    monkeypatch.setenv("AUSCULT_SECRETS_KEY", keys[0])
    refused = auscult("secrets", "rotate", "--archive", archive)
    assert refused.returncode == 2
    assert "gives one key" in refused.stderr.decode()
    monkeypatch.setenv("AUSCULT_SECRETS_KEY", f"{keys[1]},{keys[0]}")
    assert "new key: 0." in auscult("secrets", "rotate", "--archive", archive).stdout.decode()


@pytest.mark.skipif(not DATA.is_dir(), reason=f"the real data are not at {DATA} (AUSCULT_DATA)")
def test_listening_to_twelve_news_desks(archive: Path) -> None:
    listened = lines(
        auscult(
            "listen", DATA / "health-news-posts", "--archive", archive, "--json",
            "--watch", 'flu=flu OR influenza OR "flu shot"',
        )
    )[0]  # fmt: skip
    # `wc -l` over the twelve files: each line is a post or was kept aside.
    assert listened["posts"] + listened["broken"] == 46_901  # type: ignore[operator]
    found = listened["watches"][0]  # type: ignore[index]
    assert found["matches"] > 600
    assert found["first"] >= "2011"
    assert found["last"] < "2016"


def test_suggest_proposes_queries_that_can_be_used(archive: Path) -> None:
    said = auscult("suggest", "St. Mary's Hospital", "--town", "Rochester", "--json")
    proposals = json.loads(said.stdout)
    assert proposals[0]["name"] == "St. Mary's Hospital"
    explained = auscult("query", "explain", proposals[0]["query"], "--strict")
    assert explained.returncode == 0
    refused = auscult("suggest", "St. Mary's Hospital")
    assert refused.returncode == 2
    assert b"Add the town" in refused.stderr
