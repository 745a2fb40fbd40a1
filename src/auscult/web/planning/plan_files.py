"""What a file with a plan looks like when it is read: the JSON that a cycle is taken away as."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from auscult.web.accounts.interfaces import Day, Text
from auscult.web.planning.errors import Wrong
from auscult.web.planning.moves import AssumptionState, BetState, TaskState

MOST = 500  # bets of a plan, and tasks of a bet
Numbered = Annotated[str, StringConstraints(pattern=r"^[1-9]\d{0,8}$")]
TaskName = Annotated[str, StringConstraints(pattern=r"^[1-9]\d{0,8}\.[1-9]\d{0,8}$")]
Finite = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Whole = Annotated[int, Field(strict=True)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=False, frozen=True)


class AssumptionRead(_Part):
    """What has to be so."""

    text: Text
    noticed_by: Text = ""
    watch: Text | None = None
    state: AssumptionState = AssumptionState.HOLDS


class LevelRead(_Part):
    """What a bet brings at a spending."""

    hours: Finite
    money: Finite = 0.0
    low: Finite
    likely: Finite
    high: Finite


class NeedRead(_Part):
    """Hours a week of a skill."""

    hours: Finite
    at_least: Finite = 0.0
    at_most: Finite | None = None


class TaskRead(_Part):
    """A task."""

    title: Text
    kind: Literal["work", "help"] = "work"
    state: TaskState = TaskState.TO_DO
    first_day: Day
    last_day: Day
    people: list[Text] = []
    skill: Text = ""
    minutes: Whole = 0
    depends_on: list[TaskName] = []


class BetRead(_Part):
    """A bet."""

    title: Text
    state: BetState = BetState.ON
    amplifies: Text = ""
    audience: Text = ""
    kit: Text = ""
    confidence: Whole = 3
    either_or: Text = ""
    objective: Text | None = None
    owner: Text | None = None
    function: Text | None = None
    networks: list[Text] = []
    depends_on: list[Whole] = []
    levels: dict[Literal["1", "2"], LevelRead] = {}
    needs: dict[Text, NeedRead] = {}
    tasks: Annotated[dict[Numbered, TaskRead], Field(max_length=MOST)] = {}


class PlanRead(_Part):
    """A plan; number and state of its cycle are read over: what is read in is planned anew."""

    title: Text
    first_day: Day
    days: Whole = 100
    focus: list[Text] = []
    assumptions: Annotated[dict[Numbered, AssumptionRead], Field(max_length=MOST)] = {}
    bets: Annotated[dict[Numbered, BetRead], Field(max_length=MOST)] = {}
    number: Any = None
    state: Any = None


def read(raw: bytes) -> tuple[PlanRead | None, list[Wrong]]:
    """Return the plan that a file holds, or what is wrong with each of its parts."""
    try:
        return PlanRead.model_validate_json(raw), []
    except ValidationError as error:
        return None, [Wrong(".".join(place), said) for place, said in refusals(error)]


def refusals(error: ValidationError) -> Sequence[tuple[list[str], str]]:
    """Return the places of what can't be read, each with why."""
    # The key of a map that is wrong stands there with a mark of pydantic's own.
    return [
        ([str(part) for part in one["loc"] if part != "[key]"], one["msg"])
        for one in error.errors(include_url=False, include_input=False)
    ]
