"""Facts can be kept and read again."""

from __future__ import annotations

import json
import types
from dataclasses import is_dataclass
from datetime import date
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auscult.engine.kernel.errors import Correctable
from auscult.web.returns.telling_types import Facts, Figure, Note, Question, as_data, from_data

PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    int: st.integers(-(10**15), 10**15),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    str: st.text(max_size=8),
    date: st.dates(),
}


def any_of(kind: Any) -> st.SearchStrategy[Any]:
    if isinstance(kind, types.UnionType):
        return st.none() | any_of(get_args(kind)[0])
    if get_origin(kind) is tuple:
        kinds = get_args(kind)
        if kinds[-1] is Ellipsis:
            return st.lists(any_of(kinds[0]), max_size=1).map(tuple)
        return st.tuples(*(any_of(one) for one in kinds))
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return st.builds(kind, **{name: any_of(hint) for name, hint in hints.items()})
    return PLAIN[kind]


@given(facts=any_of(Facts))
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_facts_come_back_as_they_were_kept(facts: Facts) -> None:
    kept = json.loads(json.dumps(as_data(facts), allow_nan=False))
    assert from_data(Facts, kept) == facts


def test_what_an_older_version_kept_is_read_with_defaults() -> None:
    kept = {"value": 3, "colour": "red"}
    assert from_data(Figure, kept) == Figure(value=3.0)


@pytest.mark.parametrize(
    ("of", "data", "said"),
    [
        (Figure, {"value": "three"}, "'three' is no float"),
        (Figure, {}, "value"),
        (Note, {"code": "x", "numbers": 3}, "'3' is no list"),
        (Note, {"code": "x", "numbers": [["a"]]}, "shorter"),
        (Question, ["2026"], "is no Question"),
        (Question, {"kind": 1, "first": "soon", "last": "2026-01-01"}, "soon"),
        (Question, {"kind": True, "first": "2026-01-01", "last": "2026-01-02"}, "is no int"),
    ],
)
def test_values_of_another_form_are_refused(of: type[Any], data: object, said: str) -> None:
    with pytest.raises(Correctable, match=said):
        from_data(of, data)
