from hypothesis import given
from hypothesis import strategies as st

from catalystindex.embedding.tokens import SPECIAL_TOKENS, ModelTokenizer

texts = st.text(st.characters(codec="utf-8"), max_size=80)


@given(text=texts)
def test_spans_ascend_inside_the_text_and_add_up_to_the_count(
    tokenizer: ModelTokenizer, text: str
) -> None:
    spans = tokenizer.spans(text)
    assert tokenizer.count(text) == len(spans) + SPECIAL_TOKENS
    ends = [0, *spans.ends.tolist()]
    for start, end, before in zip(spans.starts, spans.ends, ends[:-1], strict=True):
        assert 0 <= start < end <= len(text)
        assert start >= before or (start, end) == (before - 1, before)  # marks share a character


def test_spans_count_code_points(tokenizer: ModelTokenizer) -> None:
    text = "😀 cash"
    spans = tokenizer.spans(text)
    assert text[int(spans.starts[-1]) : int(spans.ends[-1])] == "cash"


def test_ids_are_cut_to_the_limit_and_spans_are_not(tokenizer: ModelTokenizer) -> None:
    long = "cash " * 500
    (ids,) = tokenizer.ids([long])
    assert len(ids) == 256
    assert len(tokenizer.spans(long)) == 500


def test_an_empty_text_is_two_special_tokens(tokenizer: ModelTokenizer) -> None:
    assert [len(ids) for ids in tokenizer.ids(["", "cash"])] == [2, 3]
    assert len(tokenizer.spans("")) == 0
