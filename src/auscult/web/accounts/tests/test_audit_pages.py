"""The page of the audit trail, and what is taken along of it."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from auscult.web.accounts import audit
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor, AuditEntry
from programs import user_of

pytestmark = pytest.mark.django_db


def client_of(actor: Actor) -> Client:
    client = Client()
    client.force_login(user_of(actor))
    return client


@pytest.fixture
def seen(owner: Actor, teammate: Actor, stranger: Actor) -> Client:
    record_audit(
        teammate, action="save-watch", target="flu", details={"query": "=flu OR influenza"}
    )
    record_audit(stranger, action="save-watch", target="not ours")
    return client_of(owner)


def test_the_page_shows_entries_and_that_the_chain_holds(seen: Client) -> None:
    page = seen.get(reverse("accounts:audit")).content.decode()
    assert "The chain holds: 3 entries were checked." in page
    assert "influenza" in page
    assert "not ours" not in page
    assert str(AuditEntry.objects.get(target="flu").digest) in page  # it is the head


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ({"actor": "teammate"}, True),
        ({"actor": "owner"}, False),
        ({"action": "save-watch"}, True),
        ({"action": "add-member"}, False),
        ({"target": "FLU"}, True),
        ({"target": "other"}, False),
        ({"since": "2026-11-20", "until": "2026-11-20"}, True),
        ({"since": "2026-11-21"}, False),
        ({"until": "2026-11-19"}, False),
    ],
)
def test_it_is_filtered(seen: Client, asked: dict[str, str], there: bool) -> None:
    page = seen.get(reverse("accounts:audit"), asked).content.decode()
    assert ("influenza" in page) is there


def test_it_is_paged_by_number(seen: Client, owner: Actor) -> None:
    for number in range(60):
        record_audit(owner, action="look", target=f"room {number}.")
    first = seen.get(reverse("accounts:audit"), {"action": "look"})
    assert len(first.context["entries"]) == audit.SHOWN
    second = seen.get(reverse("accounts:audit") + first.context["older"])
    assert [entry.target for entry in second.context["entries"]][-1] == "room 0."
    assert second.context["older"] == ""


def test_it_says_where_the_chain_is_broken(seen: Client, owner: Actor) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_auditentry SET target = 'x' WHERE action = 'add-member'")
    page = seen.get(reverse("accounts:audit")).content.decode()
    assert "Entry 2 was changed after it was written." in page


def test_a_long_trail_is_checked_when_asked(seen: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auscult.web.accounts.audit_views.QUICK", 1)
    assert seen.get(reverse("accounts:audit")).context["checked"] is None
    assert seen.get(reverse("accounts:audit"), {"check": "1"}).context["checked"].broken is None


@pytest.mark.parametrize("form", audit.FORMS)
def test_taking_it_along_is_an_entry(seen: Client, form: str) -> None:
    answer: Any = seen.post(reverse("accounts:audit-file"), {"form": form, "actor": "teammate"})
    body = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "influenza" in body
    assert "found-organisation" not in body
    entry = AuditEntry.objects.get(action="export-audit")
    assert entry.details == {"asked": {"actor": "teammate"}, "entries": 1}
    if form == "jsonl":
        assert orjson.loads(body)["details"] == {"query": "=flu OR influenza"}


def test_another_form_is_refused(seen: Client) -> None:
    assert seen.post(reverse("accounts:audit-file"), {"form": "exe"}).status_code == 400


def test_only_who_may_see_it_sees_it(persons: dict[str, Actor]) -> None:
    for name, actor in persons.items():
        expected = 200 if name in {"owner", "privacy"} else 403
        assert client_of(actor).get(reverse("accounts:audit")).status_code == expected
        answer = client_of(actor).post(reverse("accounts:audit-file"), {"form": "csv"})
        assert answer.status_code == expected
