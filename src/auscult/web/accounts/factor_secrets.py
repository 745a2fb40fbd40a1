"""Secrets of authenticator apps and recovery codes, under the archive's new key."""

from __future__ import annotations

from allauth.mfa.models import Authenticator

from auscult.engine.kernel.secrets import Keyring, SecretLost

FIELDS = ("secret", "seed")  # of an app, of recovery codes


def renew(ring: Keyring, organisation_id: int) -> int:
    """Encrypt the secrets of an organisation's members under the first key; return how many.

    What no key decrypts stays as it is: its person needs another way in.
    """
    renewed = 0
    for row in Authenticator.objects.filter(user__memberships__organisation_id=organisation_id):
        before = dict(row.data)
        found = next((field for field in FIELDS if field in before), None)
        if found is None or ring.is_current(before[found]):
            continue
        try:
            anew = {**before, found: ring.encrypt(ring.decrypt(before[found]))}
        except SecretLost:
            continue
        # Unless it was changed meanwhile: then it was by who has the new key.
        renewed += Authenticator.objects.filter(pk=row.pk, data=before).update(data=anew)
    return renewed
