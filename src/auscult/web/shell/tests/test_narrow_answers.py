"""What one token was answered another one with fewer rights doesn't get by its key."""

from __future__ import annotations

import pytest

from auscult.web.accounts.models import Actor
from programs import program_of


@pytest.mark.django_db
def test_a_kept_answer_is_for_the_same_rights(owner: Actor) -> None:
    flu = {"name": "flu", "query": "flu"}
    assert (
        program_of(owner, "read", "write").post("watches", flu, Idempotency_Key="k").status_code
        == 201
    )
    again = program_of(owner, "read", "write").post("watches", flu, Idempotency_Key="k")
    assert (again.status_code, again["Idempotency-Replayed"]) == (201, "true")
    narrow = program_of(owner, "people").post("watches", flu, Idempotency_Key="k")
    assert narrow.status_code == 409
    assert b"flu" not in narrow.content
