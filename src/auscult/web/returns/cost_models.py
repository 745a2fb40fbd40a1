"""What was spent: time of people by role, and what was bought. See `engine.returns.costs`.

Amounts are in units of their currency (euros, not cents). A bet is the purpose of a cost; what has
none is for all alike.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Organisation, User
from auscult.web.planning.models import Bet

USUAL_CURRENCY = "EUR"
USUAL_WINDOW = 30  # days before an outcome in which a touch counts


class AttributionRule(models.TextChoices):
    """How an outcome is shared among the touches before it: `engine.returns.attribution.Rule`."""

    FIRST = "first", _("all to the first touch")
    LAST = "last", _("all to the last touch")
    LINEAR = "linear", _("the same to each touch")
    POSITION = "position", _("first and last most, the others the rest")
    DATA = "data", _("by the data: Shapley values of the journeys")


class Ledger(models.Model):
    """How a house keeps its book: the currency in which it reckons, and the rule of attribution.

    Without a row the defaults hold. `site_key` names the house in the address that its website
    tells conversions to; it opens nothing.
    """

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, primary_key=True, related_name="ledger"
    )
    currency = models.CharField(max_length=3, default=USUAL_CURRENCY)
    rule = models.CharField(max_length=8, choices=AttributionRule, default=AttributionRule.LAST)
    window_days = models.PositiveSmallIntegerField(default=USUAL_WINDOW)
    site_key = models.CharField(max_length=40, blank=True, default="")
    # Origins ("https://clinic.example") whose pages may tell conversions.
    sites: models.JSONField[list[str], list[str]] = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["site_key"], condition=~Q(site_key=""), name="returns_ledger_site"
            ),
            models.CheckConstraint(
                condition=Q(window_days__gte=1, window_days__lte=366), name="returns_ledger_window"
            ),
            models.CheckConstraint(
                condition=Q(rule__in=AttributionRule.values), name="returns_ledger_rule"
            ),
        ]

    def __str__(self) -> str:
        return f"ledger of {self.organisation_id}"


class WorkRole(models.Model):
    """A kind of work that costs alike: editor, nurse, volunteer."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="work_roles"
    )
    name = models.CharField(max_length=100)
    # Time that the house doesn't pay for: shown beside what is paid, never in it.
    given = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="returns_role_once")
        ]

    def __str__(self) -> str:
        return self.name


class Rate(models.Model):
    """What an hour of a role costs from a day on, with all that an employer pays."""

    role = models.ForeignKey(WorkRole, on_delete=models.CASCADE, related_name="rates")
    hourly = models.FloatField()
    currency = models.CharField(max_length=3)
    since = models.DateField()
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["role", "since"], name="returns_rate_once"),
            models.CheckConstraint(condition=Q(hourly__gte=0), name="returns_rate_hourly"),
        ]

    def __str__(self) -> str:
        return f"{self.role_id}: {self.hourly:g} {self.currency} since {self.since}"


class Worker(models.Model):
    """As what a member works; time of members without a row has no rate, and is listed so."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="workers")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    role = models.ForeignKey(WorkRole, on_delete=models.CASCADE, related_name="workers")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="returns_worker_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.role_id}"


class TimeOrigin(models.TextChoices):
    """How minutes became known."""

    TIMER = "timer", _("by the timer")
    TYPED = "typed", _("typed in")
    FILE = "file", _("from a file")
    PROGRAM = "program", _("from a program")
    ESTIMATE = "estimate", _("estimated")


class Worked(models.Model):
    """Minutes on a day. Check-ins and tasks of the plan have theirs; `working` puts all together."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="worked")
    bet = models.ForeignKey(Bet, null=True, on_delete=models.SET_NULL, related_name="worked")
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    # Of those who have no account, and where somebody worked as something else than usual.
    role = models.ForeignKey(WorkRole, null=True, on_delete=models.SET_NULL, related_name="worked")
    day = models.DateField()
    minutes = models.PositiveIntegerField()
    origin = models.CharField(max_length=8, choices=TimeOrigin, default=TimeOrigin.TYPED)
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=1), name="returns_worked_minutes"),
            models.CheckConstraint(
                condition=Q(origin__in=TimeOrigin.values), name="returns_worked_origin"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "day"], name="returns_worked_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.minutes} minutes"


class Timer(models.Model):
    """A clock that a person started; each has one at most."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    bet = models.ForeignKey(Bet, null=True, on_delete=models.CASCADE, related_name="+")
    started_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user_id} since {self.started_at:%Y-%m-%d %H:%M}"


class ChargeKind(models.TextChoices):
    """What was paid for: `engine.returns.costs.Kind` without labour."""

    TOOL = "tools", _("tools")
    KIT = "kit", _("kit")
    ADVERTISING = "advertising", _("advertising")
    PRODUCTION = "production", _("production")
    OTHER = "other", _("other")


class Every(models.TextChoices):
    """How often a charge comes: `engine.returns.costs.Every`."""

    ONCE = "once", _("once")
    DAY = "day", _("every day")
    WEEK = "week", _("every week")
    MONTH = "month", _("every month")
    QUARTER = "quarter", _("every quarter")
    YEAR = "year", _("every year")


class Charge(models.Model):
    """Something bought. With `life_months` it wears off over them, down to `residual`."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="charges")
    what = models.CharField(max_length=200)
    kind = models.CharField(max_length=11, choices=ChargeKind)
    amount = models.FloatField(null=True)  # each time; null: not known yet, and listed so
    currency = models.CharField(max_length=3)
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    every = models.CharField(max_length=7, choices=Every, default=Every.ONCE)
    life_months = models.PositiveSmallIntegerField(null=True)
    residual = models.FloatField(default=0)
    source = models.CharField(max_length=200, blank=True, default="")  # the invoice

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0), name="returns_charge_amount"
            ),
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(last_day__gte=F("first_day")),
                name="returns_charge_days",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ChargeKind.values, every__in=Every.values),
                name="returns_charge_choices",
            ),
            models.CheckConstraint(
                condition=Q(life_months=None)
                | Q(life_months__gte=1, every="once", kind="kit", last_day=None),
                name="returns_charge_life",
            ),
        ]

    def __str__(self) -> str:
        return self.what


class Use(models.Model):
    """How much a bet uses something bought, in any unit; only proportions count."""

    charge = models.ForeignKey(Charge, on_delete=models.CASCADE, related_name="uses")
    bet = models.ForeignKey(Bet, on_delete=models.CASCADE, related_name="+")
    share = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["charge", "bet"], name="returns_use_once"),
            models.CheckConstraint(condition=Q(share__gt=0), name="returns_use_share"),
        ]

    def __str__(self) -> str:
        return f"{self.charge_id} for {self.bet_id}: {self.share:g}"


class ExchangeRate(models.Model):
    """What one unit of a currency was worth in another from a day on."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="exchange_rates"
    )
    of = models.CharField(max_length=3)
    into = models.CharField(max_length=3)
    rate = models.FloatField()
    day = models.DateField()
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "of", "into", "day"], name="returns_exchange_once"
            ),
            models.CheckConstraint(
                condition=Q(rate__gt=0) & ~Q(of=F("into")), name="returns_exchange_rate"
            ),
        ]

    def __str__(self) -> str:
        return f"1 {self.of} = {self.rate:g} {self.into}, {self.day}"
