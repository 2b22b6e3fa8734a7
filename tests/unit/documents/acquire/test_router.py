"""One door for every kind of source."""

from pathlib import Path
from typing import get_args

import pytest

from catalystindex.documents.acquire.base import Acquirer, Fetched
from catalystindex.documents.acquire.router import Acquisition
from catalystindex.model.errors import AcquisitionError, SourceNotFound
from catalystindex.model.sources import (
    LISTING_KINDS,
    FileSource,
    FirecrawlCrawl,
    FirecrawlMap,
    FirecrawlScrape,
    FolderSource,
    PackedSource,
    S3PrefixSource,
    S3Source,
    StoredSource,
    UrlSource,
)
from catalystindex.stores.artifacts.local import LocalArtifacts
from support.acquire import Free, Names, settings

EVERY_KIND: list[StoredSource] = [
    PackedSource(pack="p", offset=0, length=1, filename="a"),
    FileSource(path="/a"),
    UrlSource(url="http://none.example/"),
    S3Source(uri="s3://kyc/a"),
    FirecrawlScrape(url="http://none.example/"),
    FolderSource(path="/a"),
    S3PrefixSource(uri="s3://kyc/a"),
    FirecrawlCrawl(url="http://none.example/"),
    FirecrawlMap(url="http://none.example/"),
]


@pytest.fixture
def artifacts(tmp_path: Path) -> LocalArtifacts:
    return LocalArtifacts(tmp_path / "artifacts")


@pytest.fixture
def acquisition(artifacts: LocalArtifacts) -> Acquirer:
    return Acquisition(settings(), artifacts, Names())


def test_every_stored_kind_is_tried_here() -> None:
    assert {type(one) for one in EVERY_KIND} == set(get_args(get_args(StoredSource)[0]))


@pytest.mark.parametrize("source", EVERY_KIND, ids=lambda source: source.kind)
def test_a_kind_is_either_fetched_or_listed(acquisition: Acquirer, source: StoredSource) -> None:
    if source.kind in LISTING_KINDS:
        with pytest.raises(AcquisitionError):
            list(acquisition.list(source, Free()))
        with pytest.raises(TypeError, match=source.kind):
            acquisition.fetch(source, None, Free())
    else:
        with pytest.raises(AcquisitionError):
            acquisition.fetch(source, None, Free())
        with pytest.raises(TypeError, match=source.kind):
            acquisition.list(source, Free())


class TestPacks:
    def packed(self, offset: int, length: int, pack: str = "t/pack") -> PackedSource:
        return PackedSource(
            pack=pack, offset=offset, length=length, filename="a.pdf", media_type="application/pdf"
        )

    def test_its_name_is_the_last_part_of_a_path(
        self, acquisition: Acquirer, artifacts: LocalArtifacts
    ) -> None:
        artifacts.put("t/pack", b"x")
        packed = self.packed(0, 1).model_copy(update={"filename": "../../case/a.pdf"})
        got = acquisition.fetch(packed, None, Free())
        assert isinstance(got, Fetched)
        assert got.filename == "a.pdf"

    @pytest.mark.parametrize(("offset", "length"), [(0, 10), (2, 5), (0, 0), (10, 0)])
    def test_a_document_is_its_range_of_the_pack(
        self, acquisition: Acquirer, artifacts: LocalArtifacts, offset: int, length: int
    ) -> None:
        artifacts.put("t/pack", b"0123456789")
        got = acquisition.fetch(self.packed(offset, length), None, Free())
        data = b"0123456789"[offset : offset + length]
        assert got == Fetched(data, "a.pdf", "application/pdf")

    @pytest.mark.parametrize(("offset", "length"), [(0, 11), (11, 0)])
    def test_a_pack_that_is_gone_or_short_is_not_found(
        self, acquisition: Acquirer, artifacts: LocalArtifacts, offset: int, length: int
    ) -> None:
        with pytest.raises(SourceNotFound, match="submit"):
            acquisition.fetch(self.packed(0, 1, "t/none"), None, Free())
        artifacts.put("t/pack", b"0123456789")
        with pytest.raises(SourceNotFound, match="submit"):
            acquisition.fetch(self.packed(offset, length), None, Free())
