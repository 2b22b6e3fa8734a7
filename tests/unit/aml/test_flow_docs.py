"""The page of each detector of flows says what the detector is."""

from pathlib import Path

import pytest

from catalystindex.aml.flow_set import FLOWS
from catalystindex.detection.contract import AnyDetector

PAGES = Path(__file__).parents[3] / "docs" / "detectors"


@pytest.mark.parametrize("made", FLOWS, ids=lambda made: made.name)
def test_the_page_holds_definition_reasons_and_parameters(made: type[AnyDetector]) -> None:
    page = (PAGES / f"{made.name}.md").read_text()
    assert " ".join(made.definition.split()) in " ".join(page.split())
    for weight in made.weights:
        assert f"| `{weight.code}` | {weight.points} | {weight.meaning} |" in page
    for name, field in made().parameters.model_fields.items():
        assert f"| `{name}` |" in page
        assert str(field.description) in page


@pytest.mark.parametrize("made", FLOWS, ids=lambda made: made.name)
def test_the_weights_of_a_finding_are_a_hundred_at_most(made: type[AnyDetector]) -> None:
    most = sum(weight.points for weight in made.weights)
    exclusive = 25 if made.name == "cycle" else 0  # sum_kept or alike
    assert most - exclusive == 100
