"""How often a post is expected to hold a term, before any post was seen.

Only speed depends on these guesses: they choose the terms under which a watch is posted.
What the set counts while it reads takes their place.
"""

from __future__ import annotations

# The commonest words of English posts, about from the commonest down.
_COMMON = frozenset(
    ["the", "to", "of", "a", "in", "for", "and", "on", "is", "you", "that", "are", "with", "it", "from", "at", "be", "how", "your", "what", "have", "as", "can", "new", "this", "by", "i", "not", "may", "more", "health", "who", "we", "has", "but", "will", "study", "about", "why", "do", "was", "an", "if", "or", "they", "my", "u", "rt", "his", "their", "our", "no", "up", "out", "when", "all", "she", "he", "her", "one", "get", "just", "so", "us", "me", "says", "could", "than", "after", "over", "now", "some", "would", "like", "time", "good", "people", "help", "week", "day", "year", "care", "via", "need", "back", "first", "its", "been", "make", "know", "old", "use", "best", "here", "today", "most", "women", "cancer", "drug", "great", "were", "only", "into", "had", "there", "them", "then", "which", "did", "him", "work", "want", "see", "go", "don't", "it's", "i'm", "two", "many", "children", "doctors", "patients", "hospital", "risk", "life", "too", "also", "any", "other", "should", "before", "being", "think", "because", "where", "very", "really", "much", "even", "still", "off", "well", "way", "love", "got", "last", "thing", "going", "these"]
)
_BY_LENGTH = (0.02, 0.02, 0.01, 0.006, 0.003, 0.002, 0.0015, 0.001, 0.0007, 0.0005)
_COMMON_SHARE = 0.03
_PATTERN_FACTOR = 4.0


def expected_share(form: str, *, pattern: bool = False) -> float:
    """Guess the share of posts that hold a form."""
    if form in _COMMON:
        return _COMMON_SHARE
    share = _BY_LENGTH[min(len(form), len(_BY_LENGTH) - 1)]
    return share * _PATTERN_FACTOR if pattern else share
