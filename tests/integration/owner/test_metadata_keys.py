"""Free metadata keys are typed where a document is accepted, and shown."""

import pytest

from catalystindex.model.errors import KnowledgeBaseNotFound, MetadataTypeConflict
from catalystindex.owner.assembly import Owner
from support.documents import stored_files, submit
from support.stores import ANA, BEA


def test_a_value_of_another_type_leaves_nothing_behind(owner: Owner, base: str) -> None:
    first = submit(owner, base, "one", key="a", metadata={"year": 2025, "tag": "x"})
    with pytest.raises(MetadataTypeConflict) as caught:
        submit(owner, base, "two", key="b", metadata={"year": "2025", "late": 1})
    assert caught.value.context["document"] == first
    assert all(first in file for file in stored_files(owner) if base in file)
    found = owner.library.metadata_keys(ANA, base, cursor=None, limit=9)
    types = {key.key: key.type.value for key in found.items}
    assert types == {"tag": "text", "year": "integer"}
    with pytest.raises(KnowledgeBaseNotFound):
        owner.library.metadata_keys(BEA, base, cursor=None, limit=9)
