"""Names of knowledge bases."""

import pytest
from pydantic import ValidationError

from catalystindex.model.knowledge_base import KnowledgeBaseCreate


@pytest.mark.parametrize("name", ["a", "0", "bank", "a.b-c_d", "x" * 64])
def test_plain_names_are_taken(name: str) -> None:
    assert KnowledgeBaseCreate(name=name).name == name


@pytest.mark.parametrize("name", ["", "A", "-a", ".a", "a b", "a/b", "a\n", "ä", "x" * 65])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        KnowledgeBaseCreate(name=name)
