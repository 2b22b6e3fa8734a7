"""Filters as a person types them."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from catalystindex.cli.filters import filters_of
from catalystindex.model.errors import InvalidRequest
from catalystindex.model.filter_json import to_json


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        ([], {}),
        (["department=compliance"], {"department": "compliance"}),
        (["year=2025", "open=true", 'case="417"'], {"case": "417", "open": True, "year": 2025}),
        (["icd=F32", "icd=F33"], {"icd": ["F32", "F33"]}),
        (["icd^=F33"], {"icd": {"prefix": "F33"}}),
        (["case^=417"], {"case": {"prefix": "417"}}),
        (
            ["icd^=F32", "icd^=F33"],
            {"or": [{"icd": {"prefix": "F32"}}, {"icd": {"prefix": "F33"}}]},
        ),
        (["amount>=100"], {"amount": {"gte": 100}}),
        (["amount > 100", "amount<=5000"], {"amount": {"gt": 100, "lte": 5000}}),
        (["signed<2025-01-01"], {"signed": {"lt": "2025-01-01"}}),
        (["department!=x"], {"department": {"not": "x"}}),
        (["department!=x", "department!=y"], {"department": {"not": ["x", "y"]}}),
        (["note=a=b<c"], {"note": "a=b<c"}),
        (["icd^=F", "icd!=F33"], {"icd": {"prefix": "F", "not": "F33"}}),
    ],
)
def test_pairs(pairs: Sequence[str], expected: object) -> None:
    assert to_json(filters_of(pairs, None)) == expected


def test_pairs_and_where_must_both_hold(tmp_path: Path) -> None:
    wanted = '{"or": [{"a": 1}, {"b": {"exists": false}}]}'
    expected = {"c": 2, "or": [{"a": 1}, {"b": {"exists": False}}]}
    assert to_json(filters_of(["c=2"], wanted)) == expected
    file = tmp_path / "filter.json"
    file.write_text(wanted)
    assert to_json(filters_of(["c=2"], f"@{file}")) == expected
    assert to_json(filters_of(["c=2"], "{}")) == {"c": 2}


@pytest.mark.parametrize(
    ("pairs", "where", "said"),
    [
        (["nothing"], None, "'nothing' is not of the form"),
        (["=x"], None, "is not of the form"),
        (["Bad=x"], None, "filters.Bad: not a key"),
        (["amount>much"], None, "filters.amount.gt: not a number or date"),
        (["a<1", "a<2"], None, "a< is given twice"),
        (["a<1", "a<=2"], None, "filters.a.lte: lt or lte, not both"),
        ([], '{"or": [{"a": 1}, {"amount": {"gte": "much"}}]}', r"where.or\[1\].amount.gte: not a"),
        ([], '{"a": 1,}', "where: no JSON at line 1, column"),
        ([], '{"a": 1, "a": 2}', "the key 'a' is given twice"),
        ([], "[1]", "where: not an object"),
        ([], "@/nowhere/to/be.json", "cannot be read: No such file"),
        ([], "[" * 100_000, "where: nested too deeply"),
    ],
)
def test_a_mistake_is_named_with_its_place(
    pairs: Sequence[str], where: str | None, said: str
) -> None:
    with pytest.raises(InvalidRequest, match=said):
        filters_of(pairs, where)
