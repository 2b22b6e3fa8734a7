from catalystindex.documents.chunk.cuts import CutPlaces, cut, cut_places
from catalystindex.embedding.tokens import ModelTokenizer


def test_the_last_cut_of_the_best_kind_wins() -> None:
    places = CutPlaces(([10, 50], [20, 30, 60], [1, 2, 3]))
    assert places.best(0, 100) == 50
    assert places.best(10, 40) == 30
    assert places.best(9, 10) == 10
    assert places.best(3, 9) is None


def test_sentences_end_after_closing_quotes_and_in_chinese() -> None:
    text = 'He said "no." Then left! 完了。次 e.g.x\nline'
    sentences = cut_places(text, []).kinds[1]
    assert [text[:end].split(" ")[-1] for end in sentences[:3]] == ['"no."', "left!", "完了。"]
    assert text[: sentences[-1]].endswith("\n")
    assert not any(text[:end].endswith("e.") for end in sentences)


def test_text_that_fits_is_not_cut(tokenizer: ModelTokenizer) -> None:
    text = "  one two three  "
    assert cut(text, tokenizer.spans(text), cut_places(text, [len(text)]), 3) == [(2, 15)]


def test_blank_text_gives_nothing(tokenizer: ModelTokenizer) -> None:
    assert cut("  ", tokenizer.spans("  "), cut_places("  ", []), 5) == []


def test_a_word_without_a_place_is_cut_between_tokens(tokenizer: ModelTokenizer) -> None:
    text = "abcdefgh" * 11
    ranges = cut(text, tokenizer.spans(text), cut_places(text, []), 5)
    assert len(ranges) > 1
    assert "".join(text[start:end] for start, end in ranges) == text


def test_glyphs_that_are_no_token_stay_with_the_range_before(tokenizer: ModelTokenizer) -> None:
    text = "one two \ue000\ue001 three four"
    ranges = cut(text, tokenizer.spans(text), cut_places(text, []), 2)
    assert [text[start:end] for start, end in ranges] == ["one two \ue000\ue001", "three four"]
