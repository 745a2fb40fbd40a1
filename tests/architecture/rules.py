"""The rules of the house that no linter knows, as functions from a source tree to violations.

Each takes the folder that holds the package `auscult`, so that a test can plant a
violation in a tree of its own, and returns one line for each violation.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
LONGEST_FILE, LONGEST_FUNCTION = 500, 50
# What opens connections, or hands out what does.
NETWORK = {
    "aiohttp",
    "asyncio",
    "ftplib",
    "h11",
    "http.client",
    "http.server",
    "httpcore",
    "httpcore2",
    "httpx",
    "httpx2",
    "imaplib",
    "poplib",
    "requests",
    "select",
    "selectors",
    "smtplib",
    "socket",
    "socketserver",
    "ssl",
    "telnetlib",
    "urllib.request",
    "urllib3",
    "websockets",
    "xmlrpc",
}
# The parts of those that read and write a protocol, and open nothing.
ONLY_SPEAKING = {
    f"websockets.{part}"
    for part in (
        "client",
        "datastructures",
        "exceptions",
        "extensions",
        "frames",
        "headers",
        "http11",
        "protocol",
        "typing",
        "uri",
    )
}
VAGUE = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}


def contracts() -> list[dict[str, Any]]:
    """What import-linter is asked to hold."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        found: list[dict[str, Any]] = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    return found


def web_ranks() -> dict[str, int]:
    """Each application and how high it stands; those side by side stand at one height."""
    (web,) = (one for one in contracts() if one.get("containers") == ["auscult.web"])
    return {
        name.strip(" ()"): height
        for height, layer in enumerate(reversed(web["layers"]))
        for name in layer.split("|")
    }


def modules(source: Path, part: str = "") -> Iterator[tuple[str, Path, ast.Module]]:
    """Dotted name, path and tree of each module under `auscult` (or a part of it), tests aside."""
    for path in sorted((source / "auscult" / part).rglob("*.py")):
        name = ".".join(path.relative_to(source).with_suffix("").parts).removesuffix(".__init__")
        if "tests" not in path.parts:
            yield name, path, ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Every name that a module imports, dotted, with its line; of `from a import b`, `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def too_long(source: Path) -> list[str]:
    """Files over 500 lines and functions over 50; migrations are written by Django."""
    found = []
    for name, path, tree in modules(source):
        if "migrations" in path.parts:
            continue
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > LONGEST_FILE:
            found.append(f"{name} has {lines} lines; {LONGEST_FILE} are allowed")
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    found.append(
                        f"{name}.{node.name} has {length} lines; {LONGEST_FUNCTION} are allowed"
                    )
    return found


def vaguely_named(source: Path) -> list[str]:
    """Modules whose name says nothing about what is in them."""
    return [name for name, _, _ in modules(source) if name.rpartition(".")[2] in VAGUE]


def reaching_the_network(source: Path) -> list[str]:
    """Engine modules other than `kernel.http` that import what opens a connection."""
    allowed = "auscult.engine.kernel.http"
    return [
        f"{name}:{line} imports {imported}"
        for name, _, tree in modules(source, "engine")
        if name != allowed and not name.startswith(allowed + ".")
        for imported, line in imports(tree)
        if within(imported, NETWORK) and not within(imported, ONLY_SPEAKING)
    ]


def within(imported: str, names: set[str]) -> bool:
    """Whether a dotted name is one of these, or below one."""
    return any(imported == one or imported.startswith(one + ".") for one in names)


def application(name: str) -> str | None:
    """The web application that a dotted name belongs to."""
    parts = name.split(".")
    return parts[2] if parts[:2] == ["auscult", "web"] and len(parts) > 2 else None


def importing_others_views(source: Path) -> list[str]:
    """Modules that import the views or forms of another application."""
    found = []
    for name, _, tree in modules(source):
        for imported, line in imports(tree):
            parts = imported.split(".")
            other = application(imported)
            shown = len(parts) > 3 and parts[3] in {"views", "forms"}
            if other and shown and other != application(name):
                found.append(f"{name}:{line} imports {imported}")
    return found


def reaching_up_by_name(source: Path) -> list[str]:
    """Names of applications in strings that stand higher than the application that names them."""
    ranks = web_ranks()
    found = []
    for name, path, tree in modules(source, "web"):
        own = application(name)
        if own is None or own not in ranks:
            continue
        for label, line in named_applications(tree, migration="migrations" in path.parts):
            if label in ranks and label != own and ranks[label] >= ranks[own]:
                found.append(f"{name}:{line} names {label}, which doesn't stand below {own}")
    return found


def named_applications(tree: ast.Module, *, migration: bool) -> Iterator[tuple[str, int]]:
    """Applications in string foreign keys, receivers, look-ups and migrations' dependencies."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in REFERRING:
            strings = [*node.args, *(one.value for one in node.keywords)]
            yield from (pair for one in strings for pair in label_of(one))
        if migration and isinstance(node, ast.Assign) and assigned(node) == "dependencies":
            for one in ast.walk(node.value):
                if isinstance(one, ast.Tuple) and one.elts:
                    yield from label_of(one.elts[0], whole=True)


REFERRING = {
    "ForeignKey",
    "OneToOneField",
    "ManyToManyField",
    "receiver",
    "connect",
    "get_model",
    "lazy_related_operation",
}


def called(node: ast.Call) -> str:
    """The last part of the name of what is called."""
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def assigned(node: ast.Assign) -> str:
    target = node.targets[0]
    return target.id if isinstance(target, ast.Name) else ""


def label_of(node: ast.expr, *, whole: bool = False) -> Iterator[tuple[str, int]]:
    """The application in `"app.Model"`, or, where the whole string is one, in `"app"`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        label, dot, _ = node.value.partition(".")
        if dot or whole or node.value in web_ranks():
            yield label, node.lineno
