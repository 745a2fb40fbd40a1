"""Cycles, what stands in them, what people said about it, and how the plan was on any day."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from auscult.engine.planning.periods import Period
from auscult.web.accounts.models import Organisation, Team, User
from auscult.web.goals.models import Objective, Priority
from auscult.web.listening.models import Watch
from auscult.web.planning import (  # noqa: F401 - Django looks for tables from here
    claims_models,
    estimate_models,
    people_models,
    resource_models,
)
from auscult.web.planning.moves import AssumptionState, BetState, CycleState, TaskState

USUAL_DAYS = 100
FEWEST_DAYS, MOST_DAYS = 7, 366


class Cycle(models.Model):
    """A hundred days, or as many as a house wants; counted from 1 in the house's time zone."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="cycles")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    first_day = models.DateField()
    days = models.PositiveSmallIntegerField(default=USUAL_DAYS)
    state = models.CharField(max_length=7, choices=CycleState, default=CycleState.PLANNED)
    # Counts the changes; its UPDATE makes those who change the plan take turns.
    versions_kept = models.PositiveIntegerField(default=0)
    focus = models.ManyToManyField(Priority, through="Focus", related_name="cycles")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "number"], name="planning_cycle_number"
            ),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(state="running"),
                name="planning_cycle_one_runs",
            ),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(state="planned"),
                name="planning_cycle_one_planned",
            ),
            models.CheckConstraint(
                condition=Q(days__gte=FEWEST_DAYS, days__lte=MOST_DAYS), name="planning_cycle_days"
            ),
            models.CheckConstraint(
                condition=Q(state__in=CycleState.values), name="planning_cycle_state"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def period(self) -> Period:
        """Its days, to count with."""
        return Period(first_day=self.first_day, length=self.days)

    @property
    def last_day(self) -> date:
        """The last day that belongs to it."""
        return self.period.last_day


class Focus(models.Model):
    """A priority that a cycle is for."""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="foci")
    priority = models.ForeignKey(Priority, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "priority"], name="planning_focus_once")
        ]

    def __str__(self) -> str:
        return f"{self.cycle_id}: {self.priority_id}"


class Assumption(models.Model):
    """What has to be so for the plan to work, and what would show that it isn't."""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="assumptions")
    number = models.PositiveIntegerField()
    text = models.TextField()
    noticed_by = models.TextField(blank=True, default="")
    watch = models.ForeignKey(Watch, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=5, choices=AssumptionState, default=AssumptionState.HOLDS)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "number"], name="planning_assumption_number")
        ]

    def __str__(self) -> str:
        return self.text


class Bet(models.Model):
    """What is done in a cycle for an objective; without one it is done for its own sake."""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="bets")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=7, choices=BetState, default=BetState.ON)
    objective = models.ForeignKey(
        Objective, null=True, on_delete=models.SET_NULL, related_name="bets"
    )
    owner = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    function = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="+")
    # The initiative of a business function that it extends; empty: social media alone.
    amplifies = models.CharField(max_length=200, blank=True, default="")
    audience = models.CharField(max_length=200, blank=True, default="")
    networks = models.JSONField(default=list)
    kit = models.TextField(blank=True, default="")
    confidence = models.PositiveSmallIntegerField(default=3)
    # Of the bets with the same word here one is made.
    either_or = models.CharField(max_length=50, blank=True, default="")
    depends_on = models.ManyToManyField("self", symmetrical=False, related_name="needed_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "number"], name="planning_bet_number"),
            models.CheckConstraint(
                condition=Q(confidence__gte=1, confidence__lte=5), name="planning_bet_confidence"
            ),
            models.CheckConstraint(
                condition=Q(state__in=BetState.values), name="planning_bet_state"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Level(models.Model):
    """What a bet brings towards its objective's target at one spending, in the objective's unit."""

    bet = models.ForeignKey(Bet, on_delete=models.CASCADE, related_name="levels")
    place = models.PositiveSmallIntegerField()
    hours = models.FloatField()  # a week
    money = models.FloatField()  # over the cycle
    low = models.FloatField()
    likely = models.FloatField()
    high = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bet", "place"], name="planning_level_once"),
            models.CheckConstraint(
                condition=Q(place__gte=1, place__lte=2, hours__gte=0, money__gte=0),
                name="planning_level_spending",
            ),
            models.CheckConstraint(
                condition=Q(low__lte=F("likely"), likely__lte=F("high")),
                name="planning_level_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bet_id}: {self.hours:g} h, {self.likely:g}"


class Need(models.Model):
    """How much of a skill a bet wants each week."""

    bet = models.ForeignKey(Bet, on_delete=models.CASCADE, related_name="needs")
    skill = models.CharField(max_length=100)
    hours = models.FloatField()
    at_least = models.FloatField(default=0)
    at_most = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bet", "skill"], name="planning_need_once"),
            models.CheckConstraint(
                condition=Q(at_least__gte=0, hours__gte=F("at_least"), at_most__gte=F("hours")),
                name="planning_need_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bet_id}: {self.skill}, {self.hours:g} h"


class TaskKind(models.TextChoices):
    """Whether something is to be done, or somebody is asked for."""

    WORK = "work", _("work")
    HELP = "help", _("help asked for")


class Task(models.Model):
    """A piece of a bet with a first and a last day."""

    bet = models.ForeignKey(Bet, on_delete=models.CASCADE, related_name="tasks")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=4, choices=TaskKind, default=TaskKind.WORK)
    first_day = models.DateField()
    last_day = models.DateField()
    people = models.ManyToManyField(User, related_name="planned_tasks")
    skill = models.CharField(max_length=100, blank=True, default="")
    depends_on = models.ManyToManyField("self", symmetrical=False, related_name="needed_by")
    state = models.CharField(max_length=7, choices=TaskState, default=TaskState.TO_DO)
    minutes = models.PositiveIntegerField(default=0)  # spent on it

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bet", "number"], name="planning_task_number"),
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="planning_task_days"
            ),
            models.CheckConstraint(
                condition=Q(state__in=TaskState.values), name="planning_task_state"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class CheckIn(models.Model):
    """How a bet goes in a week, said by one person; said again, it is changed."""

    bet = models.ForeignKey(Bet, on_delete=models.CASCADE, related_name="check_ins")
    week = models.DateField()  # its Monday
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    progress = models.PositiveSmallIntegerField()
    confidence = models.PositiveSmallIntegerField()
    blockers = models.TextField(blank=True, default="")
    hours = models.FloatField(default=0)  # hers, in that week
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bet", "week", "user"], name="planning_check_in_once"),
            models.CheckConstraint(
                condition=Q(
                    progress__lte=100,
                    confidence__gte=1,
                    confidence__lte=5,
                    hours__gte=0,
                    hours__lte=168,
                ),
                name="planning_check_in_values",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bet_id}, {self.week}: {self.progress} %"


class ReviewKind(models.TextChoices):
    """When people look back together."""

    MIDDLE = "middle", _("mid-point check")
    CLOSING = "closing", _("closing review")


class Verdict(models.TextChoices):
    """What becomes of a bet."""

    KEPT = "kept", _("keep it")
    CHANGED = "changed", _("keep it, but change it")
    DROPPED = "dropped", _("drop it")


class Review(models.Model):
    """The mid-point check or the closing review of a cycle."""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="reviews")
    kind = models.CharField(max_length=7, choices=ReviewKind)
    at = models.DateTimeField()
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    note = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "kind"], name="planning_review_once")
        ]

    def __str__(self) -> str:
        return f"{self.cycle_id}: {self.kind}"


class Finding(models.Model):
    """What a review says of one thing: an objective, a bet, or an assumption."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="findings")
    objective = models.ForeignKey(Objective, null=True, on_delete=models.CASCADE, related_name="+")
    bet = models.ForeignKey(Bet, null=True, on_delete=models.CASCADE, related_name="findings")
    assumption = models.ForeignKey(
        Assumption, null=True, on_delete=models.CASCADE, related_name="findings"
    )
    actual = models.FloatField(null=True)  # of the objective, in its unit
    # Of a bet a `Verdict`, of an assumption an `AssumptionState`.
    verdict = models.CharField(max_length=7, blank=True, default="")
    text = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(objective__isnull=False, bet__isnull=True, assumption__isnull=True)
                    | Q(objective__isnull=True, bet__isnull=False, assumption__isnull=True)
                    | Q(objective__isnull=True, bet__isnull=True, assumption__isnull=False)
                ),
                name="planning_finding_of_one",
            ),
            *[
                models.UniqueConstraint(fields=["review", about], name=f"planning_finding_{about}")
                for about in ("objective", "bet", "assumption")
            ],
        ]

    def __str__(self) -> str:
        return f"{self.review_id}: {self.verdict or self.actual}"


class Lesson(models.Model):
    """What a house learned, to be found when it plans something like it."""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="lessons")
    bet = models.OneToOneField(Bet, null=True, on_delete=models.CASCADE, related_name="lesson")
    text = models.TextField()
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.text


class Version(models.Model):
    """The whole plan of a cycle (`snapshots.snapshot`) after one change."""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    why = models.CharField(max_length=300)
    plan = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "number"], name="planning_version_number")
        ]

    def __str__(self) -> str:
        return f"{self.cycle_id}: version {self.number}"


class DigestReader(models.Model):
    """A member who wants the week's plan by mail."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="planning_reader_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} reads {self.organisation_id}"


class Digest(models.Model):
    """That the mails of a week were written: each week once."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    week = models.DateField()  # its Monday

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "week"], name="planning_digest_once")
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.week}"
