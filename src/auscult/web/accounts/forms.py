"""Forms of the organisation, its teams and people, of an invitation, and of second factors."""

from __future__ import annotations

import zoneinfo
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings as factors
from allauth.mfa.adapter import get_adapter as get_factors_adapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts import people
from auscult.web.accounts.fields import RowsField
from auscult.web.accounts.models import MEMBERS, Actor, Invitation, Membership, Role, Team, User

ROLES = [(role.value, role.label) for role in Role if role.value in MEMBERS]


class HouseForm(forms.Form):
    """The organisation's name and time zone."""

    name = forms.CharField(label=_("Name of the organisation"), max_length=200)
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        help_text=_("In which its days begin and end, in charts and in the weekly brief."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone)
        field = self.fields["time_zone"]
        if isinstance(field, forms.ChoiceField):
            named = [(zone, zone.replace("_", " ")) for zone in zones]
            field.choices = [("", _("As this installation has it")), *named]


class TeamForm(forms.Form):
    """A team's name."""

    name = forms.CharField(label=_("Name of the team"), max_length=100)


class TeamMembersForm(TeamForm):
    """A team's name, and who belongs to it."""

    members = RowsField(
        label=_("Members"),
        queryset=Membership.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_from(self.fields["members"], Membership, actor)
        self.fields["members"].label_from_instance = lambda one: one.user.get_username()  # type: ignore[attr-defined]


class MemberForm(forms.Form):
    """What a member is, and the teams that she belongs to."""

    role = forms.ChoiceField(label=_("Role"), choices=ROLES)
    teams = RowsField(
        label=_("Teams"),
        queryset=Team.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_from(self.fields["teams"], Team, actor)


class InvitationForm(MemberForm):
    """Whom to invite, as what."""

    email = forms.EmailField(label=_("E-mail address"))
    field_order = ("email", "role", "teams")


class JoinForm(forms.Form):
    """How an invited person is called, and the password that she chooses."""

    username = forms.CharField(
        label=_("Your name"),
        max_length=150,
        help_text=_("As colleagues know you; with it or your e-mail address you sign in."),
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("Password"),
        help_text=_(
            "At least ten characters; four or more words that have nothing to do with each "
            "other are a good one."
        ),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(
        self,
        *args: Any,
        invitation: Invitation,
        former: User | None,
        by_password: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.invitation, self.former = invitation, former
        if former is not None:
            del self.fields["username"]
        if not by_password:
            del self.fields["password"]

    def clean_username(self) -> str:
        """Refuse a name that somebody has."""
        return str(get_adapter().clean_username(self.cleaned_data["username"].strip()))

    def clean(self) -> dict[str, Any]:
        """Refuse a password that is easy to guess, also because it is her name."""
        given = super().clean() or {}
        if "password" in given:
            name = given.get("username", "")
            user = self.former or User(username=name, email=self.invitation.email)
            try:
                validate_password(given["password"], user)
            except forms.ValidationError as error:
                self.add_error("password", error)
        return given


class AnyAnswer(forms.Form):
    """What a browser says of a key, refused whatever it is where it isn't what a key says.

    django-allauth takes it for granted that it has its parts, and breaks where one is missing.
    """

    def full_clean(self) -> None:
        """Check everything; what can't be read is a wrong code."""
        try:
            super().full_clean()
        except (AttributeError, KeyError, TypeError, ValueError):
            self.data = {}  # which the page would try to read once more
            self.add_error(None, get_factors_adapter().validation_error("incorrect_code"))


class KeySignInForm(AnyAnswer, LoginWebAuthnForm):
    """What a passkey says, in place of a password."""


class KeyAfterPasswordForm(AnyAnswer, AuthenticateWebAuthnForm):
    """What a key says after the password."""


class KeyAgainForm(AnyAnswer, ReauthenticateWebAuthnForm):
    """What a key says before a change of what one signs in with."""


class KeyForm(AnyAnswer, AddWebAuthnForm):
    """A passkey or security key to add; as a passkey, unless she says otherwise."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        alone = self.fields["passwordless"]
        alone.initial = True
        alone.label = _("Sign in with it alone")
        alone.help_text = _("Without: it is a second factor after the password.")


class OnceOnly(BaseAuthenticateForm):
    """A code that counts once, for as long as an app's code is valid.

    django-allauth remembers a used code for one period of 30 seconds; with tolerance a code is
    good for three, so that who had read it could use it again (RFC 6238, 5.2).
    """

    def clean_code(self) -> str:
        """Refuse an app's code that was used before."""
        code: str = super().clean_code()
        if self.authenticator.type == Authenticator.Type.TOTP:
            mark = f"auscult-code-{self.user.pk}-{normalize_user_code(code)}"
            valid = factors.TOTP_PERIOD * (2 * factors.TOTP_TOLERANCE + 1)
            if not cache.add(mark, True, valid):  # noqa: FBT003 - a mark
                self._emit_authentication_failed(self.authenticator)
                raise get_factors_adapter().validation_error("incorrect_code")
        return code


class CodeForm(OnceOnly, AuthenticateForm):
    """The code that is asked for after the password."""


class CodeAgainForm(OnceOnly, ReauthenticateForm):
    """The code that is asked for before a change of what one signs in with."""


def _choose_from(field: forms.Field, of: type[Team | Membership], actor: Actor) -> None:
    """Let a field choose among the organisation's teams or members."""
    if isinstance(field, forms.ModelMultipleChoiceField):
        ours = Membership.objects.filter(organisation_id=actor.organisation_id)
        field.queryset = (
            people.teams(actor)
            if of is Team
            else ours.select_related("user").order_by("user__username")
        )
