from catalystindex.model.errors import all_error_types
from catalystindex.model.remedies import REMEDIES, remedy_of


def test_every_error_has_a_remedy_and_every_remedy_an_error() -> None:
    assert sorted(REMEDIES) == [kind.code for kind in all_error_types()]


def test_a_remedy_is_a_sentence_that_ends() -> None:
    for code, sentence in REMEDIES.items():
        assert sentence[0].isupper(), code
        assert sentence.endswith((".", ")")), code


def test_a_code_of_another_version_gets_the_general_answer() -> None:
    assert remedy_of("document.from_the_future") == REMEDIES["internal"]
