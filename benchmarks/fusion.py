"""Fusion against its two retrievers, over collections made from SciFact and Cranfield.

Chunks, vectors, term weights and fusion are the product's; the search itself is exact and done
here with numpy. Test questions are asked with ``--final`` only; all else uses SciFact's training
questions or questions taken from the texts themselves. Two kinds of damage make one retriever much
weaker than the other: *drift* mixes into each question's cosines those of another question,
*reworded* takes the rarest of a question's terms from BM25, as if it had been asked in other words.
"""

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.data import VARIABLE, find_data
from catalystindex.config.sections import EmbeddingSettings
from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.chunk.chunker import chunk_document
from catalystindex.documents.chunk.policy import default_policy
from catalystindex.embedding.encoder import LocalEncoder, load_encoder
from catalystindex.embedding.sparse import Bm25Encoder, query_weights
from catalystindex.search.fuse import QuestionTerms, fuse
from catalystindex.stores.records.terms import CollectionStatistics

DEPTH = 200
CUT = 10
MAX_CHARS = 10_000_000
QUESTIONS = 400
DOCUMENTS = 2_000
ALLOWED_REGRET = 0.002
SENTENCE = re.compile(r"(?<=[.!?])\s+")

Scored = list[tuple[str, float]]
Judgements = Mapping[str, float]


@dataclass(frozen=True)
class Document:
    """A document of a BEIR collection."""

    id: str
    title: str
    text: str


@dataclass(frozen=True)
class Question:
    """What both retrievers found for a question, and what they should have."""

    dense: Scored
    sparse: Scored
    terms: QuestionTerms
    relevant: Judgements


@dataclass(frozen=True)
class Asked:
    """A question before it is asked."""

    text: str
    relevant: Judgements


@dataclass(frozen=True)
class Damage:
    """What is done to retrieval: shares of strange cosines, and of terms that BM25 loses."""

    drift: float = 0.0
    reworded: float = 0.0


UNHARMED = Damage()
DAMAGES = {
    "": UNHARMED,
    " drift .3": Damage(drift=0.3),
    " drift .5": Damage(drift=0.5),
    " reworded .3": Damage(reworded=0.3),
    " reworded .6": Damage(reworded=0.6),
}


@dataclass(frozen=True)
class Index:
    """An exact index: a vector per chunk, and postings (term, chunk, weight) ordered by term."""

    ids: list[str]
    vectors: NDArray[np.float32]
    terms: NDArray[np.int64]
    owners: NDArray[np.int64]
    values: NDArray[np.float64]

    def postings(self, term: int) -> slice:
        """Return where the postings of a term are."""
        start, end = np.searchsorted(self.terms, [term, term + 1])
        return slice(int(start), int(end))

    def frequencies(self, terms: Iterable[int]) -> dict[int, int]:
        """Return in how many chunks each term occurs, of those that do."""
        places = {term: self.postings(term) for term in terms}
        return {term: at.stop - at.start for term, at in places.items() if at.stop > at.start}


def main() -> int:
    """Measure and print; return 1 above the allowed regret, 2 without data."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--final", action="store_true", help="ask the test questions instead")
    parser.add_argument("--cache", type=Path, default=None, help="folder for vectors of chunks")
    options = parser.parse_args()
    data = find_data()
    if data is None:
        print(f"No real data: set {VARIABLE} to a folder that holds retrieval/scifact.")
        return 2
    bench = Bench(load_encoder(EmbeddingSettings()), options.cache)
    folder = data / "retrieval"
    print(f"{'collection':28}{'dense':>9}{'sparse':>9}{'fused':>9}{'regret':>9}{'recall':>9}")
    collections = final(bench, folder) if options.final else development(bench, folder)
    regrets = [report(name, questions) for name, questions in collections]
    return int(max(regrets) > ALLOWED_REGRET)


class Bench:
    """Builds indexes and asks questions with the product's encoders."""

    def __init__(self, encoder: LocalEncoder, cache: Path | None) -> None:
        self._encoder, self._cache, self._bm25 = encoder, cache, Bm25Encoder()

    def index(self, documents: Iterable[Document]) -> Index:
        """Chunk and embed documents."""
        pairs = [(one.id, text) for one in documents for text in self._chunks(one)]
        rows = [self._bm25.document(text) for _, text in pairs]
        terms = np.concatenate([row.indices for row in rows]).astype(np.int64)
        order = np.argsort(terms, kind="stable")
        return Index(
            ids=[f"{document}#{at:06}" for at, (document, _) in enumerate(pairs)],
            vectors=self._vectors([text for _, text in pairs]),
            terms=terms[order],
            owners=np.repeat(np.arange(len(rows)), [len(row.indices) for row in rows])[order],
            values=np.concatenate([row.values for row in rows]).astype(np.float64)[order],
        )

    def ask(self, index: Index, asked: list[Asked], damage: Damage = UNHARMED) -> list[Question]:
        """Retrieve with both retrievers."""
        own = self._encoder.encode([one.text for one in asked]) @ index.vectors.T
        cosines = (1 - damage.drift) * own + damage.drift * np.roll(own, 1, axis=0)
        return [
            self._question(index, one, row, damage.reworded)
            for one, row in zip(asked, cosines, strict=True)
        ]

    def _question(
        self, index: Index, asked: Asked, cosines: NDArray[np.float32], reworded: float
    ) -> Question:
        terms = self._bm25.query_terms(asked.text)
        frequencies = index.frequencies(terms)
        rarest_last = sorted(frequencies, key=lambda term: (-frequencies[term], term))
        kept = set(rarest_last[: len(rarest_last) - int(reworded * len(rarest_last))])
        known = {term: count for term, count in frequencies.items() if term in kept}
        weights = query_weights(terms, CollectionStatistics(len(index.ids), known))
        scores = np.zeros(len(index.ids))
        for term, weight in zip(weights.indices, weights.values, strict=True):
            held = index.postings(int(term))
            scores[index.owners[held]] += float(weight) * index.values[held]
        found = [one for one in best(index.ids, scores) if one[1] > 0]
        dense = best(index.ids, cosines.astype(np.float64))
        counted = QuestionTerms(len(terms), len(index.ids))
        return Question(dense, found, counted, asked.relevant)

    def _chunks(self, document: Document) -> list[str]:
        builder = DocumentBuilder("text/plain", MAX_CHARS)
        builder.add("paragraph", document.text)
        policy = default_policy(self._encoder.identity.max_tokens)
        parsed = builder.build(title=document.title or None)
        drafts = chunk_document(parsed, document.title, policy, self._encoder.tokenizer)
        return [draft.embedded for draft in drafts]

    def _vectors(self, texts: list[str]) -> NDArray[np.float32]:
        if self._cache is None:
            return self._encoder.encode(texts)
        digest = hashlib.blake2b("\0".join(texts).encode(), digest_size=12).hexdigest()
        path = self._cache / f"{digest}.npy"
        if not path.exists():
            self._cache.mkdir(parents=True, exist_ok=True)
            np.save(path, self._encoder.encode(texts))
        vectors: NDArray[np.float32] = np.load(path)
        return vectors


def best(ids: list[str], scores: NDArray[np.float64]) -> Scored:
    """Return the best of all, ties by id (ids ascend with position)."""
    return [(ids[at], float(scores[at])) for at in np.argsort(-scores, kind="stable")[:DEPTH]]


def final(bench: Bench, folder: Path) -> Iterable[tuple[str, list[Question]]]:
    """Yield the collections of the final run."""
    for name in ("cranfield", "scifact"):
        index = bench.index(documents(folder / name))
        yield name, bench.ask(index, judged(folder / name, "test"))


def development(bench: Bench, folder: Path) -> Iterable[tuple[str, list[Question]]]:
    """Yield the collections that settings are chosen on."""
    for name in ("cranfield", "scifact"):
        corpus = [one for one in documents(folder / name) if one.title][:DOCUMENTS]
        for kind, (texts, asked) in {"title": titles(corpus), "half": halves(corpus)}.items():
            yield from damaged(bench, f"{name}-{kind}", bench.index(texts), asked)
    index, asked = bench.index(documents(folder / "scifact")), judged(folder / "scifact", "train")
    yield from damaged(bench, "scifact-train", index, asked)
    yield "scifact-train typos", bench.ask(index, [replace(a, text=typos(a.text)) for a in asked])
    yield "scifact-train two words", bench.ask(index, [replace(a, text=two(a.text)) for a in asked])
    yield "accounts", bench.ask(*letters(bench))


def damaged(
    bench: Bench, name: str, index: Index, asked: list[Asked]
) -> Iterable[tuple[str, list[Question]]]:
    """Yield a collection as it is, and with one retriever made weaker."""
    for suffix, damage in DAMAGES.items():
        yield name + suffix, bench.ask(index, asked, damage)


def typos(text: str) -> str:
    """Return text in which every other long word has its third and fourth letter exchanged."""
    return " ".join(
        word[:2] + word[3] + word[2] + word[4:] if len(word) > 4 and at % 2 else word
        for at, word in enumerate(text.split())
    )


def two(text: str) -> str:
    """Return the two longest words."""
    return " ".join(sorted(text.split(), key=len)[-2:])


def letters(bench: Bench) -> tuple[Index, list[Asked]]:
    """Return letters that differ in a number only, each asked for by it."""
    numbers = [f"{7_000_000 + at * 7919 % 999_983}" for at in range(DOCUMENTS)]
    text = "Dear customer, we refer to your account {}. A transfer was received and booked."
    index = bench.index(Document(one, "Account letter", text.format(one)) for one in numbers)
    return index, [Asked(f"transfer on account {one}", {one: 1.0}) for one in numbers[:QUESTIONS]]


def titles(corpus: list[Document]) -> tuple[list[Document], list[Asked]]:
    """Return abstracts without title, each asked for by its title."""
    texts = [replace(one, title="", text=one.text.removeprefix(one.title)) for one in corpus]
    texts = [one for one in texts if one.text.strip()]
    named = {one.id: one.title for one in corpus}
    return texts, [Asked(named[one.id], {one.id: 1.0}) for one in texts[:QUESTIONS]]


def halves(corpus: list[Document]) -> tuple[list[Document], list[Asked]]:
    """Return the latter halves of abstracts, each asked for by the former: long questions."""
    parts = {one.id: SENTENCE.split(one.text) for one in corpus}
    long = {key: part for key, part in parts.items() if len(part) > 3}
    texts = [Document(key, "", " ".join(part[len(part) // 2 :])) for key, part in long.items()]
    asked = [Asked(" ".join(part[: len(part) // 2]), {key: 1.0}) for key, part in long.items()]
    return texts, asked[:QUESTIONS]


def owner(chunk_id: str) -> str:
    """Return the document of a chunk."""
    return chunk_id.rpartition("#")[0]


def documents(folder: Path) -> list[Document]:
    """Read the corpus of a BEIR collection."""
    with (folder / "corpus.jsonl").open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [Document(str(row["_id"]), row.get("title") or "", row["text"]) for row in rows]


def judged(folder: Path, split: str) -> list[Asked]:
    """Read the judged questions of a BEIR collection."""
    with (folder / "queries.jsonl").open(encoding="utf-8") as file:
        texts = {str(row["_id"]): row["text"] for row in map(json.loads, file)}
    gains: dict[str, dict[str, float]] = {}
    for line in (folder / "qrels" / f"{split}.tsv").read_text("utf-8").splitlines()[1:]:
        query, document, gain = line.split("\t")
        if float(gain) > 0:
            gains.setdefault(query, {})[document] = float(gain)
    return [Asked(texts[query], own) for query, own in gains.items()]


def report(name: str, questions: list[Question]) -> float:
    """Print a row and return by how much fusion is below the better retriever."""
    dense = mean(questions, ndcg, lambda one: one.dense)
    sparse = mean(questions, ndcg, lambda one: one.sparse)
    fused, found = mean(questions, ndcg, fusion), mean(questions, recall, fusion)
    regret = max(dense, sparse) - fused
    row = "".join(f"{value:9.4f}" for value in (dense, sparse, fused, regret, found))
    print(f"{name:28}{row}", flush=True)
    return regret


def fusion(question: Question) -> Scored:
    """Return what the product makes of both lists."""
    fused = fuse(question.dense, question.sparse, terms=question.terms, depth=DEPTH)
    return [(one.chunk_id, one.score) for one in fused]


def mean(
    questions: list[Question],
    metric: Callable[[list[str], Judgements], float],
    ranking: Callable[[Question], Scored],
) -> float:
    """Return the mean of a metric over documents, each scored by its best chunk."""
    values = []
    for question in questions:
        ranked = dict.fromkeys(owner(key) for key, _ in ranking(question))
        values.append(metric(list(ranked), question.relevant))
    return float(np.mean(values))


def ndcg(ranked: list[str], relevant: Judgements) -> float:
    """Return nDCG at 10 with linear gains, as BEIR has it (trec_eval)."""
    gains = [relevant.get(document, 0.0) for document in ranked[:CUT]]
    ideal = sorted(relevant.values(), reverse=True)[:CUT]
    discount = 1 / np.log2(np.arange(CUT) + 2)
    return float(gains @ discount[: len(gains)] / (ideal @ discount[: len(ideal)]))


def recall(ranked: list[str], relevant: Judgements) -> float:
    """Return the share of relevant documents among the first hundred."""
    return len(set(ranked[:100]) & relevant.keys()) / len(relevant)


if __name__ == "__main__":
    sys.exit(main())
