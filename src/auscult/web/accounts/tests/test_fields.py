"""Fields of forms: numbers that no column holds."""

from __future__ import annotations

import pytest
from django import forms

from auscult.web.accounts.fields import RowsField
from auscult.web.accounts.models import Actor, Team

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("number", [str(2**63), str(-(2**63) - 1), "9" * 5000])
def test_a_number_that_no_column_holds_is_no_choice(owner: Actor, number: str) -> None:
    teams = Team.objects.filter(organisation_id=owner.organisation_id)
    field = RowsField(queryset=teams)
    known = [str(team.pk) for team in teams[:2]]
    assert set(field.clean(known)) == set(teams[:2])
    with pytest.raises(forms.ValidationError, match="is not one of the available choices"):
        field.clean([*known, number])
