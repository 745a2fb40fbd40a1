"""The proxies that we hand out speak TLS 1.2 and 1.3, and nothing older."""

from __future__ import annotations

import re
from pathlib import Path

DEPLOY = Path(__file__).parents[2] / "deploy"


def test_nothing_older_than_tls_1_2() -> None:
    nginx = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    assert re.findall(r"ssl_protocols ([^;]+);", nginx) == ["TLSv1.2 TLSv1.3"]
    # Caddy's own default is 1.2 and 1.3; nothing of ours lowers it.
    assert "protocols" not in (DEPLOY / "Caddyfile").read_text(encoding="utf-8")


def test_no_proxy_writes_secret_addresses_down() -> None:
    nginx = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    assert re.findall(r"access_log ([^;]+);", nginx) == ["off"]
    # Caddy writes no requests down unless it is told to.
    assert not re.search(r"^\s*log\b", (DEPLOY / "Caddyfile").read_text(encoding="utf-8"), re.M)
