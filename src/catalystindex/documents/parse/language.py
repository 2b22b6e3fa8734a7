"""The language a text is written in, where the document does not say (py3langid, naive Bayes).

Lui and Baldwin, "langid.py: An Off-the-shelf Language Identification Tool", ACL 2012.
"""

from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

MIN_LETTERS = 60
SAMPLE = 20_000
"""Characters looked at."""
CONFIDENT = 0.9
NO_LANGUAGE = "zxx"


def language_of(text: str) -> str | None:
    """Return the language (ISO 639-1 or -3), or None for too little text or a close call."""
    sample = text[:SAMPLE]
    if sum(map(str.isalpha, sample)) < MIN_LETTERS:
        return None
    name, share = _identifier().classify(" ".join(sample.split()))
    return str(name) if share >= CONFIDENT and name != NO_LANGUAGE else None


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
