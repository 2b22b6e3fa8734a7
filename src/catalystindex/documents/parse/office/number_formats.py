"""Cell values as a sheet shows them, by their number format (ECMA-376 part 1, 18.8.30 and 31).

Dates become ISO 8601 whatever their order on the sheet. Numbers get the places, grouping, leading
zeros, percent and currency signs of their format; formats beyond that show the stored value.
"""

import math
import re
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

GENERAL = "General"
BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    37: "#,##0",
    38: "#,##0",
    39: "#,##0.00",
    40: "#,##0.00",
    **dict.fromkeys((14, 15, 16, 17, *range(27, 32), 34, 35, 36, *range(50, 59)), "yyyy-mm-dd"),
    **dict.fromkeys((18, 20, 32), "h:mm"),
    **dict.fromkeys((19, 21, 33, 45), "h:mm:ss"),
    22: "yyyy-mm-dd h:mm",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
}
"""Formats that files name by number only."""
_PAYLOAD = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_CURRENCY = re.compile(r"\[\$([^\]-]*)[^\]]*\]")
_CONDITION = re.compile(r"\[[<>=]")
_NUMBER = re.compile(r"(?:[#0?][#0?,]*(?:\.[#0?]*)?|\.[#0?]+),*")
MAX_FORMAT_CHARS = 255
FIRST_DAY, LAST_DAY = 61, 2_958_465
"""Serial days from March 1900 (Excel counts a 29th of February 1900 before) to the year 9999."""
DAYS_1904 = 1462
MAX_PLACES = 30


@dataclass(frozen=True)
class Pattern:
    """One section of a format that shows numbers."""

    prefix: str
    suffix: str
    digits: int
    places: int
    shown_places: int
    grouped: bool
    scale: int


@dataclass(frozen=True)
class Format:
    """What a format does: show moments (``date``, ``time``, elapsed ``unit``), or numbers."""

    date: bool = False
    time: bool = False
    unit: str = ""
    seconds: bool = False
    patterns: tuple[Pattern, ...] = ()


def shown(value: float, code: str, *, epoch_1904: bool = False) -> str:
    """Return a number as its format shows it; one that is to show nothing, as it is."""
    value = float(value)
    if not math.isfinite(value):
        return str(value)
    form = read_format(code[:MAX_FORMAT_CHARS])
    if form.unit:
        return _elapsed(value, form)
    if form.date or form.time:
        return _moment(value, form, epoch_1904) or plain(value)
    if form.patterns:
        return _patterned(value, form.patterns) or plain(value)
    return plain(value)


def plain(value: float) -> str:
    """Return a number with the 15 digits that sheets keep, never in powers of ten if whole."""
    if value == int(value) and abs(value) < 1e21:
        return str(int(value))
    short = f"{value:.15g}"
    return format(Decimal(short), "f") if "e-" in short and abs(value) > 1e-12 else short


@lru_cache(maxsize=4096)
def read_format(code: str) -> Format:
    """Return what a format does. One that is not understood shows numbers as they are."""
    if code.strip().lower() in ("", "general", "@"):
        return Format()
    sections = code.split(";")
    elapsed = _ELAPSED.search(sections[0])
    letters = _PAYLOAD.sub("", sections[0]).lower()
    if elapsed:
        return Format(unit=elapsed[1][0].lower(), seconds="s" in letters)
    if "general" not in letters and re.search("[ymdhs]", letters):
        time = bool(re.search("[hs]", letters))
        return Format(date=bool(re.search("[yd]", letters)) or not time, time=time)
    if _CONDITION.search(code):
        return Format()
    patterns = [_pattern(section) for section in sections[:3]]
    known = [pattern for pattern in patterns if pattern is not None]
    return Format(patterns=tuple(known) if len(known) == len(patterns) else ())


def _pattern(section: str) -> Pattern | None:
    """Return how a section shows a number, or None for fractions and powers of ten."""
    text = _PAYLOAD.sub(_literal, section)
    found = _NUMBER.search(text)
    bare = _PAYLOAD.sub("", section)
    if "general" in bare.lower() or "/" in bare or re.search(r"E[+-]", bare):
        return None
    if found is None:
        return Pattern(_words(text), "", -1, 0, 0, grouped=False, scale=0)
    inner, _, places = found[0].rstrip(",").partition(".")
    thousands = len(found[0]) - len(found[0].rstrip(","))
    rest = text[found.end() :]
    if _NUMBER.search(rest):  # as telephone numbers are written: 000-0000
        return None
    return Pattern(
        _words(text[: found.start()]),
        _words(rest),
        inner.count("0"),
        min(places.count("0"), MAX_PLACES),
        min(sum(places.count(sign) for sign in "0#?"), MAX_PLACES),
        grouped="," in inner,
        scale=2 * bare.count("%") - 3 * thousands,
    )


def _literal(found: re.Match[str]) -> str:
    """Return what a piece of a format prints, its digits and signs guarded from being read."""
    piece = found[0]
    if piece.startswith('"'):
        inner = piece[1:-1]
    elif piece.startswith("\\"):
        inner = piece[1:]
    else:
        currency = _CURRENCY.match(piece)
        inner = currency[1] if currency else ""
    return inner.translate(_GUARD)


_GUARD = {ord(sign): 0xE000 + ord(sign) for sign in "#0?,.%"}
_UNGUARD = {guarded: plain_sign for plain_sign, guarded in _GUARD.items()}


def _words(text: str) -> str:
    return re.sub(r"\s+", " ", text.translate(_UNGUARD))


def _patterned(value: float, patterns: tuple[Pattern, ...]) -> str:
    """Return a number in the section that is for its sign."""
    negative, own = value < 0, len(patterns) > 1
    place = 1 if negative and own else 2 if value == 0 and len(patterns) > 2 else 0
    pattern = patterns[place]
    if pattern.digits < 0:
        return pattern.prefix.strip()
    try:
        exact = _exact(abs(value)).scaleb(pattern.scale)
        rounded = exact.quantize(Decimal(1).scaleb(-pattern.shown_places), ROUND_HALF_UP)
    except InvalidOperation:
        return ""
    body = _digits(rounded, pattern)
    sign = "-" if negative and not own and rounded else ""
    return f"{sign}{_joined(pattern.prefix, body)}{_spaced(pattern.suffix)}".strip()


def _exact(value: float) -> Decimal:
    """Return a number without the noise beyond the 15 digits that sheets keep of fractions."""
    return Decimal(int(value)) if value.is_integer() else Decimal(f"{value:.15g}")


def _digits(rounded: Decimal, pattern: Pattern) -> str:
    whole, _, places = f"{rounded:f}".partition(".")
    while len(places) > pattern.places and places.endswith("0"):
        places = places[:-1]
    if whole == "0" and not places and not pattern.digits:
        return ""  # "#" and "?" show no zero
    whole = whole.zfill(pattern.digits)
    if pattern.grouped:
        lead = len(whole) % 3
        parts = [whole[:lead], *(whole[at : at + 3] for at in range(lead, len(whole), 3))]
        whole = ",".join(part for part in parts if part)
    return f"{whole}.{places}" if places else whole


def _joined(prefix: str, body: str) -> str:
    """Put words apart from the number, and signs against it."""
    return f"{prefix} {body}" if prefix[-1:].isalpha() else prefix + body


def _spaced(suffix: str) -> str:
    return f" {suffix}" if suffix[:1].isalpha() else suffix


# --- moments -----------------------------------------------------------------


def _moment(value: float, form: Format, epoch_1904: bool) -> str:
    """Return a serial day as ISO 8601, or nothing for what is no moment."""
    if epoch_1904:
        value += DAYS_1904
    if 0 <= value < 1 and not form.date:
        value += FIRST_DAY
    elif not FIRST_DAY <= value < LAST_DAY:
        return _early(value)
    days, seconds = divmod(round(value * 86_400), 86_400)
    day = (date(1899, 12, 30) + timedelta(days=days)).isoformat()
    clock = time(seconds // 3600, seconds // 60 % 60, seconds % 60).isoformat()
    return f"{day}T{clock}" if form.date and form.time else day if form.date else clock


def _early(value: float) -> str:
    """Return a day of January or February 1900, which count one day less."""
    if not 1 <= value < FIRST_DAY - 1:
        return ""
    return (date(1899, 12, 31) + timedelta(days=int(value))).isoformat()


def _elapsed(value: float, form: Format) -> str:
    """Return a span of days as hours, minutes and seconds, or in the one unit it is shown in."""
    seconds = round(abs(value) * 86_400) if abs(value) < 1e12 else 0
    sign = "-" if value < 0 else ""
    if form.unit == "s":
        return f"{sign}{seconds}"
    rest = f":{seconds % 60:02}" if form.seconds else ""
    if form.unit == "m":
        return f"{sign}{seconds // 60}{rest}"
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}{rest}"
