"""Amounts of money with a currency, in minor units. No float is involved anywhere.

An amount counts with an ISO 4217 code or a currency sign before or behind it. Separators: a dot or
comma behind which one or two digits end the number starts decimals; one before groups of three, of
two and three (India), an apostrophe (Switzerland) or a blank separates thousands. A lone separator
before exactly three digits separates thousands (``1.234 EUR``, ``1,234 USD``), unless the currency
has three decimals: then the amount is left out. ``million`` and the like multiply.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from catalystindex.documents.metadata.base import Extractor, Fields, Mention
from catalystindex.documents.metadata.currencies import DECIMALS, SYMBOLS, WORDS

KIND, CURRENCIES, HIGHEST = "money", "money_currencies", "money_max_minor"
MAX_MINOR = 2**53
"""The greatest whole number that metadata holds."""
GROUP = 3

_SIGNS = "|".join(re.escape(sign) for sign in sorted(SYMBOLS, key=lambda one: (-len(one), one)))
_CODES = "|".join(sorted(DECIMALS))
_AMOUNT = (
    r"(?P<{0}>[0-9]{{1,3}}(?:[,.'\u2019 \u00a0\u202f][0-9]{{2,3}}){{1,6}}"
    r"(?:[.,][0-9]{{1,3}})?(?![0-9])"
    r"|[0-9]{{1,16}}(?:[.,][0-9]{{1,3}})?(?![0-9]))"
)
_SCALE = r"(?:\s?(?P<{0}>thousand|million|billion|trillion|mn|bn|crore|lakh|lac|[kKmM])(?!\w))?"
_SPACE = r"[ \u00a0]?"
BEFORE = re.compile(
    rf"(?<![\w$])(?:(?P<code>{_CODES}){_SPACE}|(?P<sign>{_SIGNS}){_SPACE})(?P<minus>(?<![A-Z])-)?"
    rf"{_AMOUNT.format('amount')}(?![.,'][0-9]){_SCALE.format('scale')}"
)
AFTER = re.compile(
    rf"(?<![\w.,'-])(?P<minus>(?<!\w)-)?{_AMOUNT.format('amount')}{_SCALE.format('scale')}{_SPACE}"
    rf"(?:(?P<code>{_CODES})(?!\w)|(?P<sign>[\u20ac\u00a3])(?![0-9]))"
)
SCALES = {
    "thousand": 3, "k": 3, "million": 6, "mn": 6, "m": 6, "billion": 9, "bn": 9,
    "trillion": 12, "crore": 7, "lakh": 5, "lac": 5,
}  # fmt: skip
"""Powers of ten. Only the short scale: a billion is a thousand million."""

GROUPED = re.compile(r"[0-9]{1,3}(?P<by>[,.'\u2019 \u00a0\u202f])[0-9]{3}(?:(?P=by)[0-9]{3})*")
INDIAN = re.compile(r"[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}")


def find_money(text: str) -> list[Mention]:
    """Return the amounts; one with a currency on both sides counts once, with the first."""
    found: list[Mention] = []
    matches = [*BEFORE.finditer(text), *AFTER.finditer(text)]
    for match in sorted(matches, key=lambda one: (one.start(), -one.end())):
        if found and match.start() < found[-1].end:
            continue
        found.extend(_mention(match))
    return found


def _mention(match: re.Match[str]) -> Iterator[Mention]:
    currency = match["code"] or SYMBOLS[match["sign"]]
    if currency in WORDS and match["code"] and not re.search("[.,]", match["amount"]):
        return
    minor = _minor(match["amount"], currency, match["scale"])
    if minor is not None and minor <= MAX_MINOR:
        signed = -minor if match["minus"] else minor
        value: dict[str, str | int] = {"amount_minor": signed, "currency": currency}
        yield Mention(match.start(), match.end(), KIND, match[0], value)


def _minor(shown: str, currency: str, scale: str | None) -> int | None:
    """Return an amount in minor units, or None where its separators can be read in two ways."""
    number = _number(shown, DECIMALS[currency])
    if number is None:
        return None
    power = SCALES[scale.lower()] if scale else 0
    minor = number.scaleb(power + DECIMALS[currency])
    return int(minor) if minor == minor.to_integral_value() else None


def _number(shown: str, decimals: int) -> Decimal | None:
    whole, mark, part = _split(shown)
    if mark and len(part) == GROUP:
        return _three_behind(shown, whole, mark, decimals)
    if GROUPED.fullmatch(whole) or INDIAN.fullmatch(whole) or whole.isdecimal():
        return Decimal(re.sub("[^0-9]", "", whole) + ("." + part if mark else ""))
    return None


def _split(shown: str) -> tuple[str, str, str]:
    """Return what stands before the last dot or comma, that mark, and what stands behind it."""
    place = max(shown.rfind("."), shown.rfind(","))
    return (shown, "", "") if place < 0 else (shown[:place], shown[place], shown[place + 1 :])


def _three_behind(shown: str, whole: str, mark: str, decimals: int) -> Decimal | None:
    """Read a number whose last separator stands before exactly three digits."""
    if GROUPED.fullmatch(shown) or INDIAN.fullmatch(shown):
        several = whole.count(mark) > 0
        if several or decimals != GROUP:
            return Decimal(re.sub("[^0-9]", "", shown))
        return None
    if decimals == GROUP and GROUPED.fullmatch(whole) and mark not in whole:
        return Decimal(re.sub("[^0-9]", "", whole) + "." + shown[-GROUP:])
    return None


def money_fields(mentions: Sequence[Mention]) -> Fields:
    """Return the amounts, their currencies and, where there is but one of these, the highest."""
    amounts = [one.normalised for one in mentions if isinstance(one.normalised, dict)]
    if not amounts:
        return {}
    currencies = sorted({str(amount["currency"]) for amount in amounts})
    found: Fields = {KIND: list(amounts), CURRENCIES: list(currencies)}
    if len(currencies) == 1:
        found[HIGHEST] = [max(int(amount["amount_minor"]) for amount in amounts)]
    return found


MONEY = Extractor("money", 1, find_money, money_fields)
