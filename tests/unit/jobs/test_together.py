"""What was said of a document goes before what its source adds, if there is room for that."""

from catalystindex.jobs.planning import together
from catalystindex.model.document import MAX_METADATA_KEYS

FOUND = {"source_url": "https://example.com/a"}


def test_what_was_said_goes_first() -> None:
    assert together({"case": "417"}, FOUND) == {"case": "417", **FOUND}
    assert together({"source_url": "mine"}, FOUND) == {"source_url": "mine"}


def test_a_document_with_all_the_metadata_it_may_have_takes_none_from_its_source() -> None:
    full = {f"key{number}": number for number in range(MAX_METADATA_KEYS)}
    assert together(full, FOUND) == full
