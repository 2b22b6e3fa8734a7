"""Objects of requests have few members, however many were sent."""

import json

import pytest
from pydantic import BaseModel, ValidationError

from catalystindex.api.routes.bulk import BulkForm
from catalystindex.model.document import IngestRequest
from catalystindex.model.job import BulkRequest
from catalystindex.model.members import MAX_MEMBERS

MANY = {f"unknown{number}": 0 for number in range(5000)}
SOURCE = {"kind": "url", "url": "https://example.com/a"}


@pytest.mark.parametrize("model", [BulkRequest, BulkForm, IngestRequest])
def test_a_request_of_thousands_of_unknown_members_is_one_mistake(model: type[BaseModel]) -> None:
    with pytest.raises(ValidationError) as caught:
        model.model_validate_json(json.dumps({"knowledge_base": "kb", **MANY}))
    assert caught.value.error_count() == 1


@pytest.mark.parametrize("document", [{"source": SOURCE, **MANY}, {"source": {**SOURCE, **MANY}}])
def test_so_is_each_of_its_documents_and_sources(document: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as caught:
        BulkRequest.model_validate_json(
            json.dumps({"knowledge_base": "kb", "documents": [document]})
        )
    assert caught.value.error_count() == 1


@pytest.mark.parametrize("model", [BulkRequest, BulkForm, IngestRequest])
def test_no_model_has_more(model: type[BaseModel]) -> None:
    assert len(model.model_fields) < MAX_MEMBERS
