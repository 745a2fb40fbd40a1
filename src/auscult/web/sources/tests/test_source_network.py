"""The network of sources is as the settings say."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from auscult.engine.kernel.http import AddressRefused
from auscult.engine.kernel.http.testing import Server
from auscult.web.sources.network import network


def test_an_owner_opens_her_intranet(settings: Any) -> None:
    server = Server(lambda asking: asking.answer(b"welcome"))
    try:
        with network().client() as client, pytest.raises(AddressRefused, match="AUSCULT_REACH"):
            client.get(server.url)
        changed = {"reach": ("127.0.0.0/8",), "contact": "listening@hospital.example"}
        settings.AUSCULT = dataclasses.replace(settings.AUSCULT, **changed)
        with network().client() as client:
            assert client.get(server.url).text() == "welcome"
    finally:
        server.stop()
    (asked,) = server.asked
    assert asked.headers["user-agent"].endswith(" (+listening@hospital.example)")
