"""Secrets are kept as Fernet has them: AES-128-CBC with a new IV, then HMAC-SHA256 over all."""

from __future__ import annotations

import base64

import pytest

from auscult.engine.kernel.secrets import Keyring, SecretLost, new_key

KEY = new_key()


def test_the_form_is_fernets_and_no_two_are_alike() -> None:
    first, second = (base64.urlsafe_b64decode(Keyring([KEY]).encrypt("hunter2")) for _ in range(2))
    for one in (first, second):
        assert one[0] == 0x80  # its version: the cipher and the digest are fixed by it
        assert len(one) == 1 + 8 + 16 + 16 + 32  # version, time, IV, one block, HMAC-SHA256
    assert first[9:25] != second[9:25]


@pytest.mark.parametrize("place", [0, 5, 12, 30, 60])
def test_not_one_bit_can_be_changed(place: int) -> None:
    kept = bytearray(base64.urlsafe_b64decode(Keyring([KEY]).encrypt("hunter2")))
    kept[place] ^= 1
    with pytest.raises(SecretLost):
        Keyring([KEY]).decrypt(base64.urlsafe_b64encode(kept).decode())
