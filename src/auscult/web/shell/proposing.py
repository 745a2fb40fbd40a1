"""From all the names of a house to watches: itself, its places, its clinicians, its rivals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.text import tokens
from auscult.engine.query.parse import parse
from auscult.engine.query.proposing import Proposed, propose
from auscult.engine.query.proposing.names import plain, unaccented, words_known
from auscult.engine.query.proposing.queries import NEAR
from auscult.web.goals.actions import Names
from auscult.web.listening.suggesting import House

# What stands before a clinician's name on the door, and isn't part of how people speak of her.
TITLES = frozenset(
    {"dr", "prof", "professor", "med", "pd", "priv", "doz", "mr", "mrs", "ms", "frau"}
)
AFTER = re.compile(r",.*$")  # degrees stand after a comma: Anna Lind, MD


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeHouse(House):
    """A house with the names around it; `suggesting` takes it like any other."""

    places: tuple[str, ...] = ()
    clinicians: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()

    def proposals(self) -> tuple[Proposed, ...]:
        """Return the watches of the house itself, then one for each name around it.

        Raises
        ------
        Correctable
            A name says too little; `field` is that of its list.
        """
        found = [
            *propose(self.organisation, self.town, language=self.language),
            *self._others("places", self.places, _("Posts that name this place of yours.")),
            *self._people(),
            *self._others("rivals", self.rivals, _("Posts that name them, to compare.")),
        ]
        # A name may stand in two lists: the first tells what it is.
        return tuple({one.query: one for one in reversed(found)}.values())[::-1]

    def _others(self, field: str, names: tuple[str, ...], why: str) -> Iterator[Proposed]:
        for name in names:
            try:
                first = propose(name, self.town, language=self.language)[0]
            except Correctable as error:
                raise Correctable(
                    error.message, code=error.code, field=field, hint=error.hint
                ) from error
            yield Proposed(name=first.name, query=first.query, why=why, hashtags=first.hashtags)

    def _people(self) -> Iterator[Proposed]:
        care = " OR ".join(self._beside())
        for given in self.clinicians:
            name = spoken_name(given)
            if len(name.split()) < 2:
                raise Correctable(
                    _("“%(name)s” may be anybody.") % {"name": given},
                    code="common-name",
                    field="clinicians",
                    hint=_("Write first name and last name, as patients know them."),
                )
            query = f'"{unaccented(name)}" NEAR/{NEAR} ({care})'
            parse(query)  # what can't be read is our mistake: better here than on a page
            why = _("Posts that name her or him, near the house, the town or words of care.")
            yield Proposed(name=name, query=query, why=why)

    def _beside(self) -> list[str]:
        """Return terms beside which a person's name means the clinician."""
        near = [self.organisation, self.town]
        phrases = [" ".join(unaccented(one.exact) for one in tokens(text)) for text in near]
        quoted = [f'"{phrase}"' for phrase in phrases if phrase]
        return list(dict.fromkeys([*quoted, *words_known()["care"][self.language]]))


def spoken_name(given: str) -> str:
    """Return a name without titles and degrees: "Prof. Dr. med. Anna Lind, MD" is Anna Lind."""
    words = AFTER.sub("", given).split()
    while words and plain(words[0]).strip(".") in TITLES:
        words = words[1:]
    return " ".join(words)


def whole_house(names: Names) -> WholeHouse:
    """Return the house that a profile describes."""
    return WholeHouse(
        organisation=names.name,
        town=names.town,
        language=names.language,
        places=names.places,
        clinicians=names.clinicians,
        rivals=names.rivals,
    )
