"""The bytes that came with a submission, one after another in one artifact."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from catalystindex.documents.acquire.base import Fetched, Listed
from catalystindex.jobs.packs import Packs, pack_place
from catalystindex.jobs.planning import BULK, MAX_KEY, item_id, key_of, listed_item
from catalystindex.model.errors import SourceForbidden
from catalystindex.model.job import ErrorClass
from catalystindex.model.sources import FileSource, PackedSource
from catalystindex.stores.artifacts.local import LocalArtifacts
from catalystindex.stores.records.leases import Lease, LeasedItem
from support.stores import ANA

PLACE = pack_place(ANA.key, "kb", "job", "part")
LISTING = LeasedItem(
    lease=Lease("listing", "job", 1), tenant_key=ANA.key, created_by="ana", knowledge_base_id="kb",
    kind="firecrawl_crawl", place="https://x.org", source={}, key=None, title=None,
    metadata={"of": "listing"}, policy="memos", force=True, document_id=None, version_id=None,
    stage=None, attempts=1, artifacts={}, seconds={}, created_at="",
)  # fmt: skip


@given(contents=st.lists(st.binary(max_size=200), min_size=1, max_size=20))
def test_what_was_packed_is_read_back_byte_for_byte(contents: list[bytes]) -> None:
    with TemporaryDirectory() as folder:
        artifacts = LocalArtifacts(Path(folder))
        fetched = [Fetched(data, f"{n}.txt", "text/plain") for n, data in enumerate(contents)]
        sources = Packs(artifacts).write(PLACE, fetched)
        read = [artifacts.get_range(one.pack, one.offset, one.length) for one in sources]
    assert read == contents
    assert [(one.filename, one.media_type) for one in sources] == [
        (one.filename, one.media_type) for one in fetched
    ]
    assert sum(one.length for one in sources) == sum(map(len, contents))


def test_nothing_is_written_for_nothing(tmp_path: Path) -> None:
    artifacts = LocalArtifacts(tmp_path)
    assert Packs(artifacts).write(PLACE, []) == []
    assert list(artifacts.keys(ANA.key)) == []


def test_each_document_of_a_listing_has_its_own_bytes_whatever_the_others_came_with(
    tmp_path: Path,
) -> None:
    artifacts = LocalArtifacts(tmp_path)
    batch = [
        Listed("https://x.org/a", content=Fetched(b"text of a", "a.md")),
        Listed("https://x.org/b", problem=SourceForbidden("robots.txt forbids it.")),
        Listed("https://x.org/c", FileSource(path="/c")),
        Listed("https://x.org/d", content=Fetched(b"text of d", "d.md")),
    ]
    sources = Packs(artifacts).of_listing(LISTING, batch)
    assert sources[1] is None
    assert sources[2] == FileSource(path="/c")
    texts = []
    for place in (0, 3):
        source = sources[place]
        assert isinstance(source, PackedSource)
        texts.append(artifacts.get_range(source.pack, source.offset, source.length))
    assert texts == [b"text of a", b"text of d"]


def test_a_job_lets_go_of_all_its_packs_and_of_no_other(tmp_path: Path) -> None:
    artifacts = LocalArtifacts(tmp_path)
    packs = Packs(artifacts)
    for job, part in (("job", "1"), ("job", "2"), ("job2", "1")):
        packs.write(pack_place(ANA.key, "kb", job, part), [Fetched(b"x", "x.txt")])
    packs.remove(ANA.key, "kb", "job")
    assert [key.split("/")[-3] for key in artifacts.keys(ANA.key)] == ["job2"]


def test_a_document_of_a_listing_inherits_what_was_said_of_the_listing() -> None:
    content = Fetched(b"x", "x.md", title="Page", metadata={"of": "page", "url": "u"})
    found = Listed("https://x.org/a", content=content)
    item = listed_item(LISTING, found, FileSource(path="/x"), 7)
    assert item.metadata == {"of": "listing", "url": "u"}
    assert (item.policy, item.force, item.title, item.key, item.ordinal) == (
        "memos", True, "Page", "https://x.org/a", 7,
    )  # fmt: skip
    assert (item.priority, item.stage, item.problem) == (BULK, None, None)
    again = listed_item(LISTING, found, FileSource(path="/x"), 9)
    assert again.id == item.id


def test_what_a_listing_knew_not_to_be_had_can_be_tried_at_its_place() -> None:
    found = Listed("https://x.org/b", problem=SourceForbidden("robots.txt forbids it."))
    item = listed_item(LISTING, found, None, 0)
    assert item.problem is not None
    assert (item.problem.code, item.problem.error_class) == (
        "source.forbidden", ErrorClass.PERMANENT,
    )  # fmt: skip
    assert item.source == {"kind": "firecrawl_scrape", "url": "https://x.org/b"}
    folder = listed_item(replace(LISTING, kind="folder"), replace(found, key="/a"), None, 0)
    assert folder.source == {"kind": "file", "path": "/a"}


@given(place=st.text(max_size=1500))
def test_a_key_is_its_place_or_ends_in_the_hash_of_it(place: str) -> None:
    key = key_of(place)
    assert len(key) <= MAX_KEY
    assert (key == place) == (len(place) <= MAX_KEY)


def test_long_places_that_begin_alike_have_different_keys() -> None:
    assert key_of("x" * 600 + "a") != key_of("x" * 600 + "b")


def test_ids_of_documents_come_from_their_job_and_place() -> None:
    ids = {item_id("a", 0), item_id("a", 1), item_id("b", 0), item_id("a", "listed", "0")}
    assert len(ids) == 4
    assert item_id("a", 0) == item_id("a", 0)
