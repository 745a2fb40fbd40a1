"""The table of OWASP ASVS: no requirement is missing, and each test that it names exists."""

from __future__ import annotations

import re
from collections import defaultdict

from architecture import rules

PAGE = rules.ROOT / "docs" / "reference" / "asvs.md"
ROW = re.compile(
    r"^\| (\d+\.\d+\.\d+) \| ([12]) \| (.+?) \| (met|not applicable|open) \| (.+) \|$", re.M
)
# The requirements of levels 1 and 2 of version 5.0.0, by section.
REQUIRED = """
1.1:1-2 1.2:1-9 1.3:1-11 1.4:1-3 1.5:1-2 2.1:1-3 2.2:1-3 2.3:1-4 2.4:1 3.2:1-2 3.3:1-4 3.4:1-6
3.5:1-5 3.7:1-2 4.1:1-3 4.2:1 4.3:1-2 4.4:1-4 5.1:1 5.2:1-3 5.3:1-2 5.4:1-3 6.1:1-3 6.2:1-12
6.3:1-4 6.4:1-4 6.5:1-5 6.6:1-3 6.8:1-4 7.1:1-3 7.2:1-4 7.3:1-2 7.4:1-5 7.5:1-2 7.6:1-2 8.1:1-2
8.2:1-3 8.3:1 8.4:1 9.1:1-3 9.2:1-4 10.1:1-2 10.2:1-2 10.3:1-4 10.4:1-11 10.5:1-5 10.6:1-2
10.7:1-3 11.1:1-2 11.2:1-3 11.3:1-3 11.4:1-4 11.5:1 11.6:1 12.1:1-3 12.2:1-2 12.3:1-4 13.1:1
13.2:1-5 13.3:1-2 13.4:1-5 14.1:1-2 14.2:1-4 14.3:1-3 15.1:1-3 15.2:1-3 15.3:1-7 16.1:1 16.2:1-5
16.3:1-4 16.4:1-3 16.5:1-3 17.1:1 17.2:1-4 17.3:1-2
"""


def required() -> list[str]:
    found = []
    for section, numbers in (one.split(":") for one in REQUIRED.split()):
        first, _, last = numbers.partition("-")
        found += [f"{section}.{n}" for n in range(int(first), int(last or first) + 1)]
    return found


def texts_of_tests() -> dict[str, str]:
    """The text of each file of tests, by its name; of several with one name, all."""
    found: dict[str, str] = defaultdict(str)
    for folder in ("src", "tests"):
        for path in (rules.ROOT / folder).rglob("test_*.py"):
            if "node_modules" not in path.parts:
                found[path.stem] += path.read_text(encoding="utf-8")
    return found


def rows() -> list[tuple[str, ...]]:
    return ROW.findall(PAGE.read_text(encoding="utf-8"))


def test_no_requirement_is_missing_and_none_stands_twice() -> None:
    assert sorted(row[0] for row in rows()) == sorted(required())


def test_what_is_met_names_tests_and_pages_that_exist() -> None:
    known, wrong = texts_of_tests(), []
    for number, _, _, state, proof in rows():
        if state != "met":
            continue
        named = re.findall(r"`(test_\w+)::(test_\w+)`", proof)
        pages = re.findall(r"page `([^`]+)`", proof)
        if not named and not pages:
            wrong.append(f"{number} names no proof")
        wrong += [
            f"{number}: there is no {file}::{test}"
            for file, test in named
            if not re.search(rf"^\s*(?:async )?def {test}\(", known.get(file, ""), re.M)
        ]
        wrong += [
            f"{number}: there is no {page}" for page in pages if not (rules.ROOT / page).exists()
        ]
    assert wrong == []


def test_what_is_not_met_says_why() -> None:
    for number, _, _, state, reason in rows():
        if state != "met":
            assert len(reason.split()) >= 4, number
            assert "::" not in reason, number


def test_the_page_counts_right() -> None:
    states = [row[3] for row in rows()]
    said = (
        f"Of {len(states)} requirements {states.count('met')} are met, "
        f"{states.count('not applicable')} don't apply and {states.count('open')} are open."
    )
    assert said in PAGE.read_text(encoding="utf-8")
