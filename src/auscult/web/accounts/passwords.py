"""Whether a password is hard to guess, and what to do where it isn't."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from zxcvbn import zxcvbn

from auscult.web.accounts.models import Organisation

ENOUGH = 3  # of zxcvbn's 0 to 4: safe against guessing a copied database for months
LOOKED_AT = 72  # characters; the time that zxcvbn takes grows fast with them
PERSONAL = ("username", "email", "first_name", "last_name")
# Words of the place, which whoever guesses tries first; docs/explanation/signing-in.md lists them.
OF_THE_PLACE = (
    "auscult", "hospital", "clinic", "listening", "krankenhaus", "klinik", "klinikum", "spital",
)  # fmt: skip
SHORTEST_WORD = 3  # of known ones, in letters
OWN_LETTERS = 4  # beside known words; fewer are an ending, as people hang on to a word

# What zxcvbn says, in words that can be translated. What isn't here isn't said.
WARNINGS = {
    "Straight rows of keys are easy to guess.": gettext_lazy(
        "Rows of keys, like “qwertz”, are guessed first."
    ),
    "Short keyboard patterns are easy to guess.": gettext_lazy(
        "Patterns on the keyboard are guessed first."
    ),
    'Repeats like "aaa" are easy to guess.': gettext_lazy("Repeats, like “aaa”, add nothing."),
    'Repeats like "abcabcabc" are only slightly harder to guess than "abc".': gettext_lazy(
        "Repeats, like “abcabc”, add nearly nothing."
    ),
    'Sequences like "abc" or "6543" are easy to guess.': gettext_lazy(
        "Sequences, like “abc” or “6543”, are guessed first."
    ),
    "Recent years are easy to guess.": gettext_lazy("Years are guessed first."),
    "Dates are often easy to guess.": gettext_lazy("Dates are guessed first."),
    "This is a top-10 common password.": gettext_lazy("Many people have this very password."),
    "This is a top-100 common password.": gettext_lazy("Many people have this very password."),
    "This is a very common password.": gettext_lazy("Many people have this very password."),
    "This is similar to a commonly used password.": gettext_lazy(
        "It is close to a password that many people have."
    ),
    "A word by itself is easy to guess.": gettext_lazy("One word alone is guessed quickly."),
    "Names and surnames by themselves are easy to guess.": gettext_lazy(
        "Names alone are guessed quickly."
    ),
    "Common names and surnames are easy to guess.": gettext_lazy("Names are guessed quickly."),
}


class HardToGuess:
    """Django's password validator by zxcvbn: its guesses, not rules about signs."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError, with what to do, for a password that is guessed too soon."""
        known = known_words(user)
        found = zxcvbn(password[:LOOKED_AT], user_inputs=known)
        if found["score"] >= ENOUGH and not consists_of(known, password):
            return
        warning = WARNINGS.get(found["feedback"]["warning"])
        reasons = [str(warning)] if warning else []
        raise ValidationError(
            [*reasons, _("Take four or more words that have nothing to do with each other.")],
            code="password-guessable",
        )

    def get_help_text(self) -> str:
        """Return what a good password is."""
        return _("Four or more words that have nothing to do with each other are a good one.")


def known_words(user: Any) -> list[str]:
    """Return the words that add nothing to a password: of its person, the houses and the place."""
    names = [str(getattr(user, name, "") or "") for name in PERSONAL]
    names += [*Organisation.objects.values_list("name", flat=True), *settings.AUSCULT.allowed_hosts]
    words = {*OF_THE_PLACE}
    for name in names:
        words |= {name.lower(), re.sub(r"[\W_]", "", name.lower())}
        words |= set(re.split(r"[\W_]+", name.lower()))
    return sorted(word for word in words if len(word) >= SHORTEST_WORD)


def consists_of(known: list[str], password: str) -> bool:
    """Return whether a password is known words with numbers, signs and up to three letters."""
    rest = password.lower()
    for word in sorted(known, key=len, reverse=True):
        rest = rest.replace(word, " ")
    letters = sum(one.isalpha() for one in rest)
    return rest != password.lower() and letters < OWN_LETTERS
