"""What the house's provider says of a person, believed once everything about it holds.

django-allauth asks the provider and reads its answer. Here stands what the OpenID Connect
specification asks for beyond that (Core 1.0, 3.1.3.7 and 5.3.2; Discovery 1.0, 4.3): the signature
of an ID token by a key of the provider's own set, the issuer that the settings name, the nonce of
this very sign-in, and that both answers are of one person.
"""

from __future__ import annotations

import secrets
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse

# By a key pair alone: neither unsigned nor by a secret that others may know.
ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
)  # fmt: skip
DEMANDED = ["iss", "sub", "aud", "exp", "iat"]
CLOCKS_DIFFER = 60  # seconds, between the provider's clock and ours


class Answers(OpenIDConnectOAuth2Adapter):
    """Reads the provider's answers.

    Attributes
    ----------
    nonce : str
        What was sent along when this sign-in began; the callback sets it.
    """

    nonce = ""

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **more: Any
    ) -> SocialLogin:
        """Return who signs in.

        Raises
        ------
        OAuth2Error
            There is no ID token, it doesn't hold, or it is of somebody else.
        """
        if not more["response"].get("id_token"):
            raise OAuth2Error("The provider sent no ID token")
        login: SocialLogin = super().complete_login(request, app, token, **more)
        told = login.account.extra_data
        if told["userinfo"].get("sub") != told["id_token"]["sub"]:
            raise OAuth2Error("The provider's two answers are of two persons")
        return login

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        issuer = self._described("issuer")
        named = app.settings["server_url"].partition("/.well-known/")[0]
        if issuer.rstrip("/") != named.rstrip("/"):
            raise OAuth2Error("The provider calls itself otherwise than the settings do")
        try:
            claims: dict[str, Any] = jwt.decode(
                id_token,
                self._key_of(id_token),
                algorithms=ALGORITHMS,
                audience=app.client_id,
                issuer=issuer,
                leeway=CLOCKS_DIFFER,
                options={"require": DEMANDED},
            )
        except jwt.PyJWTError as error:
            raise OAuth2Error(f"The ID token doesn't hold: {type(error).__name__}") from error
        if claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("The ID token was made for another client")
        if not self.nonce or claims.get("nonce") != self.nonce:
            raise OAuth2Error("The ID token is of another sign-in")
        return claims

    def _described(self, name: str) -> str:
        """Return what the provider's own description says of itself."""
        found = self.openid_config.get(name)
        if not isinstance(found, str):
            raise OAuth2Error(f"The provider's description has no {name}")
        return found

    def _key_of(self, id_token: str) -> jwt.PyJWK:
        """Return the provider's key that a token names; of a token's own keys none is read."""
        name = jwt.get_unverified_header(id_token).get("kid")
        with get_adapter().get_requests_session() as session:
            answer = session.get(self._described("jwks_uri"))
            answer.raise_for_status()
            known = jwt.PyJWKSet.from_dict(answer.json()).keys
        fitting = [key for key in known if key.key_id == name] if name else known
        if len(fitting) != 1:
            raise jwt.InvalidKeyError("no single key of the provider's has this name")
        return fitting[0]


class House(OpenIDConnectProvider):
    """The house's provider, asked as the settings say and not as an address does."""

    def get_oauth2_adapter(self, request: HttpRequest) -> Answers:
        """Return what reads its answers."""
        return Answers(request, self.app.provider_id)

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """Return how the browser is sent there, with a nonce that the state keeps until it is back.

        django-allauth takes further parameters and scopes from the address; here they are ours.
        """
        nonce = secrets.token_urlsafe(16)
        given: dict[str, Any] = super().get_redirect_from_request_kwargs(request)
        return given | {
            "scope": self.get_scope(),
            "auth_params": self.get_auth_params() | {"nonce": nonce},
            "nonce": nonce,
        }


class Callback(OAuth2CallbackView):
    """Where the provider leads back to."""

    adapter: Answers

    def _get_state(self, request: HttpRequest, provider: House) -> tuple[Any, Any]:
        state, response = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")
        return state, response


@login_not_required
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Sign in who comes back from the provider."""
    try:
        answer: HttpResponse = Callback.adapter_view(Answers(request, provider_id))(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    return answer
