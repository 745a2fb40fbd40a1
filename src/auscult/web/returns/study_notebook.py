"""The code that answers a study again, in a notebook: without Django, from its file of data."""

from __future__ import annotations

from typing import Any

import orjson

from auscult.web.returns.study_models import Method, Study, StudyState

HEAD = """\
from datetime import date, timedelta

import numpy as np
import pyarrow.parquet as pq

from auscult.engine.returns import intervention as engine

table = pq.read_table("{file}")
data = engine.panel(table, time="time"{columns})
question = engine.Question(worthwhile={worthwhile!r}, upward={upward!r}, level={level!r})
rng = np.random.default_rng({seed})
"""
SHOW = """\
print(found.verdict.value)
print(found.effect)
for reason in found.reasons:
    print("-", engine.say(reason))
"""
CALLS = {
    Method.INTERRUPTED: """\
found = engine.interrupted(
    data,
    outcome={outcome!r},
    start={start},
    controls={controls!r},
    question=question,
)
""",
    Method.SYNTHETIC: """\
found = engine.synthetic_control(
    data, treated={treated!r}, start={start}, rng=rng, question=question
)
""",
    Method.DIFFERENCE: """\
found = engine.difference(
    data, treated={treated!r}, start={start}, rng=rng, question=question
)
""",
    Method.PLACES: """\
design = engine.PlacesDesign(pairs=tuple(map(tuple, {pairs!r})))
found = engine.analyse_places(data, design, start={start}, rng=rng, question=question)
""",
    Method.SWITCHBACK: """\
on = {on!r}
days = [date.fromisoformat({first!r}) + timedelta(days=at) for at in range({stretch} * len(on))]
design = engine.Switchback(
    times=tuple(days), rhythm=engine.Rhythm(stretch={stretch}, skip={skip}), on=tuple(on)
)
found = engine.analyse_switchback(data, design, outcome={outcome!r}, rng=rng, question=question)
""",
}


def file_name(study: Study) -> str:
    """Return how the file with the data is called."""
    return f"study-{study.pk}.parquet"


def code(study: Study) -> str:
    """Return the code that works a study out again; empty where there is nothing to repeat yet.

    It reads `file_name` from the folder in which it runs.
    """
    if study.state != StudyState.DONE:
        return ""
    if study.method == Method.MIX:
        from auscult.web.returns.mix_notebook import code as of_mix  # noqa: PLC0415 - no circle

        return of_mix(study, file_name(study))
    said: dict[str, Any] = {**study.design, **study.question}
    columns = ', place="place", value=' + repr(said["column"]) if "column" in said else ""
    head = HEAD.format(file=file_name(study), columns=columns, seed=study.seed, **_asked(said))
    start = str(said.get("start", ""))
    when = start if start.isdigit() else f"date.fromisoformat({start!r})"
    return head + CALLS[Method(study.method)].format(**{**said, "start": when}) + SHOW


def _asked(said: dict[str, Any]) -> dict[str, Any]:
    return {name: said[name] for name in ("worthwhile", "upward", "level")}


def notebook(study: Study) -> bytes:
    """Return the code as a notebook of Jupyter."""
    lines = code(study).splitlines(keepends=True)
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "markdown",
            "id": "title",
            "metadata": {},
            "source": [
                f"# {study.title}\n",
                f"Needs `pip install auscult` and {file_name(study)}.",
            ],
        },
        {
            "cell_type": "code",
            "id": "answer",
            "execution_count": None,
            "metadata": {},
            "outputs": [],
            "source": lines,
        },
    ]
    return orjson.dumps(
        {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5},
        option=orjson.OPT_INDENT_2,
    )
