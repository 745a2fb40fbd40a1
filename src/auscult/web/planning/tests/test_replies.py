"""Reading mails in which people check in: any form that mail programs give four lines."""

from __future__ import annotations

import contextlib
from email.message import EmailMessage

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from auscult.web.planning.errors import ReplyRefused
from auscult.web.planning.replies import MOST_BYTES, WORDS, read_mail, said
from auscult.web.planning.review_actions import Report

LINES = "progress: 40\nconfidence: 4\nhours: 2.5\nblockers: Rain"
REPORT = Report(progress=40, confidence=4, hours=2.5, blockers="Rain")
words = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=12)
blockers = st.lists(words, max_size=5).map(" ".join)
reports = st.builds(
    Report,
    progress=st.integers(0, 100),
    confidence=st.integers(1, 5),
    hours=st.integers(0, 16_800).map(lambda n: n / 100),
    blockers=blockers,
)


@st.composite
def written(draw: st.DrawFn, report: Report, bet: int | None) -> str:
    """The lines of a check-in as somebody might type them."""
    names = WORDS[draw(st.sampled_from(sorted(WORDS)))]

    def line(field: str, value: str) -> str:
        word = draw(st.sampled_from([names[field], names[field].title(), names[field].upper()]))
        space = draw(st.sampled_from(["", " ", "  ", "\xa0"]))
        return f"{draw(st.sampled_from(['', ' ', '*']))}{word}{space}:{space}{value}"

    hours = f"{report.hours:.2f}"
    hours = hours.replace(".", ",") if draw(st.booleans()) else hours
    lines = [
        line("progress", f"{report.progress}{draw(st.sampled_from(['', '%', ' %']))}"),
        line("confidence", f"{report.confidence}{draw(st.sampled_from(['', '/5', ' von 5']))}"),
        line("hours", hours + draw(st.sampled_from(["", " h", " Stunden"]))),
        line("blockers", report.blockers),
    ]
    lines = draw(st.permutations(lines))
    if bet is not None:
        lines.insert(0, line("bet", f"{bet} (A title, 2026)"))
    return draw(st.sampled_from(["\n", "\r\n"])).join(lines)


@given(st.data(), reports)
def test_what_is_written_is_read(data: st.DataObject, report: Report) -> None:
    (one,) = said(data.draw(written(report, None)))
    assert one.bet is None
    assert one.report == report


@given(st.data(), st.lists(st.tuples(st.integers(1, 99), reports), min_size=1, max_size=4))
def test_several_bets_are_read_one_after_the_other(
    data: st.DataObject, of_bets: list[tuple[int, Report]]
) -> None:
    text = "\n\n".join(data.draw(written(report, bet)) for bet, report in of_bets)
    assert [(one.bet, one.report) for one in said(text)] == of_bets


@given(st.data(), reports, st.sampled_from(["plain", "html", "both", "base64", "forwarded"]))
def test_every_form_of_mail_says_the_same(data: st.DataObject, report: Report, form: str) -> None:
    text = data.draw(written(report, 3))
    mail = EmailMessage()
    mail["To"] = "plan@lakeside.example"
    html = "<div>" + "</div><div>".join(text.splitlines()) + "</div>"
    if form == "html":
        mail.set_content(html, subtype="html")
    elif form == "base64":
        mail.set_content(text, cte="base64")
    else:
        mail.set_content(text)
    if form == "both":
        mail.add_alternative("<p>progress: 1</p>", subtype="html")
    if form == "forwarded":
        mail.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="logo.png")
    read = read_mail(mail.as_bytes())
    assert read.text is not None
    (one,) = said(read.text)
    assert one.report == report


@pytest.mark.parametrize(
    "rest",
    [
        "\n-- \nprogress: 1",
        "\n> progress: 1\n> confidence: 1",
        "\nOn Mon, 16 Nov 2026 at 07:00, Auscult <a@lakeside.example> wrote:\nprogress: 1",
        "\nOn Mon, 16 Nov 2026 at 07:00, Auscult\n<a@lakeside.example> wrote:\nprogress: 1",
        "\nAm 16.11.2026 um 07:00 schrieb Auscult:\nprogress: 1",
        "\n________________________________\nFrom: Auscult\nprogress: 1",
        "\n-----Original Message-----\nprogress: 1",
        "\n-----Ursprüngliche Nachricht-----\nprogress: 1",
        "\nVon: Auscult <a@lakeside.example>\nprogress: 1",
        "\nSent from my telephone\nprogress: 1",
        "\n\nYours\nAnna",
    ],
)
def test_what_was_answered_to_and_a_signature_are_cut(rest: str) -> None:
    (one,) = said(LINES + rest)
    assert one.report == REPORT


def test_what_stands_in_the_way_may_take_several_lines() -> None:
    (one,) = said(LINES + "\nand snow\n\nBye")
    assert one.report.blockers == "Rain\nand snow"


def test_the_empty_form_of_other_bets_is_no_check_in() -> None:
    empty = "bet: 2 (Radio)\nprogress:\nconfidence:\nhours:\nblockers:\n\n"
    (one,) = said(f"{empty}bet: 1 (Films)\n{LINES}\n\n{empty}")
    assert (one.bet, one.report) == (1, REPORT)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "No line of your mail says how a bet goes."),
        ("Hello!\nAll is well.", "No line of your mail says how a bet goes."),
        ("bet: 3", "No line of your mail says how a bet goes."),
        ("progress: 40\nhours: 1", "The line “confidence:” is missing."),
        (LINES + "\nProgress: 50", "“Progress” is said twice for the same bet."),
        (LINES.replace("40", "forty"), "“progress: forty” is no number that can be read."),
        (LINES.replace("40", "-4"), "“progress: -4” is no number that can be read."),
        (LINES.replace("2.5", "2.5.1"), "“hours: 2.5.1” is no number that can be read."),
        (LINES.replace("40", "٤٠"), "“progress: ٤٠” is no number that can be read."),
    ],
)
def test_what_cannot_be_read_says_why(text: str, why: str) -> None:
    with pytest.raises(ReplyRefused) as refused:
        said(text)
    assert refused.value.message == why


def test_what_is_missing_is_named_as_the_mail_named_it() -> None:
    with pytest.raises(ReplyRefused) as refused, override("de"):
        said("fortschritt: 40\nstunden: 1")
    assert refused.value.message == "Die Zeile „zuversicht:“ fehlt."


HEADER = st.sampled_from(
    [
        b"To", b"From", b"Content-Type", b"Content-Transfer-Encoding", b"Message-ID",
        b"Auto-Submitted", b"MIME-Version",
    ]
)  # fmt: skip
VALUES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [
            b"multipart/mixed; boundary=x", b"multipart/alternative", b"text/html; charset=x-none",
            b"text/plain; charset*0=\xff", b"base64", b"quoted-printable", b"8bit",
            b"message/rfc822", b"text/plain; charset=idna", b"uuencode", b"multipart/related",
        ]
    ),
)  # fmt: skip


@given(st.lists(st.tuples(HEADER, VALUES), max_size=6), st.binary(max_size=300))
def test_any_bytes_are_read(headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    lines = b"".join(name + b": " + value.replace(b"\n", b" ") + b"\n" for name, value in headers)
    for raw in (lines + b"\n" + body, body, lines + b"\n--x\n" + lines + b"\n" + body + b"\n--x--"):
        mail = read_mail(raw)
        assert mail.text is not None
        with contextlib.suppress(ReplyRefused):
            said(mail.text)


def test_a_mail_that_is_too_large_has_headers_and_no_text() -> None:
    raw = b"To: plan+x@lakeside.example\nMessage-ID: <1@x>\n\n" + b"x" * MOST_BYTES
    mail = read_mail(raw)
    assert mail.text is None
    assert "plan+x@" in mail.recipients
    assert mail.digest == read_mail(raw[:200]).digest


@pytest.mark.parametrize(
    ("header", "automatic"),
    [
        ("Auto-Submitted: no", False),
        ("Auto-Submitted: auto-replied", True),
        ("Precedence: bulk", True),
        ("Return-Path: <>", True),
        ("Return-Path: <anna@lakeside.example>", False),
        ("List-Id: <all.lakeside.example>", True),
    ],
)
def test_a_program_is_known_by_its_headers(header: str, *, automatic: bool) -> None:
    assert read_mail(f"{header}\n\n{LINES}".encode()).automatic is automatic


# As three common programs send them, shortened.
GMAIL = b"""\
MIME-Version: 1.0
Date: Mon, 16 Nov 2026 09:12:44 +0100
Message-ID: <CAF=abc@mail.gmail.com>
Subject: Re: Day 1 of 100: Winter
From: Anna <anna@hospital.example>
To: Auscult <plan+1-2-kq2f-abc@hospital.example>
Content-Type: multipart/alternative; boundary="000000000000abcd"

--000000000000abcd
Content-Type: text/plain; charset="UTF-8"
Content-Transfer-Encoding: quoted-printable

Fortschritt: 40 %
Zuversicht: 4 von 5
Stunden: 2,5
Hindernisse: Station geschlossen f=C3=BCr eine Woche

Am Mo., 16. Nov. 2026 um 07:00=E2=80=AFUhr schrieb Auscult <
auscult@hospital.example>:

> Tag 1 von 100: Winter
> fortschritt:
> zuversicht:

--000000000000abcd
Content-Type: text/html; charset="UTF-8"

<div dir="ltr">Fortschritt: 40 %</div>
--000000000000abcd--
"""
OUTLOOK = b"""\
From: Anna <anna@hospital.example>
To: plan+1-2-kq2f-abc@hospital.example
Message-ID: <DB9P@prod.outlook.com>
Content-Type: text/html; charset="iso-8859-1"
Content-Transfer-Encoding: quoted-printable
MIME-Version: 1.0

<html><body><div class=3D"elementToProof">=
bet: 2 (Talks)<br>progress: 55<br>confidence: 3<br>hours: 1<br>blockers: none</div>=
<div id=3D"appendonsend"></div><hr><div id=3D"divRplyFwdMsg">=
<b>From:</b> Auscult &lt;a@b&gt;<br><b>Sent:</b> Monday<br>=
<b>Subject:</b> Day</div><div>bet: 1 (Films)<br>progress:<br></div></body></html>
"""
APPLE = b"""\
From: Anna <anna@hospital.example>
To: plan+x@hospital.example
Content-Type: text/plain; charset=us-ascii
Message-Id: <A@me.com>

progress: 10
confidence: 2
hours: 0
blockers:

Von meinem iPhone gesendet

> Am 16.11.2026 um 07:00 schrieb Auscult <a@b>:
>
> bet: 1 (Films)
> progress:
"""


@pytest.mark.parametrize(
    ("mail", "bet", "report"),
    [
        (
            GMAIL,
            None,
            Report(
                progress=40,
                confidence=4,
                hours=2.5,
                blockers="Station geschlossen für eine Woche",
            ),
        ),
        (OUTLOOK, 2, Report(progress=55, confidence=3, hours=1, blockers="none")),
        (APPLE, None, Report(progress=10, confidence=2)),
    ],
)
def test_mails_of_common_programs_are_read(mail: bytes, bet: int | None, report: Report) -> None:
    read = read_mail(mail)
    assert read.text is not None
    (one,) = said(read.text)
    assert (one.bet, one.report) == (bet, report)
