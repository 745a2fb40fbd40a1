"""What is kept encrypted: the bodies of letters that wait, and the secrets of webhooks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.db.models import Model, QuerySet

from auscult.engine.kernel.secrets import Keyring, SecretLost
from auscult.web.accounts.keys import keyring
from auscult.web.delivery.models import Hook, Letter


def sealed(body: Mapping[str, Any]) -> str:
    """Return a letter's body as it is kept."""
    return keyring().encrypt(json.dumps(body))


def unsealed(kept: str) -> dict[str, Any]:
    """Return a letter's body.

    Raises
    ------
    SecretLost
        The key that it was encrypted under is gone.
    """
    found: dict[str, Any] = json.loads(keyring().decrypt(kept))
    return found


def renew(ring: Keyring, organisation_id: int) -> int:
    """Encrypt an organisation's letters and webhooks under the first key; return how many.

    Letters without an organisation go with each. What no key decrypts stays as it is: a letter
    is given up when it is sent, a webhook asks for a new secret.
    """
    hooks = Hook.objects.filter(organisation_id=organisation_id)
    own = Letter.objects.filter(organisation_id=organisation_id)
    letters = (own | Letter.objects.filter(organisation=None)).exclude(body="")
    return _renew(ring, hooks, "secret") + _renew(ring, letters, "body")


def _renew(ring: Keyring, rows: QuerySet[Any, Model], field: str) -> int:
    renewed = 0
    for pk, kept in rows.values_list("pk", field):
        if ring.is_current(kept):
            continue
        try:
            anew = ring.encrypt(ring.decrypt(kept))
        except SecretLost:
            continue
        # Unless it was changed meanwhile: then it was by who has the new key.
        renewed += rows.filter(pk=pk, **{field: kept}).update(**{field: anew})
    return renewed
