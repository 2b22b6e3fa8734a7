"""Organisations that carry their legal form: ``Kestrel Cove Holdings Ltd``.

Only names that end in a legal form (the common ones of the ISO 20275 list, by hand below) are
found: precision before recall. Names without one need a trained recogniser, and none of permissive
licence that comes with its weights in a package is good enough to be filtered by.
"""

import re

from catalystindex.documents.metadata.base import Extractor, Mention

KIND = "organisations"
MAX_WORDS = 7
"""Words of a name before its legal form."""
SEVERAL = 2
REACH = 120
"""Characters before a legal form in which its name begins."""

FORM = re.compile(
    r"(?<=[\w.)&'\u2019-])(?P<gap>,?\s{1,3})"
    r"(?P<form>GmbH\s&\sCo\.?\s(?:KGaA|KG|OHG)|GmbH|gGmbH|KGaA|Pty\.?\sLtd|Pte\.?\sLtd|Pvt\.?\sLtd"
    r"|Sdn\.?\sBhd|S\.?p\.?A|S\.?r\.?l|S\.?\u00e0\.?\s?r\.?l"
    r"|SARL|SAS|SASU|S\.A|S\.L|LLC|L\.L\.C|LLP|LLLP|PLLC"
    r"|plc|PLC|P\.L\.C|Ltd|LTD|Limited|Ltda|Inc|INC|Incorporated|Corp|CORP|Corporation|B\.V|BV|N\.V|NV"
    r"|A/S|ApS|Oyj?|AB|ASA|Sp\.\sz\so\.o|EOOD|OOO|PJSC|JSC|K\.K)(?P<dot>\.?)(?![\w/])"
)
WORD = re.compile(r"[^\s,;:|*~()\[\]\"\u201c\u201d<>]+")
LINKING = frozenset({"of", "and", "&", "the", "de", "du", "des", "la", "le", "van", "von", "for"})
STOP_END = (".", "!", "?", ":", ";", "|")
ABBREVIATED = re.compile(r"(?:[A-Z]|St|Bros|Co|Mt|Dr|Intl|Mfg)\.\Z")
_SENTENCE = (
    "The A An This That These Our Your Its Their If When Since For From By At In On And Or To With "
    "Customer Holder Subject Dear Case Account Is Are Of"
)
NOT_FIRST = frozenset(_SENTENCE.split())
"""Words that begin a sentence and not a name."""


def find_organisations(text: str) -> list[Mention]:
    """Return the names with their legal forms, blanks made single."""
    found: list[Mention] = []
    for match in FORM.finditer(text):
        low = max(match.start() - REACH, found[-1].end if found else 0)
        start = _begin(text, low, match.start())
        if start is not None:
            end = match.end() if "." in match["form"] else match.end("form")
            value = text[start:end]
            found.append(Mention(start, end, KIND, value, " ".join(value.split())))
    return found


def _begin(text: str, low: int, end: int) -> int | None:
    """Return where the name that ends at ``end`` begins, or None if there is none."""
    words = list(WORD.finditer(text, low, end))
    chosen: list[re.Match[str]] = []
    place = end
    for word in reversed(words):
        if not _joins(text[word.end() : place]) or not _of_name(word[0], last=not chosen):
            break
        chosen.insert(0, word)
        place = word.start()
    chosen = _without_the_name_before(chosen)
    while chosen and (chosen[0][0] in NOT_FIRST or not chosen[0][0][0].isupper()):
        chosen.pop(0)
    return chosen[0].start() if 0 < len(chosen) <= MAX_WORDS else None


def _without_the_name_before(words: list[re.Match[str]]) -> list[re.Match[str]]:
    """Cut at an ``and`` between two names of several words each."""
    for place in range(len(words) - SEVERAL - 1, SEVERAL - 1, -1):
        if words[place][0] == "and":
            return words[place + 1 :]
    return words


def _joins(gap: str) -> bool:
    """Tell whether what stands between two words may stand inside a name."""
    return gap.strip() == "" and gap.count("\n") <= 1 and len(gap) <= 3


def _of_name(word: str, *, last: bool) -> bool:
    if word.endswith(STOP_END) and ABBREVIATED.fullmatch(word) is None:
        return False
    return word[0].isupper() or (not last and (word in LINKING or word[0].isdigit()))


ORGANISATIONS = Extractor("organisations", 1, find_organisations)
