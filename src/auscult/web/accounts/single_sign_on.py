"""Who may come in by the house's own provider: members, the invited, and its mail domains."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import render

from auscult.engine.kernel.clock import SystemClock
from auscult.web.accounts import invitation_actions, invitations
from auscult.web.accounts.house_provider import House
from auscult.web.accounts.models import Invitation, Membership, User
from auscult.web.accounts.sign_in_audit import note

ASKED = ("iss", "aud")  # of an ID token: by whom, and for which client
INVITED = "auscult-invitation"  # of a session: the number of an invitation that was opened


class Provider(DefaultSocialAccountAdapter):
    """Lets in who belongs here; a person who is new joins by an invitation or her mail domain."""

    def get_provider(
        self, request: HttpRequest, provider: str, client_id: str | None = None
    ) -> House:
        """Return the house's provider; there is no other."""
        return House(request, app=self.get_app(request, provider=provider, client_id=client_id))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Return whether somebody who is new here may join."""
        if _invitation(request, sociallogin) is not None:
            return True
        return _in_domain(sociallogin) and not _is_taken(sociallogin)

    def authenticate_by_email(self, sociallogin: SocialLogin) -> Any:
        """Return the person who has an address that the provider confirms, with that address.

        An address that somebody asked for and hasn't confirmed isn't hers: whoever has it would
        come into an account of somebody else's. Nor is it hers where the provider knew somebody else
        by it: a mailbox was given to another person, who needs an invitation of her own.
        """
        found = super().authenticate_by_email(sociallogin)
        if found is None:
            return None
        person, address = found
        ours = EmailAddress.objects.filter(user=person, email__iexact=address, verified=True)
        hers = person.email.lower() == address.lower() or ours.exists()
        if not hers:
            return None
        others = (
            _was_another(person, sociallogin) and _invitation(self.request, sociallogin) is None
        )
        return None if others else found

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Prepare the account of a person who is known here by her address."""
        if not sociallogin.is_existing:
            if sociallogin.state.get("process") != AuthProcess.CONNECT and not (
                self.is_open_for_signup(request, sociallogin)
            ):
                page = render(request, "accounts/not_invited.html", status=403)
                raise ImmediateHttpResponse(page)
            return
        person = sociallogin.user
        if isinstance(person, User):
            _confirm_address(person, sociallogin)
            # Who was removed comes back by an invitation alone, whatever her mail domain is.
            self._join(request, person, sociallogin, by_domain=False)
            if sociallogin.account.pk is None:  # she was found by her address
                with transaction.atomic():
                    sociallogin.connect(request, person)
                    note(person, "connect-provider")

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> Any:
        """Make the account of a person who joins, and let her join, at once."""
        with transaction.atomic():
            person = super().save_user(request, sociallogin, form)
            self._join(request, person, sociallogin, by_domain=True)
        return person

    @staticmethod
    def _join(
        request: HttpRequest, person: User, sociallogin: SocialLogin, *, by_domain: bool
    ) -> None:
        if Membership.objects.filter(user=person).exists():
            return
        invitation = _invitation(request, sociallogin)
        if invitation is not None:
            invitation_actions.accept(invitation, user=person, clock=SystemClock())
        elif by_domain and _in_domain(sociallogin):
            invitation_actions.join_by_domain(person, clock=SystemClock())
        request.session.pop(INVITED, None)


def _confirmed(sociallogin: SocialLogin) -> list[str]:
    """Return the addresses that the provider confirms."""
    return [one.email.lower() for one in sociallogin.email_addresses if one.verified is True]


def _invitation(request: HttpRequest, sociallogin: SocialLogin) -> Invitation | None:
    """Return the invitation that was opened in this browser, or one to a confirmed address."""
    waiting = invitations.waiting(SystemClock().now())
    opened = waiting.filter(pk=request.session.get(INVITED, 0)).first()
    return opened or waiting.filter(email__in=_confirmed(sociallogin)).order_by("-pk").first()


def _in_domain(sociallogin: SocialLogin) -> bool:
    domains = {domain.lower() for domain in settings.AUSCULT.sso_domains}
    return any(address.rpartition("@")[2] in domains for address in _confirmed(sociallogin))


def _is_taken(sociallogin: SocialLogin) -> bool:
    """Return whether somebody here has one of the confirmed addresses."""
    return any(User.objects.filter(email__iexact=one).exists() for one in _confirmed(sociallogin))


def _was_another(person: User, sociallogin: SocialLogin) -> bool:
    """Return whether the same provider, asked as the same client, called a person otherwise before.

    By another issuer, or for another client, everybody is called otherwise: that tells nothing.
    """
    said = sociallogin.account.extra_data.get("id_token", {})
    others = SocialAccount.objects.filter(user=person).exclude(uid=sociallogin.account.uid)
    before = [one.extra_data.get("id_token", {}) for one in others]
    return any(
        [one.get(name) for name in ASKED] == [said.get(name) for name in ASKED] for one in before
    )


def _confirm_address(person: User, sociallogin: SocialLogin) -> None:
    """Note that the provider confirms a person's address.

    Where nobody confirmed it before, whoever typed it may have set the password too: it goes.
    """
    for address in _confirmed(sociallogin):
        ours = EmailAddress.objects.filter(user=person, email=address)
        if address != person.email.lower() or ours.filter(verified=True).exists():
            continue
        with transaction.atomic():
            person.set_unusable_password()
            person.save(update_fields=["password"])
            EmailAddress.objects.update_or_create(
                user=person, email=address, defaults={"verified": True, "primary": True}
            )
            note(person, "confirm-address", by="provider")
