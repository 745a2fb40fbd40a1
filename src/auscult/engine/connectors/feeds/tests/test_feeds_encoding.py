"""Bytes as text: declared rightly, wrongly, or not at all."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.connectors.feeds.encoding import decode

SAID = "Grüße „an“ die Ärzte – Żółć Привет 東京"
WESTERN = "Grüße „an“ die Ärzte – 5 €"


def _xml(text: str, encoding: str) -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?><a>{text}</a>'


@pytest.mark.parametrize(
    ("body", "header", "said"),
    [
        (_xml(SAID, "utf-8").encode(), "", SAID),
        (_xml(SAID, "ISO-8859-1").encode(), "text/xml; charset=iso-8859-1", SAID),
        (_xml(SAID, "utf-8").encode("utf-8-sig"), "text/xml; charset=latin-1", SAID),
        (_xml(SAID, "utf-16").encode("utf-16"), "", SAID),
        (_xml(SAID, "utf-16").encode("utf-16-be"), "", SAID),
        (codecs.BOM_UTF32_LE + _xml(SAID, "utf-32").encode("utf-32-le"), "", SAID),
        (_xml("Привет", "windows-1251").encode("cp1251"), "text/xml; charset=iso-8859-1", "Привет"),
        (_xml("東京", "Shift_JIS").encode("cp932"), "", "東京"),
        (_xml("東京", "iso-2022-jp").encode("iso-2022-jp"), "", "東京"),
        (_xml("東京", "GB2312").encode("gb18030"), "", "東京"),
        (_xml(WESTERN, "iso-8859-1").encode("cp1252"), "", WESTERN),
        (_xml(WESTERN, "utf-8").encode("cp1252"), "text/xml; charset=utf-8", WESTERN),
        (f"<a>{WESTERN}</a>".encode("cp1252"), "", WESTERN),
        (_xml("Żółć", "").encode("iso-8859-2"), 'text/xml; charset="iso-8859-2"', "Żółć"),
        (_xml("x", "rot13").encode(), "text/xml; charset=zlib", "x"),
        (_xml("x", "no-such-thing").encode(), "text/xml; charset=", "x"),
        (_xml("+AGE-", "utf-7").encode(), "", "+AGE-"),
    ],
)
def test_what_was_meant_is_read(body: bytes, header: str, said: str) -> None:
    found = decode(body, header)
    assert f"<a>{said}</a>" in found.text
    assert found.replaced == 0


def test_one_wrong_byte_spoils_nothing_else() -> None:
    body = _xml(SAID, "utf-8").encode().replace("–".encode(), b"\x96")
    assert SAID in decode(body).text


def test_bytes_that_are_nothing_are_counted() -> None:
    assert decode(b"<a>\x81 \xff</a>") == ("<a>\ufffd ÿ</a>", 1)


def test_control_characters_and_nuls_go() -> None:
    assert decode(b"<a>vac\x00cine\x0bnow\x07</a>").text == "<a>vaccine now </a>"


@settings(deadline=None)
@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), max_size=50))
def test_utf_8_is_itself_whatever_is_said_of_it(text: str) -> None:
    body = f"<a>{text}</a>".encode()
    wanted = f"<a>{text}</a>".replace("\ufffe", " ").replace("\uffff", " ")
    assert decode(body, "text/xml; charset=windows-1252").text == wanted


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from(["", "utf-8", "gb2312", "utf-16", "cp1251"]))
def test_anything_is_read(body: bytes, charset: str) -> None:
    text = decode(body, f"text/xml; charset={charset}").text
    text.encode()
    assert "\0" not in text
