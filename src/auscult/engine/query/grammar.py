"""The operators of the query language, and its limits.

The lexer reads operators by their shape; this table says what there is, for the reference
page (a test asks it for an executed example of each) and for messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

MAX_CHARACTERS = 100_000
MAX_TERMS = 5_000
MAX_DEPTH = 32
MAX_OPERANDS = 8
MAX_DISTANCE = 1_000
MAX_COUNT = 1_000
DEFAULT_DISTANCE = 4
WIDE_DISTANCE = 15  # a NEAR over more tokens than this is seldom meant
SAFE_STEM = 3
SHORT_STEM = 2
MAX_EXPANSIONS = 150  # words that a pattern of a short stem may stand for

# Each operator with the spellings that are read, the canonical one first.
OPERATORS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "all of": ("a AND b", "a b"),
        "any of": ("a OR b",),
        "none of": ("a NOT b", "a AND NOT b", "a -b"),
        "phrase": ('"a b"', "“a b”", "a-b"),
        "near": ("a NEAR/5 b", "a NEAR b", '"a b"~5', "(a AND b)~5", "near/5:a,b"),
        "near in order": ("a NEAR/2f b", "a ONEAR/2 b", "onear/2:a,b"),
        "wildcard": ("abc*", "abc?d", '"a bcd*"'),
        "exact case": ("{BT}", '!"BT"'),
        "exact characters": ("raw:Google+", 'raw:"C++ code"'),
        "hashtag": ("#a", "hashtags:a"),
        "name": ("@a", "at_mentions:a"),
        "emoji": ("😷",),
        "at least": ("ATLEAST/3(a OR b)",),
        "comment": ("a <<< why >>> b",),
        "brackets": ("(a OR b) AND c",),
    }
)

# Words that are operators in capitals; in other letters they are read as words.
RESERVED = frozenset({"AND", "OR", "NOT", "NEAR", "ONEAR", "ATLEAST"})
