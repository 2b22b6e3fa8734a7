"""Numbers of accounts, banks, cards and legal entities.

A number that carries check digits counts when they hold: IBAN (ISO 13616), LEI (ISO 17442), card
numbers (ISO/IEC 7812) and US routing numbers, the last only where they are called so. A BIC
(ISO 9362) and an account number without a standard form count only behind the word for them.

A card number is never stored: what is kept is the length and the last four digits, which PCI DSS
allows to be shown (requirement 3.4.1). No hash is kept either: with the issuer and the last four
digits known, a hash of a card number is found by trying a million numbers.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from catalystindex.documents.metadata.base import Extractor, Mention, overlaps
from catalystindex.documents.metadata.checksums import (
    aba_holds,
    iban_holds,
    luhn_holds,
    mod_97_holds,
)
from catalystindex.documents.metadata.iban_lengths import IBAN_LENGTHS

MAX_IBAN = 34
LAST = 4
LOOK_BACK = 40
"""Characters before a number in which the word for it must stand."""

GROUPED = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[0-9]{2}(?:[ \u00a0]?[A-Z0-9]){11,30}(?![a-z])")
LEI = re.compile(r"(?<![A-Za-z0-9])[A-Z0-9]{18}[0-9]{2}(?![A-Za-z0-9])")
CARD = re.compile(r"(?<![\w.,-])[3-6][0-9](?:[ -]?[0-9]){11,17}(?![\w]|[.,-][0-9])")
CARD_RANGES = re.compile(
    r"4[0-9]{12}(?:[0-9]{3}){0,2}"  # Visa
    r"|5[1-5][0-9]{14}"  # Mastercard
    r"|3[47][0-9]{13}"  # American Express
    r"|6(?:011|5[0-9]{2}|4[4-9][0-9])[0-9]{12}"  # Discover
    r"|35(?:2[89]|[3-8][0-9])[0-9]{12}"  # JCB
)
BIC = re.compile(r"(?<![A-Za-z0-9])[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?(?![A-Za-z0-9])")
BIC_WORD = re.compile(r"\b(?:BIC|SWIFT)\b")
ABA = re.compile(r"(?<![\w.,-])[0-9]{9}(?![\w]|[.,-][0-9])")
ABA_WORD = re.compile(r"\b(?:routing|ABA|RTN|transit)\b", re.IGNORECASE)
ACCOUNT = re.compile(
    r"\b(?:accounts?|acct\.?|a/c)(?:\s(?:number|num\.?|no\.?|nr\.?))?\s?[:#|]?\s{0,8}"
    r"(?P<number>[0-9][0-9-]{4,32}[0-9])(?![\w]|[.,:/][0-9])",
    re.IGNORECASE,
)
DATE_LIKE = re.compile(r"(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]|[0-9]{4}-[0-9]{4}")
"""A date, and years from and to, are no account numbers."""
MIN_ACCOUNT_DIGITS = 6


@dataclass(frozen=True)
class Numbered:
    """One kind of number: how it looks, when it holds, how it is stored."""

    kind: str
    pattern: re.Pattern[str]
    normalise: Callable[[str], str | None]
    word: re.Pattern[str] | None = None
    """A word that must stand shortly before it."""


def find_accounts(text: str) -> list[Mention]:
    """Return the numbers, none of them twice: what is an IBAN is no card number as well."""
    found: list[Mention] = []
    for numbered in KINDS:
        earlier = sorted(found, key=lambda one: one.start)
        found += _apart(list(_of_kind(text, numbered)), earlier)
    return sorted(found, key=lambda one: (one.start, one.end))


def _apart(new: list[Mention], earlier: list[Mention]) -> Iterator[Mention]:
    """Yield the new mentions that touch none of the earlier; both are in the order of the text."""
    behind = 0
    for mention in new:
        while behind < len(earlier) and earlier[behind].end <= mention.start:
            behind += 1
        if not overlaps(mention.start, mention.end, earlier[behind : behind + 1]):
            yield mention


def _of_kind(text: str, numbered: Numbered) -> Iterator[Mention]:
    for match in numbered.pattern.finditer(text):
        shown = match["number"] if "number" in match.groupdict() else match[0]
        normalised = numbered.normalise(shown)
        if normalised is not None and _named(text, match.start(), numbered.word):
            start = match.end() - len(shown)
            yield from _mention(text, start, numbered.kind, shown, normalised)


def _mention(text: str, start: int, kind: str, shown: str, normalised: str) -> Iterator[Mention]:
    end = start + (_size(shown, normalised) if kind == "ibans" else len(shown))
    if not text[end : end + 1].isalnum():
        value = normalised if kind == "card_numbers" else text[start:end]
        yield Mention(start, end, kind, value, normalised)


def _named(text: str, start: int, word: re.Pattern[str] | None) -> bool:
    return word is None or word.search(text, max(0, start - LOOK_BACK), start) is not None


def _size(shown: str, normalised: str) -> int:
    """Return how many characters of a text with blanks in it the number takes."""
    left = len(normalised)
    for place, char in enumerate(shown):
        left -= char not in " \u00a0"
        if left == 0:
            return place + 1
    return len(shown)


def _iban(shown: str) -> str | None:
    plain = shown.replace(" ", "").replace("\u00a0", "")
    length = IBAN_LENGTHS.get(plain[:2])
    if length is None or len(plain) < length:
        return None
    wanted = plain[:length]
    return wanted if iban_holds(wanted) else None


def _lei(shown: str) -> str | None:
    mixed = any(char.isalpha() for char in shown)
    return shown if mixed and mod_97_holds(shown) else None


def _card(shown: str) -> str | None:
    digits = shown.replace(" ", "").replace("-", "")
    if CARD_RANGES.fullmatch(digits) is None or not luhn_holds(digits):
        return None
    return "*" * (len(digits) - LAST) + digits[-LAST:]


def _bic(shown: str) -> str | None:
    return shown if shown[4:6] in COUNTRIES else None


def _aba(shown: str) -> str | None:
    return shown if aba_holds(shown) and int(shown[:2]) in ABA_PREFIXES else None


def _account(shown: str) -> str | None:
    digits = shown.replace("-", "")
    if len(digits) < MIN_ACCOUNT_DIGITS or DATE_LIKE.fullmatch(shown):
        return None
    return None if CARD_RANGES.fullmatch(digits) and luhn_holds(digits) else digits


_WITHOUT_IBAN = (
    "AR AU BD BM BO BS BW CA CL CM CN CO CU DZ EC ET GH HK HN ID IN IR JM JP KE KH KR KY LA "
    "LK MA MM MO MX MY MZ NG NP NZ OM PA PE PH PY RW SG SV SY TH TT TW TZ UG US UY UZ VE VN "
    "YE ZA ZM ZW "
)
COUNTRIES = frozenset(IBAN_LENGTHS) | frozenset(_WITHOUT_IBAN.split())
"""Country codes of ISO 3166-1 that stand in BICs."""
ABA_PREFIXES = frozenset((*range(13), *range(21, 33), *range(61, 73), 80))
"""Federal Reserve districts, thrift institutions, electronic and traveller's cheques."""
KINDS = (
    Numbered("ibans", GROUPED, _iban),
    Numbered("leis", LEI, _lei),
    Numbered("card_numbers", CARD, _card),
    Numbered("routing_numbers", ABA, _aba, ABA_WORD),
    Numbered("bics", BIC, _bic, BIC_WORD),
    Numbered("account_numbers", ACCOUNT, _account),
)
"""In the order in which one takes its place from the next."""

ACCOUNTS = Extractor("accounts", 1, find_accounts)
