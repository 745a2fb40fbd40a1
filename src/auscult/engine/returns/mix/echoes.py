"""How long channels of a kind echo. It needs no numba, which takes the memory of web processes."""

from __future__ import annotations

Range = tuple[float, float]

# "After how many days is half of the echo over?" Our own judgement, wide on purpose.
ECHOES: dict[str, Range] = {
    "post": (0.2, 3.0),
    "search": (0.1, 1.5),
    "advertisement": (0.2, 4.0),
    "newsletter": (0.3, 4.0),
    "radio": (0.5, 7.0),
    "television": (1.0, 14.0),
    "press": (0.5, 10.0),
    "letter": (2.0, 21.0),
    "poster": (2.0, 21.0),
    "unknown": (0.2, 14.0),
}
