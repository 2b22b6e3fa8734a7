"""What a submission brings along, and the hash that stands for it."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.documents.library import Submission
from catalystindex.jobs.contents import (
    UploadedFile,
    brought,
    elsewhere,
    fingerprint_of,
    fingerprint_of_request,
    merged,
)
from catalystindex.model.errors import InvalidRequest
from catalystindex.model.job import BulkRequest
from catalystindex.model.sources import InlineSource, UrlSource

FILES = [UploadedFile(b"one", "1.txt"), UploadedFile(b"two", "2.txt", "text/plain")]


def request(*sources: dict[str, object], **more: object) -> BulkRequest:
    documents = [{"source": source} for source in sources]
    return BulkRequest.model_validate({"knowledge_base": "kb", "documents": documents, **more})


def test_only_what_came_along_has_bytes_by_its_place() -> None:
    wanted = request(
        {"kind": "url", "url": "https://x.org/a"},
        {"kind": "inline", "content": "text ü"},
        {"kind": "upload", "file": 1},
        {"kind": "inline", "content_base64": b64encode(b"\x00\xff").decode(), "filename": "b.bin"},
    )
    found = brought(wanted, FILES)
    assert {place: one.data for place, one in found.items()} == {
        1: "text ü".encode(), 2: b"two", 3: b"\x00\xff",
    }  # fmt: skip
    assert (found[2].filename, found[2].media_type) == ("2.txt", "text/plain")
    assert found[3].filename == "b.bin"


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [("a" * 300 + ".pdf", "a" * 251 + ".pdf"), ("a\r\n\x1b[2Jb\0.txt", "a[2Jb.txt"),
     ("case/417/x.pdf", "case/417/x.pdf"), ("\n", "document")],
)  # fmt: skip
def test_names_that_came_along_are_printable_and_bounded(given_name: str, kept: str) -> None:
    wanted = request({"kind": "upload", "file": 0})
    assert brought(wanted, [UploadedFile(b"x", given_name)])[0].filename == kept
    if len(given_name) <= 255:
        said = request({"kind": "inline", "content": "x", "filename": given_name})
        assert brought(said, [])[0].filename == kept


@pytest.mark.parametrize(
    ("source", "field"),
    [
        ({"kind": "upload", "file": 2}, "documents.1.source"),
        ({"kind": "inline", "content_base64": "no base64!"}, "documents.1.source.content_base64"),
        ({"kind": "inline", "content_base64": "QQ"}, "documents.1.source.content_base64"),
    ],
)
def test_a_mistake_is_named_by_its_place(source: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        brought(request({"kind": "inline", "content": "x"}, source), FILES)
    assert caught.value.context["field"] == field


def test_what_came_along_is_not_fetched_from_anywhere() -> None:
    url = UrlSource(url="https://x.org/a")
    assert elsewhere(url) is url
    with pytest.raises(TypeError):
        elsewhere(InlineSource(content="x"))


def test_metadata_of_a_document_goes_before_that_of_the_submission() -> None:
    documents = [{"source": {"kind": "inline", "content": "x"}, "metadata": {"a": 1, "b": 2}}]
    wanted = BulkRequest.model_validate(
        {"knowledge_base": "kb", "documents": documents, "metadata": {"b": 3, "c": 4}}
    )
    assert merged(wanted, 0) == {"a": 1, "b": 2, "c": 4}


def test_both_together_may_not_be_more_than_a_document_may_have() -> None:
    many = {f"key_{n}": n for n in range(64)}
    documents = [{"source": {"kind": "inline", "content": "x"}, "metadata": {"one_more": 1}}]
    wanted = BulkRequest.model_validate(
        {"knowledge_base": "kb", "documents": documents, "metadata": many}
    )
    with pytest.raises(InvalidRequest) as caught:
        merged(wanted, 0)
    assert caught.value.context["field"] == "documents.0.metadata"


@given(changed=st.sampled_from(["data", "filename", "key", "title", "policy", "force", "base"]))
def test_the_hash_of_one_document_is_of_all_that_was_said(changed: str) -> None:
    same: dict[str, object] = {
        "knowledge_base": "kb",
        "data": b"x",
        "filename": "x.txt",
        "key": "k",
    }
    changes: dict[str, dict[str, object]] = {
        "data": {"data": b"y"}, "filename": {"filename": "y.txt"}, "key": {"key": "l"},
        "title": {"title": "T"}, "policy": {"policy": "p"}, "force": {"force": True},
        "base": {"knowledge_base": "other"},
    }  # fmt: skip
    other = changes[changed]
    first = Submission(**same)  # type: ignore[arg-type]  # as above
    second = Submission(**(same | other))  # type: ignore[arg-type]  # as above
    assert fingerprint_of(first) == fingerprint_of(Submission(**same))  # type: ignore[arg-type]
    assert fingerprint_of(first) != fingerprint_of(second)


def test_the_hash_of_many_is_of_the_request_and_the_files() -> None:
    wanted = request({"kind": "upload", "file": 0})
    assert fingerprint_of_request(wanted, FILES) == fingerprint_of_request(wanted, FILES)
    assert fingerprint_of_request(wanted, FILES) != fingerprint_of_request(wanted, FILES[::-1])
    forced = request({"kind": "upload", "file": 0}, force=True)
    assert fingerprint_of_request(wanted, FILES) != fingerprint_of_request(forced, FILES)
