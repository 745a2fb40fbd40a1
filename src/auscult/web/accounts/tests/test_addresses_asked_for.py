"""Who asks for another's address gets nobody into her account by it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.test import RequestFactory

from auscult.web.accounts.models import Actor, User
from auscult.web.accounts.single_sign_on import Provider
from auscult.web.shell.signing_in import single_sign_on

ADDRESS = "boss@hospital.example"


@pytest.mark.django_db
@pytest.mark.parametrize(("verified", "own"), [(False, False), (True, False), (False, True)])
def test_an_address_that_was_only_asked_for_is_nobodys(
    teammate: Actor, settings: Any, verified: bool, own: bool
) -> None:
    settings.AUSCULT = dataclasses.replace(
        settings.AUSCULT, oidc_url="https://sso.hospital.example", oidc_client_id="auscult"
    )
    settings.SOCIALACCOUNT_PROVIDERS = single_sign_on(settings.AUSCULT)
    person = User.objects.get(pk=teammate.user_id or 0)
    person.email = ADDRESS if own else "kim@hospital.example"
    person.save()
    EmailAddress.objects.create(user=person, email=ADDRESS, verified=verified)
    request = RequestFactory().get("/")
    login = SocialLogin(
        account=SocialAccount(provider="house", uid="9"),
        provider=Provider().get_provider(request, "house"),
        email_addresses=[EmailAddress(email=ADDRESS, verified=True)],
    )
    with context.request_context(request):
        found = Provider().authenticate_by_email(login)
    assert found == ((person, ADDRESS) if verified or own else None)
