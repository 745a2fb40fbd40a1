"""What the same outcome costs by another way. See `engine.returns.comparing` and `.exposure`."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Organisation
from auscult.web.returns.outcome_models import OutcomeKind


class Basis(models.TextChoices):
    """What is known of another way."""

    OWN = "own", _("the house's own costs and outcomes")
    PUBLISHED = "published", _("a published cost per outcome")


class Comparator(models.Model):
    """A traditional channel: television, print, mail, press."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="comparators"
    )
    kind = models.ForeignKey(OutcomeKind, on_delete=models.CASCADE, related_name="comparators")
    channel = models.CharField(max_length=100)
    basis = models.CharField(max_length=9, choices=Basis)
    currency = models.CharField(max_length=3)
    first_day = models.DateField()
    last_day = models.DateField()
    incremental = models.BooleanField(default=False)  # else: tracked
    cost = models.FloatField(null=True)  # own
    outcomes = models.FloatField(null=True)
    per_outcome = models.FloatField(null=True)  # published
    low = models.FloatField(null=True)  # its 90 % interval, where published
    high = models.FloatField(null=True)
    source = models.CharField(max_length=300)
    source_day = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="returns_comparator_days"
            ),
            models.CheckConstraint(
                condition=Q(
                    basis="own",
                    cost__gte=0,
                    outcomes__gte=0,
                    per_outcome=None,
                    low=None,
                    high=None,
                )
                | Q(basis="published", per_outcome__gt=0, cost=None, outcomes=None),
                name="returns_comparator_known",
            ),
        ]

    def __str__(self) -> str:
        return self.channel


class Equivalency(models.Model):
    """What an exposure would have cost if bought: an assumption, never part of a return."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="equivalencies"
    )
    what = models.CharField(max_length=200)
    impressions = models.PositiveBigIntegerField()
    per_1000 = models.FloatField()  # what a thousand of them cost where bought
    currency = models.CharField(max_length=3)
    first_day = models.DateField()
    last_day = models.DateField()
    source = models.CharField(max_length=300)
    source_day = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(per_1000__gte=0, last_day__gte=F("first_day")),
                name="returns_equivalency_values",
            )
        ]

    def __str__(self) -> str:
        return self.what
