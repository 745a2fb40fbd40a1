"""Works a study out: plain values in, plain values out, no database.

What works it out takes memory, so it is loaded where it is used: in the runner.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from auscult.web.returns.study_models import Method
from auscult.web.returns.study_tables import PLACE, TIME, Table

if TYPE_CHECKING:
    from auscult.engine.returns.intervention import Finding, Panel, Power, Question

Plain = dict[str, Any]
DAY = timedelta(days=1)
LENGTHS = (14, 21, 28, 42, 56, 84)  # days that power is told of, beside those asked for
PAIRS = (6, 8, 10, 12, 16, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A study as it stands in its row."""

    method: str
    question: Mapping[str, Any]
    design: Mapping[str, Any]
    data: bytes
    seed: int


def answers(asked: Asked) -> Iterator[tuple[int, Plain]]:
    """Work a study out bit by bit: percent done, and with 100 of them what came of it.

    What came of it is `{"design": ...}` where an experiment is planned, else `{"answer": ...}`.

    Raises
    ------
    Correctable
        The data don't allow an answer.
    """
    yield 10, {}
    if asked.method == Method.MIX:
        from auscult.web.returns.mix_working import in_a_process  # noqa: PLC0415 - only in the runner

        yield from in_a_process(asked)
    elif asked.method in {Method.PLACES, Method.SWITCHBACK} and not asked.design:
        yield 100, {"design": designed(asked)}
    else:
        yield 100, {"answer": finding(asked).as_data()}


def panel_of(asked: Asked) -> Panel:
    """Return a study's data as the engine takes them.

    Raises
    ------
    Correctable
        There are holes, or steps that differ.
    """
    from auscult.engine.returns.intervention import panel  # noqa: PLC0415 - it takes memory

    table = Table.from_parquet(asked.data)
    if not table.places:
        return panel({TIME: table.times, **table.numbers}, time=TIME)
    value = str(asked.question.get("column") or table.names[0])
    columns = {TIME: table.times, PLACE: table.places, value: table.numbers[value]}
    return panel(columns, time=TIME, place=PLACE, value=value)


def question_of(asked: Asked) -> Question:
    """Return what would count as an answer."""
    from auscult.engine.returns.intervention import Question  # noqa: PLC0415 - it takes memory

    return Question(
        worthwhile=asked.question["worthwhile"],
        upward=asked.question["upward"],
        level=asked.question["level"],
    )


def moment(text: str) -> date | int:
    """Return a day, or a year, as a question writes it."""
    return int(text) if text.isdigit() else date.fromisoformat(text)


def finding(asked: Asked) -> Finding:
    """Answer a question about what happened."""
    from auscult.engine.returns import intervention as engine  # noqa: PLC0415 - it takes memory

    data, question = panel_of(asked), question_of(asked)
    rng = np.random.default_rng(asked.seed)
    said = asked.question
    if asked.method == Method.INTERRUPTED:
        return engine.interrupted(
            data,
            outcome=said["outcome"],
            start=moment(said["start"]),
            controls=said["controls"],
            question=question,
        )
    if asked.method == Method.SWITCHBACK:
        drawn = switchback_of(asked.design)
        name = said["outcome"]
        return engine.analyse_switchback(data, drawn, outcome=name, rng=rng, question=question)
    start = moment(said["start"])
    if asked.method == Method.PLACES:
        design = engine.PlacesDesign(pairs=tuple((a, b) for a, b in asked.design["pairs"]))
        return engine.analyse_places(data, design, start=start, rng=rng, question=question)
    ask = engine.synthetic_control if asked.method == Method.SYNTHETIC else engine.difference
    return ask(data, treated=said["treated"], start=start, rng=rng, question=question)


def designed(asked: Asked, lengths: Sequence[int] = LENGTHS) -> Plain:
    """Draw an experiment; of one over places, tell its power at these days beside those asked for."""
    past = base64.b64encode(asked.data).decode()
    switchback = asked.method == Method.SWITCHBACK
    drawn = _switchback(asked) if switchback else _places(asked, lengths)
    return {**drawn, "seed": asked.seed, "past": past}


def _places(asked: Asked, lengths: Sequence[int]) -> Plain:
    from auscult.engine.returns import intervention as engine  # noqa: PLC0415 - it takes memory

    data, question = panel_of(asked), question_of(asked)
    rng = np.random.default_rng(asked.seed)
    design = engine.design_places(data, rng=rng, pairs=asked.question["pairs"], question=question)
    asks = {asked.question["length"], *lengths}
    fit = sorted(one for one in asks if one <= len(data.times) // 2)
    power = engine.power_of_places(
        data, design, lengths=fit or [asked.question["length"]], rng=rng, question=question
    )
    return {"pairs": [list(pair) for pair in design.pairs], "power": _power(power)}


def _switchback(asked: Asked) -> Plain:
    from auscult.engine.returns import intervention as engine  # noqa: PLC0415 - it takes memory
    from auscult.engine.returns.intervention.power import fewest_pairs  # noqa: PLC0415

    data, question, said = panel_of(asked), question_of(asked), asked.question
    rng = np.random.default_rng(asked.seed)
    rhythm = engine.Rhythm(stretch=said["stretch"], skip=said["skip"])
    first = date.fromisoformat(said["start"])
    days = [first + at * DAY for at in range(2 * said["stretch"] * said["pairs"])]
    design = engine.design_switchback(days, rhythm=rhythm, rng=rng, question=question)
    most = len(data.times) // (2 * said["stretch"])
    asks = {said["pairs"], *PAIRS}
    pairs = sorted(one for one in asks if fewest_pairs(question) <= one <= most)
    power = engine.power_of_switchback(
        data,
        outcome=said["outcome"],
        rhythm=rhythm,
        pairs=pairs or [said["pairs"]],
        rng=rng,
        question=question,
    )
    return {
        "first": said["start"],
        "stretch": said["stretch"],
        "skip": said["skip"],
        "on": list(design.on),
        "power": _power(power),
    }


def _power(power: Power) -> Plain:
    return {
        "sizes": list(power.sizes),
        "effects": list(power.effects),
        "found": power.found.tolist(),
        "false": power.false.tolist(),
        "smallest": list(power.smallest),
    }


def switchback_of(design: Mapping[str, Any]) -> Any:
    """Return a drawn switchback as the engine has it."""
    from auscult.engine.returns.intervention import Rhythm, Switchback  # noqa: PLC0415

    first = date.fromisoformat(design["first"])
    count = design["stretch"] * len(design["on"])
    return Switchback(
        times=tuple(first + at * DAY for at in range(count)),
        rhythm=Rhythm(stretch=design["stretch"], skip=design["skip"]),
        on=tuple(design["on"]),
    )
