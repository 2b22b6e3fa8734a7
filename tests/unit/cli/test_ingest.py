"""`catalystctl ingest` against a stand-in that speaks the contract of jobs."""

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalystindex.cli import submitting
from catalystindex.cli.sources import Places
from catalystindex.cli.submitting import batches
from catalystindex.model.errors import CatalystError, InvalidRequest, KnowledgeBaseNotFound
from catalystindex.model.job import BulkRequest, ItemState, JobWarning
from support.job_cli import JobCli, job_cli
from support.job_server import Seen


@pytest.fixture
def cli(tmp_path: Path) -> Iterator[JobCli]:
    with job_cli(tmp_path) as running:
        yield running


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, text in (("a.txt", "x"), ("b.txt", "bad"), ("c.txt", "x")):
        (folder / name).write_text(text)
    return folder


def request_of(seen: Seen) -> BulkRequest:
    text = seen.body["request"] if seen.files else json.dumps(seen.body)
    return BulkRequest.model_validate_json(text)


def test_files_are_submitted_together_and_each_has_its_line(cli: JobCli, files: Path) -> None:
    shown = cli.run("ingest", files, "--kb", "bank", "--meta", "case=417", expect=3)
    assert shown.output.splitlines() == [
        f"indexed  {files}/a.txt (2 chunks)",
        f"failed   {files}/b.txt: It is damaged. [document.corrupt]",
        f"indexed  {files}/c.txt (2 chunks)",
        "2 of 3 documents ingested.",
    ]
    (sent,) = cli.server.asked("/bulk")
    request = request_of(sent)
    assert request.metadata == {"case": 417}
    assert [one.key for one in request.documents] == [f"{files}/{n}.txt" for n in "abc"]


def test_for_programs_the_fields_are_these(cli: JobCli, files: Path) -> None:
    first, second, _ = json.loads(
        cli.run("ingest", files, "--kb", "bank", "--json", expect=3).stdout
    )
    (job,) = cli.server.jobs
    assert first == {
        "path": f"{files}/a.txt", "document": cli.server.jobs[job].items[0].document_id,
        "status": "indexed", "chunks": 2, "code": None, "detail": None, "job": job,
    }  # fmt: skip
    assert (second["status"], second["code"]) == ("failed", "document.corrupt")


def test_all_is_well_is_exit_code_0(cli: JobCli, files: Path) -> None:
    (files / "b.txt").unlink()
    assert "2 of 2 documents ingested." in cli.run("ingest", files, "--kb", "bank").output


@pytest.mark.parametrize(("stored", "by_walking"), [(3, True), (1_000_000, False)])
def test_chunks_are_asked_for_in_the_way_that_takes_fewer_requests(
    cli: JobCli, files: Path, stored: int, by_walking: bool
) -> None:
    cli.server.stored = stored
    shown = cli.run("ingest", files, "--kb", "bank", expect=3)
    assert shown.output.count("(2 chunks)") == 2
    assert len([one for one in cli.server.seen if one.path == "/v1/documents"]) == by_walking


def test_many_files_are_several_jobs_followed_as_one(
    cli: JobCli, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submitting, "BATCH_FILES", 2)
    shown = cli.run("ingest", files, "--kb", "bank", "--label", "second", expect=3)
    assert [len(one.files) for one in cli.server.asked("/bulk")] == [2, 1]
    assert [request_of(one).label for one in cli.server.asked("/bulk")] == ["second"] * 2
    assert [line.split("/")[-1][:5] for line in shown.output.splitlines()[:3]] == [
        "a.txt", "b.txt", "c.txt",
    ]  # fmt: skip


def test_a_batch_too_large_for_the_server_is_divided_down_to_the_file_that_is(
    cli: JobCli, files: Path
) -> None:
    (files / "b.txt").write_text("x" * 50_000)
    cli.server.max_body = 10_000
    shown = cli.run("ingest", files, "--kb", "bank", "--json", expect=3)
    codes = {Path(one["path"]).name: one["code"] for one in json.loads(shown.stdout)}
    assert codes == {"a.txt": None, "b.txt": "request.too_large", "c.txt": None}


def test_a_file_that_cannot_be_read_does_not_stop_the_others(cli: JobCli, files: Path) -> None:
    (files / "b.txt").unlink()
    (files / "b.txt").symlink_to(files / "nowhere")
    shown = cli.run("ingest", files, "--kb", "bank", expect=3)
    assert shown.output.splitlines() == [
        f"indexed  {files}/a.txt (2 chunks)",
        f"failed   {files}/b.txt: No such file or directory [file.unreadable]",
        f"indexed  {files}/c.txt (2 chunks)",
        "2 of 3 documents ingested.",
    ]


def test_not_waiting_tells_the_jobs(cli: JobCli, files: Path) -> None:
    shown = cli.run("ingest", files, "--kb", "bank", "--no-wait")
    (job,) = cli.server.jobs
    assert f"accepted 3 documents as job {job}" in shown.output
    assert f"jobs watch {job}" in shown.output
    assert not cli.server.asked("/events")
    told = json.loads(cli.run("ingest", files, "--kb", "bank", "--no-wait", "--json").stdout)
    assert (len(told["jobs"]), told["refused"]) == (1, [])


def test_one_file_after_the_other_is_still_possible(cli: JobCli, files: Path) -> None:
    shown = cli.run("ingest", files, "--kb", "bank", "--sync", "--force", expect=3)
    assert "2 of 3 documents ingested." in shown.output
    asked = cli.server.asked("/upload")
    assert [one.query for one in asked] == [{"wait": "true"}] * 3
    assert [one.body["force"] for one in asked] == ["true"] * 3
    cli.run("ingest", files, "--kb", "bank", "--sync", "--no-wait", expect=2)
    cli.run("ingest", "--url", "https://example.com/a", "--kb", "bank", "--sync", expect=2)


def test_doing_unchanged_documents_again_is_passed_on(cli: JobCli, files: Path) -> None:
    cli.run("ingest", files / "a.txt", "--kb", "bank", "--force")
    assert request_of(cli.server.asked("/bulk")[0]).force


def test_places_elsewhere_are_one_job(cli: JobCli, files: Path) -> None:
    shown = cli.run(
        "ingest", files / "a.txt", "--kb", "bank",
        "--url", "https://example.com/a", "--s3", "s3://bkt/k.pdf", "--s3", "s3://bkt/p/",
        "--server-folder", "/srv/cases", "--crawl", "https://example.com/",
        "--map", "https://example.com/m", "--scrape", "https://example.com/s",
        "--include", "**/*.pdf", "--limit", "7",
    )  # fmt: skip
    assert "4 of 4 documents ingested." in shown.output  # what holds many is no document
    files_sent, places_sent = cli.server.asked("/bulk")
    assert files_sent.files
    sources = [one.source.model_dump() for one in request_of(places_sent).documents]
    assert [one["kind"] for one in sources] == [
        "url", "s3", "s3_prefix", "folder", "firecrawl_crawl", "firecrawl_map",
        "firecrawl_scrape",
    ]  # fmt: skip
    assert [one.get("limit") for one in sources] == [None, None, 7, 7, 7, 7, None]
    assert sources[3]["include"] == sources[4]["include_paths"] == ["**/*.pdf"]


@pytest.mark.parametrize(
    "places",
    [
        Places(urls=["ftp://x"]),
        Places(urls=["https://user:secret@example.com/"]),
        Places(objects=["b/k"]),
        Places(objects=["s3://"]),
        Places(folders=[""]),
        Places(folders=["/srv"], limit=1_000_000),
        Places(urls=["https://example.com/"], include=["*"]),
        Places(maps=["https://example.com/"], exclude=["*"]),
        Places(scrapes=["https://example.com/"], limit=3),
        Places(include=["*"]),
    ],
)
def test_a_place_that_is_none_is_refused_before_anything_is_sent(places: Places) -> None:
    with pytest.raises(InvalidRequest):
        places.documents()


def test_a_bucket_is_a_place_that_holds_many() -> None:
    (document,) = Places(objects=["s3://kyc-files"]).documents()
    assert document.source.kind == "s3_prefix"


def test_nothing_named_is_a_wrong_use(cli: JobCli, tmp_path: Path) -> None:
    cli.run("ingest", "--kb", "bank", expect=2)
    (tmp_path / "empty").mkdir()
    error = cli.run("ingest", tmp_path / "empty", "--kb", "bank", expect=1).exception
    assert isinstance(error, InvalidRequest)
    assert cli.server.seen == []


def test_an_error_of_the_server_ends_the_command(cli: JobCli, files: Path) -> None:
    error = cli.run("ingest", files, "--kb", "nowhere", expect=1).exception
    assert isinstance(error, KnowledgeBaseNotFound)


def test_what_was_accepted_before_an_error_is_said(
    cli: JobCli, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_batch_and_an_end(_: object) -> Iterator[list[tuple[str, bytes]]]:
        yield [("a.txt", b"x")]
        raise CatalystError("The disk is gone.")

    monkeypatch.setattr(submitting, "batches", one_batch_and_an_end)
    shown = cli.run("ingest", files, "--kb", "bank", expect=1)
    (job,) = cli.server.jobs
    assert shown.stderr == f"Accepted before that, and going on: {job}.\n"


def test_a_cancelled_job_is_exit_code_4(cli: JobCli, files: Path) -> None:
    (files / "b.txt").write_text("slow")
    for file in ("a.txt", "c.txt"):
        (files / file).unlink()

    def cancel() -> None:
        while not cli.server.asked("/events"):
            time.sleep(0.01)
        cli.server.finish(next(iter(cli.server.jobs)), ItemState.CANCELLED)

    thread = threading.Thread(target=cancel)
    thread.start()
    shown = cli.run("ingest", files, "--kb", "bank", expect=4)
    thread.join()
    assert "cancelled" in shown.output
    assert "0 of 1 document ingested." in shown.output


def test_warnings_of_jobs_are_on_standard_error_once(
    cli: JobCli, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submitting, "BATCH_FILES", 1)
    cli.server.warnings = [JobWarning(code="queue.unreachable", detail="The queue is away.")]
    shown = cli.run("ingest", files, "--kb", "bank", "--no-wait", "--json")
    assert shown.stderr == "warning: The queue is away. [queue.unreachable]\n"
    json.loads(shown.stdout)


def test_batches_are_bounded_by_count_and_by_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submitting, "BATCH_FILES", 3)
    monkeypatch.setattr(submitting, "BATCH_BYTES", 10)
    sizes = [1, 1, 1, 1, 9, 1, 30, 2]
    made = batches((str(n), b"x" * size) for n, size in enumerate(sizes))
    assert [[len(data) for _, data in batch] for batch in made] == [
        [1, 1, 1], [1, 9], [1], [30], [2],
    ]  # fmt: skip
    assert list(batches(iter([]))) == []
