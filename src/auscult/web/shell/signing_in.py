"""What django-allauth is told of single sign-on."""

from __future__ import annotations

from typing import Any

from auscult.web.shell.options import Options

HOUSE = "house"  # the provider's name in addresses


def single_sign_on(options: Options) -> dict[str, Any]:
    """Return django-allauth's description of the provider that the options name, if any."""
    if not options.oidc_url:
        return {}
    house = {
        "provider_id": HOUSE,
        "name": options.oidc_name,
        "client_id": options.oidc_client_id,
        "secret": options.oidc_client_secret,
        "settings": {"server_url": options.oidc_url},
    }
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [house]}}
