"""What people type about short links."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor
from auscult.web.planning.models import Bet
from auscult.web.returns import queries
from auscult.web.returns.forms import ReturnsForm
from auscult.web.returns.link_actions import LONGEST_SLUG, LONGEST_TITLE, LinkWish
from auscult.web.returns.link_models import ShortLink
from auscult.web.returns.link_targets import LONGEST as LONGEST_TARGET
from auscult.web.returns.path_channels import CHANNELS
from auscult.web.returns.recording import LONGEST_CAMPAIGN, LONGEST_CHANNEL


class LinkForm(ReturnsForm):
    """A short link; its name is typed once, for it stands in print."""

    target = forms.CharField(
        label=_("Where it leads"),
        max_length=LONGEST_TARGET,
        widget=forms.URLInput(),
        help_text=_("The whole address of a page: https://clinic.example/flu"),
    )
    title = forms.CharField(
        label=_("Title"), max_length=LONGEST_TITLE, help_text=_("For you: “Flu day, first post”.")
    )
    channel = forms.CharField(
        label=_("Where you post it"),
        max_length=LONGEST_CHANNEL,
        widget=forms.TextInput(attrs={"list": "channels"}),
        help_text=_("The network or other way: mastodon, instagram, mail, poster."),
    )
    campaign = forms.CharField(
        label=_("Campaign"),
        max_length=LONGEST_CAMPAIGN,
        required=False,
        help_text=_("Empty: the title of the bet."),
    )
    bet = forms.ModelChoiceField(
        label=_("Bet"), queryset=Bet.objects.none(), required=False, empty_label=_("none")
    )
    ambassadors = forms.BooleanField(
        label=_("Colleagues post it who speak for the house"), required=False
    )
    slug = forms.CharField(
        label=_("Its name in the address"),
        max_length=LONGEST_SLUG,
        required=False,
        help_text=_("Empty: six letters are drawn that nobody mistakes. It stays for ever."),
    )
    channels = CHANNELS

    def __init__(
        self, actor: Actor, data: QueryDict | None = None, *, row: ShortLink | None, **more: Any
    ) -> None:
        names = ("target", "title", "channel", "campaign", "bet", "ambassadors")
        initial = {name: getattr(row, name) for name in names} if row else {}
        super().__init__(data, initial=initial, **more)
        self.offer("bet", queries.bets(actor))
        if row is not None:
            del self.fields["slug"]

    def wish(self) -> LinkWish:
        """Return what was typed; call it after `is_valid`."""
        return LinkWish(**self.cleaned_data)
