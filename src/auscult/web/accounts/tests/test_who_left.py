"""Who was removed: what her programs knew is worthless, and her mail domain brings nobody back."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.http import HttpRequest

from auscult.web.accounts import people_actions
from auscult.web.accounts.actions import add_member
from auscult.web.accounts.models import Actor, Membership, Role, User
from auscult.web.accounts.single_sign_on import Provider
from auscult.web.accounts.tokens import Scope, holder_of, reader_of
from auscult.web.accounts.tokens_actions import make_secret_address, make_token

pytestmark = pytest.mark.django_db


def test_tokens_and_addresses_stay_dead_when_she_comes_back(owner: Actor, teammate: Actor) -> None:
    _token, secret = make_token(teammate, name="script", scopes=[Scope.READ], days=None)
    _row, address = make_secret_address(teammate, kind="watch", subject=None, label="flu")
    assert holder_of(secret, clock=owner.clock) is not None
    people_actions.remove_member(
        owner, member=Membership.objects.get(user_id=teammate.user_id or 0)
    )
    add_member(owner, username=teammate.name, role=Role.EDITOR)
    assert holder_of(secret, clock=owner.clock) is None
    assert reader_of(address, "watch", clock=owner.clock) is None


def test_the_mail_domain_brings_nobody_back_who_was_removed(
    owner: Actor, teammate: Actor, settings: Any
) -> None:
    settings.AUSCULT = dataclasses.replace(settings.AUSCULT, sso_domains=("hospital.example",))
    person = User.objects.get(pk=teammate.user_id or 0)
    account = SocialAccount.objects.create(user=person, provider="house", uid="7")
    people_actions.remove_member(owner, member=Membership.objects.get(user=person))
    confirmed = EmailAddress(email="kim@hospital.example", verified=True, primary=True)
    login = SocialLogin(user=person, account=account, email_addresses=[confirmed])
    request = HttpRequest()
    request.session = {}  # type: ignore[assignment]
    Provider().pre_social_login(request, login)
    assert not Membership.objects.filter(user=person).exists()
