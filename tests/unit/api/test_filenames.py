"""What is kept of the name of a file, whatever a caller sends."""

from hypothesis import given
from hypothesis import strategies as st

from catalystindex.api.routes.ingest import MAX_FILENAME, clean_filename


@given(st.text(max_size=600))
def test_a_cleaned_name_is_short_visible_and_no_path(name: str) -> None:
    clean = clean_filename(name)
    assert 1 <= len(clean) <= MAX_FILENAME
    assert clean.isprintable()
    assert "/" not in clean
    assert "\\" not in clean


@given(st.text(max_size=600))
def test_cleaning_twice_changes_nothing(name: str) -> None:
    assert clean_filename(clean_filename(name)) == clean_filename(name)


@given(st.lists(st.sampled_from(["..", ".", "a", "", " "]), max_size=6))
def test_a_cleaned_name_never_means_a_folder(parts: list[str]) -> None:
    assert clean_filename("/".join(parts)) not in (".", "..", "")
