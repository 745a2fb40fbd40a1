"""No code is made of text, nothing but data is deserialised, no shell is called, no weak digest."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from architecture import rules

# What a module must not call, by the name as it is written.
NEVER = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "os.system",
    "os.popen",
    "pickle.load",
    "pickle.loads",
    "marshal.loads",
    "shelve.open",
    "yaml.load",
    "hashlib.md5",
    "hashlib.sha1",
    "Template",
    "engine.from_string",
    "mktemp",
    "tempfile.mktemp",
    "ssl._create_unverified_context",
}


def dangerous(source: Path) -> Iterator[str]:
    """Each call of `NEVER`, and each that hands a line to a shell."""
    for name, _, tree in rules.modules(source):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            shell = any(
                one.arg == "shell"
                and not (isinstance(one.value, ast.Constant) and not one.value.value)
                for one in node.keywords
            )
            if called in NEVER or shell:
                yield f"{name}:{node.lineno} calls {called}"


def test_the_house_calls_nothing_of_it() -> None:
    assert list(dangerous(rules.SOURCE)) == []


@pytest.mark.parametrize(
    "line",
    [
        "eval(text)",
        "pickle.loads(data)",
        "subprocess.run(text, shell=True)",
        "hashlib.md5(data)",
        "Template(text).render()",
    ],
)
def test_a_planted_call_is_found(tmp_path: Path, line: str) -> None:
    planted = tmp_path / "auscult" / "web" / "planted.py"
    planted.parent.mkdir(parents=True)
    planted.write_text(line + "\n", encoding="utf-8")
    assert len(list(dangerous(tmp_path))) == 1
