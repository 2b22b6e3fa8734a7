"""What around a candidate tells a diagnosis code from a road, a vitamin or a form number."""

import re
from bisect import bisect_left
from collections.abc import Sequence

NEAR = 120
"""Characters before and after a candidate in which a word of diagnosis vouches for it."""
BESIDE = 24
"""Characters before and after a candidate in which another meaning is looked for."""

DIAGNOSIS = re.compile(
    r"\bICD\b|\bicd-10|\bICD-?10|\bdiagnos(?:is|es|tic|ed)\b|\bdx\b|\bAB[KFJN]:|\bAPR:",
    re.IGNORECASE,
)
"""The last two are the qualifiers of diagnosis codes in the HI segment of X12 837 claims."""

EDI = re.compile(r"(?:\bAB[KFJN]|\bAPR):$")

OTHER_BEFORE = re.compile(
    r"(?:\b(?:section|sec|fig|figure|table|tab|chapter|appendix|annex|clause|article|form|room|gate"
    r"|flight|version|release|model|part|item|exhibit|rule|route|road|motorway|highway|autoroute"
    r"|junction|exit|bus|line|platform|vitamin|paper|cell|column|page|unit|building|block|bay|seat"
    r"|claim|invoice|policy|ticket|serial|isotope|carbon|grade|size|class|level)s?\.?"
    r"(?:\s(?:no|nr|number|code)\.?)?[\s#:(-]{1,3}|§\s?|[$€£]\s?)$",
    re.IGNORECASE,
)
OTHER_AFTER = re.compile(
    r"^[\s-]?(?:motorway|highway|route|road|roundabout|junction|vitamin|paper|sized?|summit|countries"
    r"|form|bus|airport|terminal|fuel|engine|cells?\b|%|mm\b|cm\b|km\b|mg\b|kg\b|mph\b)",
    re.IGNORECASE,
)


class Context:
    """The words of diagnosis in a text and what stands beside a place in it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._words = [match.start() for match in DIAGNOSIS.finditer(text)]

    def vouched(self, start: int, end: int, near: int = NEAR) -> bool:
        """Tell whether a word of diagnosis stands near a range."""
        return _any_between(self._words, start - near, end + near)

    def introduced(self, start: int) -> bool:
        """Tell whether a word of diagnosis stands right before a place."""
        return _any_between(self._words, start - BESIDE, start)

    def claims(self, start: int) -> bool:
        """Tell whether a qualifier of a claim's diagnosis code ends at a place."""
        return EDI.search(self._text[max(0, start - 4) : start]) is not None

    def otherwise(self, start: int, end: int) -> bool:
        """Tell whether the words beside a range give it another meaning."""
        before = self._text[max(0, start - BESIDE) : start]
        after = self._text[end : end + BESIDE]
        return bool(OTHER_BEFORE.search(before) or OTHER_AFTER.search(after))


def _any_between(places: Sequence[int], low: int, high: int) -> bool:
    at = bisect_left(places, low)
    return at < len(places) and places[at] <= high
