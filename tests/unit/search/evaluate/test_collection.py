"""Folders in BEIR's layout, tidy ones and those people really have."""

import gzip
import json
from pathlib import Path

import pytest

from catalystindex.model.errors import EvaluationDataMissing, InvalidRequest
from catalystindex.search.evaluate import lines
from catalystindex.search.evaluate.collection import (
    EvalDocument,
    read_corpus,
    read_judgements,
    read_questions,
    splits,
)

HEADER = "query-id\tcorpus-id\tscore\n"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def jsonl(*rows: object) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_documents_come_in_order_with_what_they_have(tmp_path: Path) -> None:
    rows = [
        {"_id": "a", "title": " Cash\n memo ", "text": "Cash.", "metadata": {"x": 1}},
        {"_id": 7, "text": "No title."},
        {"id": "c", "title": "Only a title", "text": None},
    ]
    write(tmp_path, "corpus.jsonl", "\ufeff" + jsonl(*rows) + "\n\n")
    found = list(read_corpus(tmp_path))
    assert found == [
        EvalDocument("a", "Cash memo", "Cash."),
        EvalDocument("7", "", "No title."),
        EvalDocument("c", "Only a title", ""),
    ]
    assert [one.body for one in found] == ["Cash.", "No title.", "Only a title"]


def test_half_a_character_does_not_stop_a_text(tmp_path: Path) -> None:
    write(tmp_path, "corpus.jsonl", '{"_id": "a", "title": "x", "text": "cut \\ud83d off"}')
    assert [one.text for one in read_corpus(tmp_path)] == ["cut ? off"]


def test_files_may_be_gzipped(tmp_path: Path) -> None:
    (tmp_path / "qrels").mkdir()
    for name, text in (
        ("corpus.jsonl.gz", jsonl({"_id": "a", "text": "x"})),
        ("queries.jsonl.gz", jsonl({"_id": "q", "text": "who?"})),
        ("qrels/test.tsv.gz", HEADER + "q\ta\t1\n"),
    ):
        (tmp_path / name).write_bytes(gzip.compress(text.encode()))
    assert [one.id for one in read_corpus(tmp_path)] == ["a"]
    judged = read_judgements(tmp_path, None)
    assert read_questions(tmp_path, judged).queries[0].judged == {"a": 1}


def test_a_damaged_gzip_file_is_named(tmp_path: Path) -> None:
    whole = gzip.compress(jsonl({"_id": "a", "text": "x" * 5000}).encode())
    (tmp_path / "corpus.jsonl.gz").write_bytes(whole[:-20])
    with pytest.raises(InvalidRequest, match=r"corpus\.jsonl\.gz, after line 0"):
        list(read_corpus(tmp_path))


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (b'{"_id": "b", "text": ', "not JSON"),
        (b"[1]", "not a JSON object"),
        (b'{"text": "x"}', "no '_id'"),
        (b'{"_id": " ", "text": "x"}', "no '_id'"),
        (b'{"_id": true, "text": "x"}', "no '_id'"),
        (b'{"_id": "b", "text": ["x"]}', "'text' is not a text"),
        (b'{"_id": "b", "title": 3}', "'title' is not a text"),
        (b'{"_id": "a", "text": "again"}', "the id 'a' was there before"),
        (b'{"_id": "' + b"i" * 401 + b'"}', "an id of over 400 characters"),
        (b'{"_id": "b", "text": "\xff"}', "not UTF-8"),
        (b'{"_id": "b\\ud800", "text": ""}', "an id with half a character"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_a_malformed_line_is_named_by_file_and_line(tmp_path: Path, row: bytes, what: str) -> None:
    path = tmp_path / "corpus.jsonl"
    path.write_bytes(b'{"_id": "a", "text": "x"}\n\n' + row + b"\n")
    with pytest.raises(InvalidRequest) as refused:
        list(read_corpus(tmp_path))
    assert f"{path}, line 3: {what}" in refused.value.detail
    assert refused.value.context == {"file": str(path), "line": 3}


def test_a_line_without_end_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_LINE", 1000)
    write(tmp_path, "corpus.jsonl", jsonl({"_id": "a", "text": "x" * 2000}))
    with pytest.raises(InvalidRequest, match="line 1: longer than"):
        list(read_corpus(tmp_path))


@pytest.mark.parametrize("name", ["corpus.jsonl", "queries.jsonl"])
def test_a_file_that_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    write(tmp_path, "qrels/test.tsv", "q\ta\t1\n")
    judged = read_judgements(tmp_path, None)
    with pytest.raises(EvaluationDataMissing, match=name) as missing:
        list(read_corpus(tmp_path)) if name == "corpus.jsonl" else read_questions(tmp_path, judged)
    assert missing.value.exit_code == 2


@pytest.mark.parametrize("header", [HEADER, "", "\ufeff" + HEADER])
@pytest.mark.parametrize("shape", ["{q}\t{d}\t{g}\n", "{q} 0 {d} {g}\n", "{q}\t0\t{d}\t{g}.0\r\n"])
def test_judgements_are_read_in_every_usual_shape(tmp_path: Path, header: str, shape: str) -> None:
    rows = [("1", "a", 2), ("1", "b", 0), ("2", "a", -1), ("1", "a", 1)]
    text = header + "".join(shape.format(q=q, d=d, g=g) for q, d, g in rows)
    write(tmp_path, "qrels/test.tsv", text)
    judged = read_judgements(tmp_path, None)
    assert judged.grades == {"1": {"a": 1, "b": 0}, "2": {"a": -1}}
    assert (judged.judgements, judged.repeated) == (3, 1)


@pytest.mark.parametrize("row", ["q\ta", "q\ta\tgood", "q\ta\t0.5", "\ta\t1", "q\ta\tb\tc\t1"])
def test_a_malformed_judgement_is_named_by_file_and_line(tmp_path: Path, row: str) -> None:
    path = write(tmp_path, "qrels/test.tsv", HEADER + "q\ta\t1\n" + row + "\n")
    with pytest.raises(InvalidRequest) as refused:
        read_judgements(tmp_path, "test")
    assert refused.value.detail.startswith(f"{path}, line 3: ")


def test_a_split_that_is_not_there_is_an_error_that_says_which_are(tmp_path: Path) -> None:
    for name in ("dev", "train"):
        write(tmp_path, f"qrels/{name}.tsv", "q\ta\t1\n")
    for split in (None, "test", "nightly"):
        with pytest.raises(EvaluationDataMissing, match=r"there are: dev, train\."):
            read_judgements(tmp_path, split)
    assert read_judgements(tmp_path, "dev").split == "dev"
    with pytest.raises(EvaluationDataMissing, match=r"there are: none\."):
        read_judgements(tmp_path / "qrels", None)


def test_a_lone_file_of_judgements_is_the_one_split(tmp_path: Path) -> None:
    write(tmp_path, "qrels.tsv", "q\ta\t1\n")
    assert list(splits(tmp_path)) == ["all"]
    assert read_judgements(tmp_path, None).split == "all"
    with pytest.raises(EvaluationDataMissing, match=r"there are: all\."):
        read_judgements(tmp_path, "test")


def test_only_judged_queries_are_asked_and_missing_ones_counted(tmp_path: Path) -> None:
    rows = [{"_id": 2, "text": "two"}, {"_id": "9", "text": ""}, {"_id": "1", "text": "one"}]
    write(tmp_path, "queries.jsonl", jsonl(*rows))
    write(tmp_path, "qrels/test.tsv", "1\ta\t1\n2\ta\t1\n3\ta\t1\n")
    found = read_questions(tmp_path, read_judgements(tmp_path, None))
    assert [query.text for query in found.queries] == ["two", "one"]
    assert found.missing == 1


def test_a_judged_query_without_text_and_no_judged_query_are_errors(tmp_path: Path) -> None:
    write(tmp_path, "queries.jsonl", jsonl({"_id": "1", "text": " "}))
    write(tmp_path, "qrels/test.tsv", "1\ta\t1\n")
    write(tmp_path, "qrels/dev.tsv", "5\ta\t1\n")
    with pytest.raises(InvalidRequest, match="line 1: a query with judgements has no text"):
        read_questions(tmp_path, read_judgements(tmp_path, "test"))
    with pytest.raises(EvaluationDataMissing, match="'dev'"):
        read_questions(tmp_path, read_judgements(tmp_path, "dev"))
