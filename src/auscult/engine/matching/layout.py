"""How the compiled set of watches lies in memory: columns, operations, and the tuples of arrays
that Python builds and the kernels read. It needs no compiler, so that watches can be
added before anything is matched.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

# FNV-1a, 64 bits: every prefix of a word has its hash on the way, which wildcards use.
BASIS = np.uint64(0xCBF29CE484222325)
PRIME = np.uint64(0x100000001B3)

# Columns of a token's row. Places are code points of the field for START and END, bytes of
# the field for FROM and TO, bytes of `Tokens.forms` for the unsigned BASE and FOLDED forms;
# EXACT is -1, or where the readable tokeniser put the unsigned exact form.
START, END, FROM, TO, BASE, BASE_SIZE, FOLDED, FOLDED_SIZE, TOKEN_SIGN, EXACT, EXACT_SIZE = range(
    11
)
TOKEN_COLUMNS = 12
# Places of `Tokens.counts`.
TOKENS, FORMS, LINKS, AFTER_TITLE, LINKS_AFTER_TITLE = range(5)


class Tokens(NamedTuple):
    """One post's tokens: scratch space that every post uses again.

    Attributes
    ----------
    rows : int32, (n, TOKEN_COLUMNS)
    hashes : uint64, (n,)
    forms : uint8, the bytes of the forms
    links : int32, (n, 2), in code points
    counts : int64, how much of each is used, and how much of it belongs to the title
    """

    rows: npt.NDArray[np.int32]
    hashes: npt.NDArray[np.uint64]
    forms: npt.NDArray[np.uint8]
    links: npt.NDArray[np.int32]
    counts: npt.NDArray[np.int64]


# Columns of a term, one line of the cache: its bytes in the pool, its form, its sign, the next
# of its chain, and the first of the chain that hangs on it;
OFFSET, SIZE, FORM, TERM_SIGN, NEXT, CHAIN = range(6)
# of the post at hand, the stamp, the first and last of its hits, and how many;
STAMP, FIRST_HIT, LAST_HIT, HIT_COUNT = range(6, 10)
# where its entries in the planned gates stand; and how many posts held it so far.
ENTRY_LOW, ENTRY_HIGH, DOCUMENTS = range(10, 13)
TERM_COLUMNS = 16
# Forms. A PAIR is two base forms that follow each other, with BETWEEN between their bytes: it
# has no hits and only admits watches. From AUTHOR on, a value of a field.
BASE_FORM, FOLDED_FORM, EXACT_FORM, BASE_PATTERN, FOLDED_PATTERN, PAIR = range(6)
AUTHOR, SITE, LANGUAGE, COUNTRY, REGION, GUID, PARENT, ROOT, SUBREDDIT = range(8, 17)
INSTANCE, SOURCE, TAGS = range(17, 20)
FORM_COUNT = 20
BETWEEN = 0
SEEDS = np.array([BASIS ^ np.uint64(form * 0x9E3779B1) for form in range(FORM_COUNT)], np.uint64)
SEEDS[:5] = BASIS
# Places of `State.counts`.
SEEN, HITS, OVERFLOW, INTERVALS = range(4)
NEARBY_BITS = 14
NEARBY = 1 << NEARBY_BITS
GONE = 2**31 - 1
# Positions in the text start here, far beyond every position in the title.
TEXT_POSITION = 1 << 30


class Table(NamedTuple):
    """Open addressing: a hash and its term, side by side, and a filter that the caches hold."""

    slots: npt.NDArray[np.uint64]
    filter: npt.NDArray[np.uint8]


class Terms(NamedTuple):
    """All terms and stems; stems have the columns of terms, with CHAIN as their patterns."""

    terms: npt.NDArray[np.int32]
    stems: npt.NDArray[np.int32]
    pool: npt.NDArray[np.uint8]
    table: Table
    stem_table: Table
    pair_table: Table
    shortest_stem: int
    has_folded_stems: bool


class State(NamedTuple):
    """What is known of the post at hand: scratch space that every post uses again.

    Attributes
    ----------
    terms : int32, (terms, TERM_COLUMNS), by term: the same as `Terms.terms`
    seen : int32, the terms that the post holds
    hits : int32, (n, 2): position, and the next hit of the same term (-1: none)
    nearby : uint8, by term modulo NEARBY: whether such a term was seen; 0 always is. It is
        small enough for the nearest cache; who passes by mistake is evaluated in vain
    asked : int32, by watch: the stamp of the post that it was last a candidate for; GONE
        for a watch that was taken out
    counts : int64
    """

    terms: npt.NDArray[np.int32]
    seen: npt.NDArray[np.int32]
    hits: npt.NDArray[np.int32]
    nearby: npt.NDArray[np.uint8]
    asked: npt.NDArray[np.int32]
    counts: npt.NDArray[np.int64]


# Columns of `Posts`. Lists come after plain columns; RAW_URI keeps its case.
(
    C_TITLE,
    C_TEXT,
    C_URI,
    C_COMMUNITY,
    C_SOURCE,
    C_AUTHOR,
    C_AUTHOR_NAME,
    C_LANGUAGE,
    C_COUNTRY,
    C_REGION,
    C_RAW_URI,
    C_REPLY,
    C_ROOT,
    C_QUOTE,
    C_REPOST,
    C_LINKS,
    C_TAGS,
) = range(17)
FIRST_LIST = C_LINKS
COLUMN_COUNT = 17
# How a value is looked up: whole, or also in the parts that a byte divides it into.
WHOLE, NAME, HOST, TO_DASH, TO_DOT, OF_REDDIT = range(6)
# Numbers of `Posts`; a missing one is NaN.
N_FOLLOWERS, N_RATING, N_MINUTE, N_VERIFIED = range(4)
# Conditions: what is asked, of which column, and where the pattern or the range stands.
IS_SET, IN_RANGE, FITS_AUTHOR, FITS_WITHIN = range(4)
CONDITION_COLUMNS = 4


class Posts(NamedTuple):
    """A batch of posts as the kernels read it.

    Attributes
    ----------
    data : uint8, UTF-8 of all columns, one after the other
    offsets : int64, (FIRST_LIST, rows + 1): where each row's value stands in `data`
    present : bool, (COLUMN_COUNT, rows); False where null
    lists : int64, (2, rows + 1): where each row's links and tags stand in `items`
    items : int64, (n, 2): where each link and tag stands in `data`
    numbers : float64, (4, rows)
    """

    data: npt.NDArray[np.uint8]
    offsets: npt.NDArray[np.int64]
    present: npt.NDArray[np.bool_]
    lists: npt.NDArray[np.int64]
    items: npt.NDArray[np.int64]
    numbers: npt.NDArray[np.float64]


class Conditions(NamedTuple):
    """Conditions, and the values to look up: form, column, how (int32, three each)."""

    rows: npt.NDArray[np.int32]
    ranges: npt.NDArray[np.float64]
    lookups: npt.NDArray[np.int32]


# Columns of an expression: its kind; the range of `parts` (terms of words and phrases,
# expressions otherwise); NEAR's distance and order; whether the title alone is
# meant; the range of `orders`: the expressions to evaluate for it, itself last.
KIND, LOW, HIGH, DISTANCE, ORDERED, TITLE_ONLY, ORDER_LOW, ORDER_HIGH = range(8)
EXPRESSION_COLUMNS = 8
WORDS, PHRASE, ANY_OF, NEAR, IS_NEAR = range(5)  # IS_NEAR: whether there is one, not where
# Columns of a result: the post's stamp, the range of intervals.
R_STAMP, R_LOW, R_HIGH = range(3)
RESULT_COLUMNS = 4


class Expressions(NamedTuple):
    """All expressions: rows, and the lists that they refer to."""

    rows: npt.NDArray[np.int32]
    parts: npt.NDArray[np.int32]
    orders: npt.NDArray[np.int32]


class Found(NamedTuple):
    """Occurrences in the post at hand: results by expression, and the intervals."""

    results: npt.NDArray[np.int32]
    intervals: npt.NDArray[np.int64]


# Operations, with their operands.
DONE = 0
ANY_TERM = 1  # title only, number, terms
OCCURS = 2  # expression
AT_LEAST = 3  # expression, number
IS_RAW = 4  # title only, offset and size of the bytes in the pool
ASK = 5  # condition
AND, AND_NEXT, AND_END = 6, 7, 8  # NEXT: where to go on when the answer is known
OR, OR_NEXT, OR_END = 9, 10, 11
NOT, NOT_END = 12, 13

# Places of `Spans.counts`.
SPANS, NO_ROOM = range(2)


class Spans(NamedTuple):
    """Spans of the match at hand, `field << 62 | start << 31 | end`, and the stack."""

    values: npt.NDArray[np.int64]
    stack: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]


class Programs(NamedTuple):
    """The programs of all watches and what they refer to."""

    code: npt.NDArray[np.int32]
    pool: npt.NDArray[np.uint8]
    expressions: Expressions
    conditions: Conditions


# Columns of a watch: where its program starts and its size, its groups, and whether it still stands.
PROGRAM, PROGRAM_SIZE, GROUP_LOW, GROUP_HIGH, ALIVE = range(5)
WATCH_COLUMNS = 5
PARTNERS = 8
# Places of `Matches.counts`.
MATCHES, MATCH_SPANS, FULL = range(3)


class Gates(NamedTuple):
    """Watches by the terms that admit them.

    Attributes
    ----------
    starts : int32, (terms + 1,): where a term's entries start
    entries : uint64, (n, 3): four places in `State.nearby` of partners, four more or 0, and
        the candidate: watch, and where its program starts << 32
    always : uint64: the candidates that no term admits, for every post
    """

    starts: npt.NDArray[np.int32]
    entries: npt.NDArray[np.uint64]
    always: npt.NDArray[np.uint64]


class Watches(NamedTuple):
    """All watches, and the groups of terms that each requires one of."""

    rows: npt.NDArray[np.int32]
    groups: npt.NDArray[np.int32]
    members: npt.NDArray[np.int32]


class OddTokens(NamedTuple):
    """Tokens of those posts that the readable tokeniser cut.

    Attributes
    ----------
    numbers : int32, by row of the batch: -1, or the number of the odd post
    bounds : int64, (odd posts + 1, 5): first token, first token of the text, first byte of
        the forms, first link, first link of the text
    rows, forms, links : as in `Tokens`
    hashes : uint64, by token
    """

    numbers: npt.NDArray[np.int32]
    bounds: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int32]
    hashes: npt.NDArray[np.uint64]
    forms: npt.NDArray[np.uint8]
    links: npt.NDArray[np.int32]


class Matches(NamedTuple):
    """What was found: posts and watches in pairs, where each one's spans end, the spans.

    `candidates` is scratch space: the watches to ask about the post at hand.
    """

    posts: npt.NDArray[np.int64]
    watches: npt.NDArray[np.int32]
    ends: npt.NDArray[np.int64]
    spans: npt.NDArray[np.int64]
    candidates: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
