"""How passwords are kept: Argon2id with what OWASP asks for, in memory that a small machine has."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    """19 MiB and two rounds a sign-in; Django's own 100 MiB, eight at once, would fell a server."""

    memory_cost = 19 * 1024  # KiB
    time_cost = 2
    parallelism = 1
