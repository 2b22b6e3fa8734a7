"""Real documents of every kind, held to what they show; see tests/expectations/documents.toml."""

from pathlib import Path

import pytest

from catalystindex.model.errors import DocumentError
from support.expectations import expectations, read_real, real_documents, shortfalls

FOLDER = real_documents()
needs_data = pytest.mark.skipif(
    FOLDER is None, reason="the shared real documents are not here (CATALYST_BENCH_DATA)"
)


def folder() -> Path:
    assert FOLDER is not None
    return FOLDER


@needs_data
def test_every_real_document_has_an_expectation() -> None:
    files = {path.relative_to(folder()).as_posix() for path in folder().rglob("*.*")}
    assert set(expectations()) == files


@needs_data
@pytest.mark.parametrize("path", sorted(expectations()))
def test_a_real_document_gives_what_it_shows(path: str) -> None:
    expected = expectations()[path]
    if "error" in expected:
        with pytest.raises(DocumentError) as refused:
            read_real(folder() / path)
        assert refused.value.code == expected["error"]
    else:
        assert shortfalls(read_real(folder() / path), expected) == []
