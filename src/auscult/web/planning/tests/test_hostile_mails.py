"""Mails that anybody may send: whatever stands in them, the reader comes to an end, soon."""

from __future__ import annotations

import dataclasses
import time
from datetime import date
from typing import Any

import pytest

from auscult.engine.kernel.clock import FixedClock
from auscult.web.accounts.models import Actor, User
from auscult.web.planning import marks
from auscult.web.planning.answering import take_reply
from auscult.web.planning.errors import ReplyRefused
from auscult.web.planning.marks import Mark
from auscult.web.planning.models import CheckIn, Task
from auscult.web.planning.replies import read_mail, said

PARTS = b"".join(
    b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2_000)
)
HOSTILE = {
    "parts within parts": PARTS + b"Content-Type: text/plain\n\nprogress: 1\n",
    "mails within mails": b"Content-Type: message/rfc822\n\n" * 5_000,
    "comments within comments": b"From: " + b"(" * 100_000 + b"\n\nprogress: 1\n",
    "a type of comments": b"Content-Type: " + b"(" * 100_000 + b"\n\nprogress: 1\n",
    "a type of settings": b"Content-Type: text/plain; " + b"a=b; " * 150_000 + b"\n\nx",
    "a slow character set": b"Content-Type: text/plain; charset=punycode\n\n"
    + b"a" * 200_000
    + b"-"
    + b"k" * 200_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mail_is_read_to_its_end(name: str) -> None:
    began = time.process_time()
    read_mail(HOSTILE[name])
    assert time.process_time() - began < 30  # minutes to hours, before lengths were bounded


def test_a_long_line_is_looked_at_once() -> None:
    with pytest.raises(ReplyRefused, match="No line of your mail"):
        said("-- a b" + "-" * 500_000 + "x")  # two hours, where its end is looked for everywhere


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("charset", "blockers"),
    [("unicode_escape", b"Rain\\x00\\ud800!"), ("utf-7", b"Rain +2AA- !"), ("utf-8", b"Rain\x00!")],
)
def test_what_no_database_keeps_is_not_in_a_text(
    charset: str,
    blockers: bytes,
    teammate: Actor,
    task: Task,
    clock: FixedClock,
    settings: Any,
) -> None:
    settings.AUSCULT = dataclasses.replace(settings.AUSCULT, reply_address="plan@lakeside.example")
    person = User.objects.get(username=teammate.name)
    mark = Mark(cycle=task.bet.cycle_id, person=person.pk, week=date(2026, 11, 16))
    raw = (
        f"To: {marks.address(mark)}\nContent-Type: text/plain; charset={charset}\n\n".encode()
        + b"progress: 40\nconfidence: 4\nhours: 2\nblockers: "
        + blockers
    )
    assert take_reply(raw, clock=clock).state == "kept"
    kept = CheckIn.objects.get().blockers
    assert kept.startswith("Rain")
    assert "\0" not in kept
    kept.encode()
