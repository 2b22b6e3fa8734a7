"""Judged collections in BEIR's layout (Thakur et al. 2021): corpus, queries, judgements.

    corpus.jsonl     {"_id": ..., "title": ..., "text": ...}; other fields are left alone
    queries.jsonl    {"_id": ..., "text": ...}
    qrels/test.tsv   query, document, grade; with or without a header, or in TREC's four columns

Each file may be gzipped. A lone ``qrels.tsv`` beside the corpus is a collection's only split.
What the judgements name and the files lack is counted and reported, never dropped in silence.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from catalystindex.model.errors import EvaluationDataMissing
from catalystindex.search.evaluate.lines import (
    GZIP,
    Line,
    existing,
    identifier,
    read_lines,
    read_objects,
    required,
    text_field,
)

CORPUS, QUERIES, QRELS = "corpus.jsonl", "queries.jsonl", "qrels"
DEFAULT_SPLIT, ONLY_SPLIT = "test", "all"
COLUMNS, TREC_COLUMNS = 3, 4
MAX_ID = 400


@dataclass(frozen=True)
class EvalDocument:
    """A document of the corpus; title and text may be blank."""

    id: str
    title: str
    text: str

    @property
    def body(self) -> str:
        """What is read as the document: its text, or the title of one that has no other."""
        return self.text if self.text.strip() else self.title


@dataclass(frozen=True)
class EvalQuery:
    """A question with the grade of each judged document."""

    id: str
    text: str
    judged: dict[str, int]


@dataclass(frozen=True)
class Judged:
    """The judgements of a split, and what was odd about them."""

    split: str
    grades: dict[str, dict[str, int]]
    judgements: int
    repeated: int


@dataclass(frozen=True)
class Questions:
    """The judged queries, in the order of their file, and the judged ones it lacks."""

    queries: list[EvalQuery]
    missing: int


def read_corpus(folder: Path) -> Iterator[EvalDocument]:
    """Yield the documents. Raises `EvaluationDataMissing` and `InvalidRequest`."""
    seen: set[str] = set()
    for line, fields in read_objects(required(folder, CORPUS)):
        key = _new(line, identifier(line, fields), seen)
        title, text = text_field(line, fields, "title"), text_field(line, fields, "text")
        yield EvalDocument(key, " ".join(title.split()), text)


def read_questions(folder: Path, judged: Judged) -> Questions:
    """Return the queries that have judgements. Raises as `read_corpus` does."""
    seen: set[str] = set()
    queries: list[EvalQuery] = []
    for line, fields in read_objects(required(folder, QUERIES)):
        key, text = _new(line, identifier(line, fields), seen), text_field(line, fields, "text")
        if key not in judged.grades:
            continue
        if not text.strip():
            raise line.wrong("a query with judgements has no text")
        queries.append(EvalQuery(key, text, judged.grades[key]))
    if not queries:
        raise EvaluationDataMissing(
            f"No query of {QUERIES} has judgements in the split {judged.split!r}."
        )
    return Questions(queries, missing=len(judged.grades.keys() - seen))


def read_judgements(folder: Path, split: str | None) -> Judged:
    """Return the judgements of a split: the one named, or ``test``, or a collection's only file.

    Raises `EvaluationDataMissing`, which says which splits there are: another is never taken
    in place of the one that was asked for.
    """
    found = splits(folder)
    wanted = split or (ONLY_SPLIT if list(found) == [ONLY_SPLIT] else DEFAULT_SPLIT)
    if wanted not in found:
        there = ", ".join(found) or "none"
        raise EvaluationDataMissing(
            f"There is no split {wanted!r} in {folder}; there are: {there}.", split=wanted
        )
    grades: dict[str, dict[str, int]] = {}
    lines = 0
    for query, document, grade in _judgements(found[wanted]):
        grades.setdefault(query, {})[document] = grade  # the last one stands, as BEIR reads it
        lines += 1
    kept = sum(len(of_query) for of_query in grades.values())
    return Judged(wanted, grades, judgements=kept, repeated=lines - kept)


def splits(folder: Path) -> dict[str, Path]:
    """Return the files of judgements by the name of their split."""
    found = {
        path.name.removesuffix(GZIP).removesuffix(".tsv"): path
        for path in sorted((folder / QRELS).glob("*.tsv*"), reverse=True)
        if path.name.removesuffix(GZIP).endswith(".tsv")
    }
    lone = existing(folder, f"{QRELS}.tsv")
    if not found and lone is not None:
        found[ONLY_SPLIT] = lone
    return dict(sorted(found.items()))


def _judgements(file: Path) -> Iterator[tuple[str, str, int]]:
    first = True
    for line in read_lines(file):
        columns = _columns(line)
        grade = _grade(columns[-1])
        if grade is not None and len(columns) == COLUMNS and all(columns):
            yield columns[0], columns[1], grade
        elif grade is not None or not first:  # a first line without a grade is the header
            raise line.wrong("not a query, a document and a grade that is a whole number")
        first = False


def _columns(line: Line) -> list[str]:
    """Return the columns, without the second of TREC's four, which says nothing."""
    columns = [column.strip() for column in line.text.split("\t")]
    columns = columns if len(columns) > 1 else line.text.split()
    return columns[:1] + columns[2:] if len(columns) == TREC_COLUMNS else columns


def _grade(text: str) -> int | None:
    """Return a whole number, also one written as ``1.0``; None for anything else."""
    whole = text.removesuffix(".0")
    digits = whole.removeprefix("-")
    return int(whole) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None


def _new(line: Line, key: str, seen: set[str]) -> str:
    if key in seen:
        raise line.wrong(f"the id {key[:MAX_ID]!r} was there before")
    if len(key) > MAX_ID:
        raise line.wrong(f"an id of over {MAX_ID} characters")
    seen.add(key)
    return key
