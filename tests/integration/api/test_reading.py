"""How a document was read, as the API, the SDK and the command line show it."""

from pathlib import Path

import httpx
import pytest

from support.documents import lines, pdf_bytes
from support.scans import PAGE, picture_of, picture_of_noise, scanned
from support.server import Folder, LiveServer, make_base, problem_of, search, upload

WORDS = ("The larkspur account was frozen", "by the court in Vaduz in March.")


@pytest.fixture(scope="module")
def scan() -> bytes:
    """A page that carries its text, a page that is a picture of text, a page of noise."""
    carried = lines("The quarterly audit of the trust register was carried out by the bank.")
    return pdf_bytes(carried, scanned(picture_of(*WORDS)), scanned(picture_of_noise()))


def test_a_document_says_how_it_was_read(ana: httpx.Client, scan: bytes) -> None:
    make_base(ana)
    response = upload(ana, scan, "scan.pdf")
    assert response.status_code == 201, response.text
    document = ana.get(f"/v1/documents/{response.json()['id']}").json()
    reading = document["reading"]
    assert reading == response.json()["reading"]
    assert reading["parser"].startswith("pdfium/")
    assert reading["ocr_pages"] == [{"first": 2, "last": 2}]
    assert reading["no_text_pages"] == [{"first": 3, "last": 3}]
    assert reading["damaged_pages"] == []
    assert 0.8 < reading["ocr_confidence"] <= 1
    (warning,) = reading["warnings"]
    assert warning.startswith("Page 3: ")

    (hit,) = [one for one in search(ana, "larkspur account") if "larkspur" in one["text"]]
    cited = hit["citation"]
    assert 0.8 < cited["ocr_confidence"] <= 1
    assert cited["boxes"]
    for box in cited["boxes"]:
        assert set(box) == {"page", "left", "top", "right", "bottom"}
        assert 0 <= box["left"] < box["right"] <= PAGE[0] + 0.1
        assert 0 <= box["top"] < box["bottom"] <= PAGE[1] + 0.1
    chunks = ana.get(f"/v1/documents/{document['id']}/chunks").json()["items"]
    assert [chunk["boxes"] for chunk in chunks if chunk["id"] == cited["chunk_id"]] == [
        cited["boxes"]
    ]


def test_a_document_that_was_refused_has_no_reading(ana: httpx.Client) -> None:
    make_base(ana)
    problem_of(upload(ana, b"%PDF-1.7 broken", "a.pdf"), 422, "document.corrupt")
    (document,) = ana.get("/v1/documents").json()["items"]
    assert document["reading"] is None


def test_the_client_gives_it_typed(server: LiveServer, scan: bytes) -> None:
    client = server.sdk("reading")
    client.knowledge_bases.create("bank")
    document = client.upload("bank", scan, "scan.pdf")
    assert document.reading is not None
    assert [(span.first, span.last) for span in document.reading.ocr_pages] == [(2, 2)]
    hits = client.search("larkspur account").hits
    recognised = next(hit for hit in hits if "larkspur" in hit.text)
    assert recognised.citation.ocr_confidence is not None
    assert recognised.citation.boxes[0].page in (1, 2)


@pytest.mark.timeout(180)
def test_the_command_line_shows_how_surely_a_hit_was_recognised(
    tmp_path: Path, scan: bytes
) -> None:
    folder = Folder(tmp_path / "data", tmp_path)
    (tmp_path / "scan.pdf").write_bytes(scan)
    (outcome,) = folder.json("ingest", tmp_path / "scan.pdf", "--kb", "bank", "--create")
    shown = folder.run("search", "larkspur account").stdout
    assert "recognised at " in shown
    described = folder.run("docs", "show", outcome["document"]).stdout
    assert "ocr_pages" in described
