"""Short links of the house, counted without cookies."""

from __future__ import annotations

from django.db import models

from auscult.web.accounts.models import Organisation, User
from auscult.web.planning.models import Bet


class ShortLink(models.Model):
    """An address of this installation that leads to a page of the house.

    What it is for (bet, network, campaign, ambassador programme) goes to the outcomes that come
    through it.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="short_links"
    )
    slug = models.SlugField(max_length=40, unique=True)
    target = models.URLField(max_length=2000)
    title = models.CharField(max_length=200)
    channel = models.CharField(max_length=60)
    campaign = models.CharField(max_length=100, blank=True, default="")
    bet = models.ForeignKey(Bet, null=True, on_delete=models.SET_NULL, related_name="short_links")
    ambassadors = models.BooleanField(default=False)
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # it still leads there, and counts nothing

    def __str__(self) -> str:
        return self.slug


class VisitCount(models.Model):
    """How often a link was followed on a day; `untracked`: of them by people who asked not to be."""

    link = models.ForeignKey(ShortLink, on_delete=models.CASCADE, related_name="visits")
    day = models.DateField()
    visits = models.PositiveIntegerField(default=0)
    untracked = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["link", "day"], name="returns_visit_once")]

    def __str__(self) -> str:
        return f"{self.link_id}, {self.day}: {self.visits}"


class Click(models.Model):
    """A visit that may still become an outcome; forgotten when the window of attribution ends."""

    link = models.ForeignKey(ShortLink, on_delete=models.CASCADE, related_name="clicks")
    # Digest of the random mark that the visitor's address carries. It names nobody.
    mark = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="returns_click_at")]

    def __str__(self) -> str:
        return f"{self.link_id}, {self.at:%Y-%m-%d %H:%M}"
