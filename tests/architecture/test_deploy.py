"""What `deploy/` holds can be read, names what exists, and gives a service no more than it needs.

No image is built here: that needs a registry of images. The container file is held to its rules
by reading it.
"""

from __future__ import annotations

import configparser
import json
import re
import shlex
import shutil
import subprocess
from typing import Any

import pytest
import typer

from architecture import rules
from auscult.cli import app
from auscult.web.shell.options import read_options

DEPLOY = rules.ROOT / "deploy"


def unit() -> dict[str, dict[str, list[str]]]:
    """The service's sections; a key that is given twice has two values."""

    class Kept(dict[str, Any]):
        def __setitem__(self, key: str, value: Any) -> None:
            if isinstance(value, list) and key in self:
                self[key].extend(value)
            else:
                super().__setitem__(key, value)

    parser = configparser.RawConfigParser(strict=False, dict_type=Kept, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(DEPLOY / "auscult.service")
    return {
        name: {key: str(value).splitlines() for key, value in parser.items(name)}
        for name in parser.sections()
    }


def flags_are_known(words: list[str]) -> None:
    """The verb and its flags are those of the command line."""
    commands: Any = typer.main.get_command(app)
    verb = commands.commands[words[0]]
    known = {flag for one in verb.params for flag in (*one.opts, *one.secondary_opts)}
    assert set(words[1:]) <= known


def test_the_service_starts_what_there_is() -> None:
    service = unit()["Service"]
    program, *words = shlex.split(service["ExecStart"][0])
    assert program.endswith("/.venv/bin/auscult")
    flags_are_known(words)
    assert service["User"] == ["auscult"]
    for name in ("NoNewPrivileges", "PrivateTmp", "ProtectHome", "PrivateDevices"):
        assert service[name] == ["yes"], name
    assert service["ProtectSystem"] == ["strict"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze isn't installed")
def test_systemd_finds_the_service_safe() -> None:
    words = ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager"]
    done = subprocess.run(
        [*words, DEPLOY / "auscult.service"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr


def test_the_settings_beside_it_are_settings(tmp_path: Any) -> None:
    text = (DEPLOY / "auscult.env").read_text(encoding="utf-8")
    given = dict(re.findall(r"^([A-Z_]+)=(.*)$", text, re.M))
    offered = dict(re.findall(r"^# ([A-Z_]+)=(.*)$", text, re.M))
    options = read_options(given)
    assert options.secure
    for name in offered:
        if name.endswith("_FILE"):
            file = tmp_path / name
            file.write_text("postgresql://a:b@c/d" if "URL" in name else "t" * 32)
            offered[name] = str(file)
    read_options(given | offered)


def container() -> list[tuple[str, str]]:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    text = re.sub(r"^#.*\n", "", text, flags=re.M).replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip()]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


KNOWN = {
    "FROM",
    "RUN",
    "COPY",
    "ENV",
    "USER",
    "VOLUME",
    "EXPOSE",
    "STOPSIGNAL",
    "HEALTHCHECK",
    "ENTRYPOINT",
    "CMD",
    "WORKDIR",
}


def test_the_container_file_is_well_formed_and_runs_as_nobody() -> None:
    steps = container()
    assert {word for word, _ in steps} <= KNOWN
    assert steps[0][0] == "FROM"
    for word, rest in steps:
        if word == "FROM":
            assert re.fullmatch(r"[\w./-]+:[\w.-]+( AS \w+)?", rest), f"{rest} has no version"
        if word == "COPY" and "--from=" not in rest:
            for path in rest.split()[:-1]:
                assert (rules.ROOT / path).exists(), f"COPY {path}: there is no such file"
        assert not re.search(r"(PASSWORD|TOKEN|SECRET|KEY)\w*=", rest)
    last = max(number for number, (word, _) in enumerate(steps) if word == "FROM")
    final = dict(steps[last:])
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", final["USER"])
    assert json.loads(final["ENTRYPOINT"]) == ["auscult"]
    flags_are_known(json.loads(final["CMD"]))
    assert "/readyz" in final["HEALTHCHECK"]
    given = dict(re.findall(r"(AUSCULT_\w+)=(\S+)", final["ENV"]))
    assert read_options(given).address == "0.0.0.0"


@pytest.mark.parametrize("name", ["Caddyfile", "nginx.conf"])
def test_a_proxy_keeps_the_probes_inside(name: str) -> None:
    text = (DEPLOY / name).read_text(encoding="utf-8")
    assert text.count("{") == text.count("}")
    assert all(probe in text for probe in ("metrics", "readyz", "healthz"))
    assert "127.0.0.1:8470" in text
    if name == "nginx.conf":
        # Taken from the connection: $proxy_add_x_forwarded_for would keep what a client sent.
        assert "X-Forwarded-For $remote_addr;" in text
        assert "proxy_add_x_forwarded_for" not in text
