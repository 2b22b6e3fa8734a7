from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.embedding.sparse import Bm25Encoder
from catalystindex.model.errors import InvalidRequest, KnowledgeBaseNotFound
from catalystindex.model.filters import And, AnyOf
from catalystindex.model.search import SearchRequest
from catalystindex.model.tenant import Tenant
from catalystindex.search.plan import CANDIDATES, Plan, clean_query, make_plan
from catalystindex.stores.records.engine import Records, open_sqlite
from support.stores import ANA, BEA, noon_clock, seed_knowledge_base

SPARSE = Bm25Encoder()


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    opened = open_sqlite(tmp_path, noon_clock(), 5)
    yield opened
    opened.close()


def plan(records: Records, tenant: Tenant = ANA, **fields: object) -> Plan:
    request = SearchRequest.model_validate({"query": "cash deposits"} | fields)
    with records.read() as connection:
        return make_plan(connection, tenant, request, SPARSE)


def test_a_plan_names_the_knowledge_bases_it_looks_in(records: Records) -> None:
    bank, clinic = seed_knowledge_base(records, "bank"), seed_knowledge_base(records, "clinic")
    assert plan(records).knowledge_bases == {bank.id: "bank", clinic.id: "clinic"}
    assert plan(records, knowledge_bases=["clinic"]).knowledge_bases == {clinic.id: "clinic"}
    both = plan(records, knowledge_bases=[bank.id, "bank"])
    assert both.knowledge_bases == {bank.id: "bank"}


def test_an_unknown_knowledge_base_is_an_error_and_not_an_empty_answer(records: Records) -> None:
    seed_knowledge_base(records, "bank")
    with pytest.raises(KnowledgeBaseNotFound):
        plan(records, knowledge_bases=["bank", "bnak"])


def test_another_workspaces_knowledge_base_is_unknown(records: Records) -> None:
    bank = seed_knowledge_base(records, "bank")
    assert plan(records, BEA).knowledge_bases == {}
    with pytest.raises(KnowledgeBaseNotFound):
        plan(records, BEA, knowledge_bases=[bank.id])


@pytest.mark.parametrize("query", [" ", "\n\t", "\x00", "\u2003", "\x07 \x1b"])
def test_a_blank_query_is_refused(records: Records, query: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        plan(records, query=query)
    assert refused.value.context["field"] == "query"


def test_terms_are_those_of_the_cleaned_query(records: Records) -> None:
    found = plan(records, query="  Cash\n deposits ")
    assert found.query == "Cash deposits"
    assert found.terms == SPARSE.query_terms("cash deposit")


def test_filters_are_conditions_in_the_order_of_their_keys(records: Records) -> None:
    found = plan(records, filters={"year": 2025, "code": ["F33", "F32"], "done": True})
    assert found.filters == And(
        (AnyOf("code", ("F33", "F32")), AnyOf("done", (True,)), AnyOf("year", (2025,)))
    )


def test_enough_candidates_are_taken_for_the_limit(records: Records) -> None:
    assert plan(records, limit=1).candidates == CANDIDATES
    assert plan(records, limit=100).candidates >= 200


def test_composed_and_decomposed_letters_are_the_same_query() -> None:
    assert clean_query("cafe\u0301") == clean_query("café") == "café"


@given(st.text(max_size=60))
def test_a_clean_query_stays_as_it_is(text: str) -> None:
    clean = clean_query(text)
    assert clean_query(clean) == clean
    assert clean == " ".join(clean.split())
    clean.encode()
