"""`catalystctl bench retrieval`: a small judged collection through the whole product."""

import json
from pathlib import Path

import pytest

from support.server import Folder

TOPICS = ("cash", "tulips", "whales", "bridges", "violins")
QUERIES = {str(n): f"what is known about {topic}" for n, topic in enumerate(TOPICS)}


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("collections") / "tiny"
    (folder / "qrels").mkdir(parents=True)
    rows: list[dict[str, object]] = [
        {"_id": f"{topic}-{n}", "title": f"On {topic}", "text": f"Remark {n} about {topic}."}
        for topic in TOPICS
        for n in range(3)
    ]
    rows += [{"_id": 99, "text": " \n"}, {"_id": "untitled", "text": "Nothing of note."}]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    asked = [{"_id": key, "text": text} for key, text in QUERIES.items()]
    (folder / "queries.jsonl").write_text("".join(json.dumps(row) + "\n" for row in asked))
    judged = [f"{n}\t{topic}-{m}\t1" for n, topic in enumerate(TOPICS) for m in range(3)]
    judged += ["0\tgone\t1", "77\tcash-0\t1"]
    (folder / "qrels" / "dev.tsv").write_text("query-id\tcorpus-id\tscore\n" + "\n".join(judged))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "data", tmp_path)


def test_the_report_holds_quality_speed_and_everything_odd(
    folder: Folder, collection: Path, tmp_path: Path
) -> None:
    asked = ("bench", "retrieval", collection, "--split", "dev", "--keep", tmp_path / "kept")
    report = folder.json(*asked)
    found = report["collection"]
    assert (found["name"], found["split"]) == ("tiny", "dev")
    assert (found["documents"], found["documents_indexed"]) == (17, 16)
    assert found["documents_refused"] == {"document.empty": 1}
    assert found["documents_without_title"] == 2
    assert (found["queries"], found["queries_judged"], found["queries_missing"]) == (5, 6, 1)
    assert found["judged_documents_missing"] == 1
    assert [one["name"] for one in report["systems"]] == ["dense", "sparse", "fusion"]
    for system in report["systems"]:
        assert system["metrics"]["mrr@10"]["mean"] == 1.0
        assert system["metrics"]["recall@100"]["mean"] == pytest.approx((0.75 + 4) / 5)
        assert 0.9 < system["metrics"]["ndcg@10"]["mean"] < 1.0
        assert system["latency"]["searches"] == 5
    assert report["comparison"]["best_single"] in ("dense", "sparse")
    assert report["settings"]["mode"] == "economy"
    assert report["versions"]["qdrant-edge-py"]
    assert not report["load"]["reused"]
    assert set(report["load"]["stages"]) == {"chunk", "embed", "index", "record"}
    assert not folder.data.exists()

    again = folder.json(*asked)
    assert again["load"]["reused"]
    for key in ("collection", "comparison", "settings", "versions", "machine"):
        assert again[key] == report[key]
    assert [one["metrics"] for one in again["systems"]] == [
        one["metrics"] for one in report["systems"]
    ]


def test_the_table_shows_each_retriever_and_what_was_odd(folder: Folder, collection: Path) -> None:
    chosen = ("--split", "dev", "--retrievers", "sparse", "--limit-queries", "2")
    shown = folder.run("bench", "retrieval", collection, *chosen).stdout
    assert "tiny, split dev: 17 documents" in shown
    assert "2 queries" in shown
    assert "documents refused: 1" in shown
    assert "judged queries that the file lacks: 1" in shown
    assert "sparse" in shown
    assert "dense" not in shown
    assert "documents/s" in shown


def test_an_index_that_was_cut_off_is_built_again(
    folder: Folder, collection: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    asked = ("bench", "retrieval", collection, "--split", "dev", "--retrievers", "sparse")
    folder.json(*asked, "--keep", kept)
    (index,) = kept.iterdir()
    (index / "bench.json").unlink()
    assert not folder.json(*asked, "--keep", kept)["load"]["reused"]


def test_missing_data_is_told_with_an_exit_code_of_its_own(
    folder: Folder, collection: Path, tmp_path: Path
) -> None:
    missing = folder.error("bench", "retrieval", collection, expect=2)
    assert missing["code"] == "evaluation.data_missing"
    assert "there are: dev." in missing["detail"]
    (tmp_path / "none").mkdir()
    nothing = folder.error("bench", "retrieval", tmp_path / "none", expect=2)
    assert "there are: none." in nothing["detail"]
    folder.run("bench", "retrieval", tmp_path / "not-there", expect=2)


def test_only_what_there_is_can_be_measured(folder: Folder, collection: Path) -> None:
    asked = ("bench", "retrieval", collection, "--split", "dev")
    premium = folder.error(*asked, "--mode", "premium", expect=65)
    assert "not available yet" in premium["detail"]
    unknown = folder.error(*asked, "--retrievers", "dense,magic", expect=65)
    assert "magic" in unknown["detail"]
    assert "dense, sparse, fusion" in unknown["detail"]
