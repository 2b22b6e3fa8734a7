"""A policy's required metadata."""

import pytest

from catalystindex.documents.metadata.requirements import require
from catalystindex.model.errors import MetadataRequiredMissing, MetadataTypeConflict

REQUIRED = {"department": "text", "reviewed": "date", "version": "integer"}


def test_complete_metadata_pass() -> None:
    require(REQUIRED, {"department": "aml", "reviewed": "2025-03-17", "version": 2, "more": True})
    require({}, {})


@pytest.mark.parametrize("empty", [{}, {"version": []}, {"version": ""}])
def test_every_missing_key_is_named_with_its_type(empty: dict[str, object]) -> None:
    with pytest.raises(MetadataRequiredMissing) as caught:
        require(REQUIRED, {"department": "aml"} | empty)
    assert caught.value.context == {"missing": "reviewed (date), version (integer)"}
    assert caught.value.status == 422


@pytest.mark.parametrize("value", [True, "2", [2, "3"], {"a": 1}])
def test_a_value_of_another_type_is_refused(value: object) -> None:
    with pytest.raises(MetadataTypeConflict) as caught:
        require({"version": "integer"}, {"version": value})
    assert caught.value.context["expected"] == "integer"


def test_a_date_is_a_text_and_a_text_is_no_date() -> None:
    require({"k": "text"}, {"k": "2025-03-17"})
    with pytest.raises(MetadataTypeConflict):
        require({"k": "date"}, {"k": "17 March 2025"})
