"""What a file with a plan looks like when it is read: the JSON that a cycle is taken away as."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from auscult.web.planning.moves import AssumptionState, BetState, TaskState

MOST = 500  # bets of a plan, and tasks of a bet
Numbered = Annotated[str, StringConstraints(pattern=r"^[1-9]\d{0,8}$")]
TaskName = Annotated[str, StringConstraints(pattern=r"^[1-9]\d{0,8}\.[1-9]\d{0,8}$")]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=False, frozen=True)


class AssumptionRead(_Part):
    """What has to be so."""

    text: str
    noticed_by: str = ""
    watch: str | None = None
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

    title: str
    kind: Literal["work", "help"] = "work"
    state: TaskState = TaskState.TO_DO
    first_day: date
    last_day: date
    people: list[str] = []
    skill: str = ""
    minutes: int = 0
    depends_on: list[TaskName] = []


class BetRead(_Part):
    """A bet."""

    title: str
    state: BetState = BetState.ON
    amplifies: str = ""
    audience: str = ""
    kit: str = ""
    confidence: int = 3
    either_or: str = ""
    objective: str | None = None
    owner: str | None = None
    function: str | None = None
    networks: list[str] = []
    depends_on: list[int] = []
    levels: dict[Literal["1", "2"], LevelRead] = {}
    needs: dict[str, NeedRead] = {}
    tasks: Annotated[dict[Numbered, TaskRead], Field(max_length=MOST)] = {}


class PlanRead(_Part):
    """A plan; number and state of its cycle are read over: what is read in is planned anew."""

    title: str
    first_day: date
    days: int = 100
    focus: list[str] = []
    assumptions: Annotated[dict[Numbered, AssumptionRead], Field(max_length=MOST)] = {}
    bets: Annotated[dict[Numbered, BetRead], Field(max_length=MOST)] = {}
    number: Any = None
    state: Any = None


def read(raw: bytes) -> tuple[PlanRead | None, list[str]]:
    """Return the plan that a file holds, or what is wrong with each of its parts."""
    try:
        return PlanRead.model_validate_json(raw), []
    except ValidationError as error:
        return None, [_said(one) for one in error.errors(include_url=False, include_input=False)]


def _said(error: Any) -> str:
    # The key of a map that is wrong stands there with a mark of pydantic's own.
    place = ".".join(str(part) for part in error["loc"] if part != "[key]")
    return f"{place}: {error['msg']}" if place else str(error["msg"])
