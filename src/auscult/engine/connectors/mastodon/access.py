"""Whether an instance shows a timeline to us: asked at the start, and daily."""

from __future__ import annotations

import time

from auscult.engine.connectors.mastodon.accounts import account_id
from auscult.engine.connectors.mastodon.api import Api
from auscult.engine.connectors.mastodon.errors import Closed
from auscult.engine.connectors.mastodon.instance import Instance, discover
from auscult.engine.connectors.mastodon.looks import Looks
from auscult.engine.connectors.mastodon.timelines import Kind
from auscult.engine.connectors.mastodon.track import Track

DAILY = 86_400.0


class Access:
    """Finds out which timelines are closed to us.

    An instance may answer an empty list instead of an error where it shows nothing. So its
    own word counts (`timelines_access`), and a timeline that had posts and has none at all is
    in doubt until something comes.

    Attributes
    ----------
    instance : Instance
        As it was found last.
    due : float
        When to examine next, by the monotonic clock.
    """

    def __init__(self, api: Api, instance: Instance, looks: Looks) -> None:
        self._api = api
        self.instance = instance
        self._looks = looks
        self._fresh = True  # the instance was asked just now
        self.due = 0.0

    def examine(self, tracks: list[Track]) -> None:
        """Set or take away each timeline's reason for being closed.

        Raises
        ------
        Remote
            The instance failed; what was found so far stands.
        """
        if not self._fresh:
            self.instance = discover(self._api)
        self._fresh = False
        for track in tracks:
            was = track.why
            try:
                track.why, track.wants_login = self._why(track)
            except Closed as error:
                track.why, track.wants_login = str(error), error.needs_login
            if was and not track.why:
                track.due, track.behind = 0.0, True
        self.due = time.monotonic() + DAILY

    def closed_parts(self, track: Track) -> tuple[str, ...]:
        """Return the parts of a timeline that are closed while others are open."""
        return self.instance.closed_parts(track.timeline, signed_in=self._api.signed_in)

    def _why(self, track: Track) -> tuple[str, bool]:
        timeline = track.timeline
        if timeline.kind is Kind.ACCOUNT and not track.account_id:
            track.account_id = account_id(self._api, timeline.of)
        said = self.instance.why_closed(timeline, signed_in=self._api.signed_in)
        if said and not self._api.signed_in:
            return said, "signed in" in said
        if said:
            # Some people see what is closed: the instance's own moderators, for one.
            return ("", False) if self._looks.newest(track) else (said, False)
        empty = track.min_id is not None and not self._looks.newest(track)
        track.doubt = (
            f"{self.instance.domain} answers with an empty list for {timeline}, which had posts "
            "before: it may be closed."
            if empty
            else ""
        )
        return "", False
