"""Calendar days in a text, as ISO 8601 dates.

Taken: ``2025-03-17``; ``17 March 2025`` and ``March 17, 2025`` with English month names; ``25 to 28
March 2025`` and ``24 March to 1 April 2025``; ``17.03.2025`` (day first, as DIN 5008 and its like
write it); ``3/17/2025``; the ``D8`` and ``RD8`` dates of X12. A form of two numbers that may both
be months (``3/4/2025``) is taken only when other dates of the same text with the same separator
show the order, and none shows the other order. A day without its year and a month without a day
are left out: nothing is completed from a clock, which is what general date parsers do.
"""

import re
from collections.abc import Iterator
from datetime import date

from catalystindex.documents.metadata.base import Extractor, Mention

KIND = "dates"
FIRST_YEAR, LAST_YEAR = 1800, 2199
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
MONTH_NUMBERS = {name[:3]: place for place, name in enumerate(MONTHS, 1)}
MONTHS_IN_YEAR = 12

_MONTH = (
    r"(?P<{0}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY = r"(?P<{0}>0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>1[89][0-9]{2}|2[01][0-9]{2})"
_GAP = r"(?:\s{1,3}|\s?-\s?|,\s{0,3})"
_TO = r"\s{0,3}(?:-|\u2013|\u2014|to|and|until|through|&)\s{0,3}"

ISO = re.compile(r"(?<![\w.-])" + _YEAR + r"-(?P<month>[01][0-9])-(?P<day>[0-3][0-9])(?![\d-])")
DAY_FIRST = re.compile(
    r"(?<![\w./-])(?:" + _DAY.format("day1") + r"(?:\s{1,3}" + _MONTH.format("month1") + ")?" + _TO
    + ")?" + _DAY.format("day") + r"(?:\s{1,3}of)?" + _GAP + _MONTH.format("month") + _GAP + _YEAR
    + r"(?!\w)",
    re.IGNORECASE,
)  # fmt: skip
MONTH_FIRST = re.compile(
    r"(?<!\w)" + _MONTH.format("month") + r"\s{1,3}" + _DAY.format("day")
    + r"(?:" + _TO + _DAY.format("day2") + r")?(?:\s?,\s{0,3}|\s{1,3})" + _YEAR + r"(?!\w)",
    re.IGNORECASE,
)  # fmt: skip
NUMERIC = re.compile(
    r"(?<![\w./-])(?P<one>[0-3]?[0-9])(?P<by>[./-])(?P<two>[0-3]?[0-9])(?P=by)" + _YEAR
    + r"(?![\w/-]|\.[0-9])"
)  # fmt: skip
X12 = re.compile(r"\*(?:RD8\*(?P<from>[12][0-9]{7})-|D8\*)" + r"(?P<to>[12][0-9]{7})(?![0-9])")


def find_dates(text: str) -> list[Mention]:
    """Return the days, each with the place of the whole expression it stands in."""
    found = [*_iso(text), *_day_first(text), *_month_first(text), *_numeric(text), *_x12(text)]
    return sorted(found, key=lambda one: (one.start, one.end, str(one.normalised)))


def _iso(text: str) -> Iterator[Mention]:
    for match in ISO.finditer(text):
        yield from _mention(match, int(match["year"]), int(match["month"]), int(match["day"]))


def _day_first(text: str) -> Iterator[Mention]:
    for match in DAY_FIRST.finditer(text):
        year, month = int(match["year"]), _month(match["month"])
        if match["day1"] is not None:
            first = _month(match["month1"]) if match["month1"] else month
            before = year - 1 if first > month else year
            yield from _mention(match, before, first, int(match["day1"]))
        yield from _mention(match, year, month, int(match["day"]))


def _month_first(text: str) -> Iterator[Mention]:
    for match in MONTH_FIRST.finditer(text):
        for name in ("day", "day2"):
            if match[name] is not None:
                year, month = int(match["year"]), _month(match["month"])
                yield from _mention(match, year, month, int(match[name]))


def _numeric(text: str) -> Iterator[Mention]:
    matches = list(NUMERIC.finditer(text))
    orders = {by: _shown_order(matches, by) for by in "./-"}
    for match in matches:
        order = _order(match) or orders[match["by"]]
        if order is not None:
            day, month = (match["one"], match["two"]) if order == "day" else _swapped(match)
            yield from _mention(match, int(match["year"]), int(month), int(day), order=order)


def _swapped(match: re.Match[str]) -> tuple[str, str]:
    return match["two"], match["one"]


def _shown_order(matches: list[re.Match[str]], by: str) -> str | None:
    """Return the order that the dates of this separator show, if they agree on one."""
    shown = {_order(match) for match in matches if match["by"] == by} - {None}
    return next(iter(shown)) if len(shown) == 1 else None


def _order(match: re.Match[str]) -> str | None:
    one, two = int(match["one"]), int(match["two"])
    if match["by"] == "." or one == two:
        return "day"
    if one > MONTHS_IN_YEAR:
        return "day"
    return "month" if two > MONTHS_IN_YEAR else None


def _x12(text: str) -> Iterator[Mention]:
    for match in X12.finditer(text):
        for digits in (match["from"], match["to"]):
            if digits is not None:
                yield from _mention(match, int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def _month(name: str) -> int:
    return MONTH_NUMBERS[name[:3].lower()]


def _mention(
    match: re.Match[str], year: int, month: int, day: int, *, order: str | None = None
) -> Iterator[Mention]:
    """Yield the day if the calendar has it."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return
    try:
        found = date(year, month, day)
    except ValueError:
        return
    detail = {} if order is None else {"order": f"{order} first"}
    yield Mention(match.start(), match.end(), KIND, match[0], found.isoformat(), detail)


DATES = Extractor("dates", 1, find_dates)
