"""Criteria letters and specifiers of mental disorders, by name.

The structure is that of the DSM-5-TR (American Psychiatric Association, 2022): diagnostic criteria
are lettered, and specifiers for severity, course and features follow the name of the disorder. The
names of severity, course and features are those that ICD-10-CM uses in the titles of F codes. Only
names are here; no text of the manual is.
"""

import re
from collections.abc import Iterator

from catalystindex.documents.metadata.base import Extractor, Mention

LETTERS, FLAGS = "criteria_letters", "specifier_flags"
LAST_LETTER = "K"

CRITERION = re.compile(
    r"\b[Cc]riteri(?:on|a)\s+(?P<list>(?:[A-K][0-9]?(?![\w'])"
    r"(?:\s?(?:,|/|-|\u2013|to|through|and|or|&)\s?){0,2}){1,11})"
)
LETTER = re.compile(r"(?P<from>[A-K])[0-9]?(?:\s?(?:-|\u2013|to|through)\s?(?P<to>[A-K])(?![\w]))?")
LETTERED = re.compile(
    r"^[ \t]*(?:[-*|][ \t]*)?(?:\*\*)?(?P<letter>[A-K])[.)][ \t]+(?=[A-Z])", re.MULTILINE
)
MANUAL = re.compile(r"\bDSM\b|\bDSM-|\bdiagnostic criteria\b|\bcriterion [A-K]\b", re.IGNORECASE)

DISORDER = re.compile(
    r"\b(?:depress|disorder|episode|bipolar|mani[ac]|MDD|GAD\b|PTSD|anxiety|dysthymi|schizo|psychos"
    r"|diagnos|specif|F[0-9]{2}\b)",
    re.IGNORECASE,
)
NEAR = 60
"""Characters before and after a word of severity or course in which a disorder is named."""
NEGATED = re.compile(
    r"\b(?:not|no longer|denies|rule out|r/o|never)\s(?:\w+\s){0,1}$", re.IGNORECASE
)
NEGATION_REACH = 24

_WITH = r"\bwith(?:\s(?:the|marked|prominent|associated))?\s"
_WITHOUT = r"\b(?:without|no)\s"
SPECIFIC = tuple(
    (flag, re.compile(pattern, re.IGNORECASE))
    for flag, pattern in (
        ("without_psychotic_features", _WITHOUT + r"psychotic\s(?:features|symptoms)\b"),
        (
            "with_psychotic_features",
            r"(?:" + _WITH + r"|,\s)(?:mood-(?:in)?congruent\s)?psychotic\s(?:features|symptoms)\b",
        ),
        ("with_anxious_distress", _WITH + r"anxious\sdistress\b"),
        ("with_mixed_features", _WITH + r"mixed\sfeatures\b"),
        ("with_rapid_cycling", _WITH + r"rapid\scycling\b"),
        ("with_melancholic_features", _WITH + r"melancholic\sfeatures\b"),
        ("with_atypical_features", _WITH + r"atypical\sfeatures\b"),
        ("with_catatonia", _WITH + r"catatonia\b"),
        ("with_peripartum_onset", _WITH + r"(?:peri|post)partum\sonset\b"),
        ("with_seasonal_pattern", _WITH + r"seasonal\spattern\b"),
        ("with_dissociative_symptoms", _WITH + r"dissociative\ssymptoms\b"),
        ("with_delayed_expression", _WITH + r"delayed\s(?:expression|onset)\b"),
        ("with_panic_attacks", _WITH + r"panic\sattacks?\b"),
        ("with_poor_insight", _WITH + r"poor\sinsight\b"),
        ("with_good_insight", _WITH + r"good\s(?:or\sfair\s)?insight\b"),
        ("in_partial_remission", r"\b(?:in|for)\spartial\sremission\b"),
        ("in_full_remission", r"\b(?:in|for)\sfull\sremission\b"),
        ("in_early_remission", r"\bin\searly\sremission\b"),
        ("in_sustained_remission", r"\bin\ssustained\sremission\b"),
        ("in_a_controlled_environment", r"\bin\sa\scontrolled\senvironment\b"),
        ("single_episode", r"\bsingle\s(?:depressive\s|manic\s)?episode\b"),
        ("recurrent_episode", r"\brecurrent\s(?:depressive\s|manic\s)?episode\b"),
    )
)
"""Names that mean nothing else."""
COMMON = tuple(
    (flag, re.compile(pattern, re.IGNORECASE))
    for flag, pattern in (
        ("mild", r"\bmild\b"),
        ("moderate", r"\bmoderate\b"),
        ("severe", r"\bsevere\b"),
        ("recurrent_episode", r"\brecurrent\b"),
    )
)  # fmt: skip
"""Words of every day: they count near the name of a disorder."""


def find_dsm(text: str) -> list[Mention]:
    """Return letters of criteria and specifiers; what is denied (``not severe``) is left out."""
    found = [*_named(text), *_lettered(text), *_specifiers(text)]
    return sorted(set(found), key=lambda one: (one.start, one.end, str(one.normalised)))


def _named(text: str) -> Iterator[Mention]:
    for match in CRITERION.finditer(text):
        start = match.start("list")
        for part in LETTER.finditer(match["list"]):
            for letter in _between(part["from"], part["to"] or part["from"]):
                place = start + part.start()
                yield Mention(place, start + part.end(), LETTERS, part[0], letter)


def _between(first: str, last: str) -> list[str]:
    return [chr(code) for code in range(ord(first), ord(last) + 1)]


def _lettered(text: str) -> Iterator[Mention]:
    """Yield the letters of a list that begins with A, in a text that speaks of criteria."""
    if MANUAL.search(text) is None:
        return
    wanted = ord("A")
    run: list[Mention] = []
    for match in LETTERED.finditer(text):
        if ord(match["letter"]) == wanted:
            place = match.start("letter")
            run.append(Mention(place, place + 1, LETTERS, match["letter"], match["letter"]))
            wanted += 1
    if len(run) > 1:
        yield from run


def _specifiers(text: str) -> Iterator[Mention]:
    for flag, pattern in SPECIFIC:
        yield from (_flag(text, one, flag) for one in _affirmed(text, pattern))
    for flag, pattern in COMMON:
        found = _affirmed(text, pattern)
        yield from (_flag(text, one, flag) for one in found if _of_disorder(text, one))


def _affirmed(text: str, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    return (one for one in pattern.finditer(text) if not _negated(text, one.start()))


def _flag(text: str, match: re.Match[str], flag: str) -> Mention:
    start = match.start() + len(match[0]) - len(match[0].lstrip(", \n"))
    return Mention(start, match.end(), FLAGS, text[start : match.end()], flag)


def _of_disorder(text: str, match: re.Match[str]) -> bool:
    low, high = max(0, match.start() - NEAR), match.end() + NEAR
    return DISORDER.search(text, low, min(high, len(text))) is not None


def _negated(text: str, start: int) -> bool:
    return NEGATED.search(text[max(0, start - NEGATION_REACH) : start]) is not None


DSM = Extractor("dsm", 1, find_dsm)
