"""What happens when a document comes again."""

from catalystindex.documents.library import Submission
from catalystindex.model.document import DocumentStatus
from catalystindex.model.job import Outcome
from catalystindex.owner.assembly import Owner
from support.documents import add, document_of, find, hand_in, settle, settle_job, submit
from support.stores import ANA


def test_the_same_content_again_changes_nothing(owner: Owner, base: str) -> None:
    first = add(owner, base, "Cash deposits.", key="memo")
    again = hand_in(owner, Submission(base, b"Cash deposits.", "memo.md", key="memo"))
    assert again.unchanged
    assert settle_job(owner, again.job_id).outcomes == {Outcome.UNCHANGED: 1}
    assert owner.library.document(ANA, document_of(again)) == first
    assert len(find(owner, "cash", base)) == 1


def test_without_a_key_the_content_is_the_key(owner: Owner, base: str) -> None:
    first = add(owner, base, "Cash deposits.")
    assert hand_in(owner, Submission(base, b"Cash deposits.", "memo.md")).unchanged
    other = hand_in(owner, Submission(base, b"Other deposits.", "memo.md"))
    assert not other.unchanged
    assert other.document_id != first.id


def test_other_content_under_a_key_replaces_the_version_before(owner: Owner, base: str) -> None:
    first = add(owner, base, "# Limits\n\nThe limit is ten thousand.", key="memo")
    second = add(owner, base, "# Limits\n\nThe limit is five thousand.", key="memo")
    assert second.id == first.id
    assert (first.version, second.version) == (1, 2)
    assert second.status is DocumentStatus.INDEXED
    hits = find(owner, "limit ten thousand", base)
    assert [hit.citation.version for hit in hits] == [2]
    assert "five" in hits[0].text
    counts = owner.vectors.version_counts()
    assert first.version_id not in counts
    assert counts[second.version_id] == second.chunks


def test_other_metadata_makes_a_new_version(owner: Owner, base: str) -> None:
    first = add(owner, base, "Cash.", key="memo", metadata={"year": 2024})
    second = add(owner, base, "Cash.", key="memo", metadata={"year": 2025})
    assert (second.id, second.version) == (first.id, 2)
    assert second.metadata == {"year": 2025}
    assert [hit.citation.version for hit in find(owner, "cash", base)] == [2]


def test_content_that_returns_answers_again(owner: Owner, base: str) -> None:
    for content in ("The limit is ten.", "The limit is five.", "The limit is ten."):
        document = add(owner, base, content, key="memo")
        assert document.status is DocumentStatus.INDEXED
        (hit,) = find(owner, "limit", base)
        assert hit.text == content
        assert owner.library.text(ANA, document.id) == content
        assert owner.vectors.count(ANA, base) == 1


def test_word_counts_follow_the_versions(owner: Owner, base: str) -> None:
    """BM25 of an unchanged passage is the same before a detour of another document and after."""
    add(owner, base, "Gold was sold.", key="fixed")
    add(owner, base, "Silver was sold.", key="moving")
    before = find(owner, "gold sold", base)
    add(owner, base, "Gold, gold and gold was sold.", key="moving")
    assert find(owner, "gold sold", base) != before
    add(owner, base, "Silver was sold.", key="moving")
    assert find(owner, "gold sold", base) == before


def test_a_version_that_fails_leaves_the_one_before_searchable(owner: Owner, base: str) -> None:
    first = add(owner, base, "Cash deposits.", key="memo")
    failed = add(owner, base, b"%PDF-1.7 broken", key="memo", filename="memo.pdf")
    assert failed.status is DocumentStatus.FAILED
    assert failed.problem is not None
    assert failed.problem.code == "document.corrupt"
    assert failed.searchable
    (hit,) = find(owner, "cash", base)
    assert hit.citation.version_id == first.version_id


def test_a_document_that_failed_is_tried_again_when_it_comes_again(owner: Owner, base: str) -> None:
    failed = add(owner, base, b"%PDF-1.7 broken", key="memo")
    assert not failed.searchable
    again = hand_in(owner, Submission(base, b"%PDF-1.7 broken", "memo.md", key="memo"))
    assert (again.document_id, again.unchanged) == (failed.id, False)
    assert settle_job(owner, again.job_id).counts.failed == 1
    assert settle(owner, failed.id).status is DocumentStatus.FAILED
    mended = add(owner, base, "Cash deposits.", key="memo")
    assert (mended.status, mended.problem) == (DocumentStatus.INDEXED, None)


def test_the_newest_of_many_at_once_wins(owner: Owner, base: str) -> None:
    contents = [f"The limit is {number}." for number in range(8)]
    accepted = [submit(owner, base, content, key="memo") for content in contents]
    document = settle(owner, accepted[-1])
    assert document.version == 8
    (hit,) = find(owner, "limit", base)
    assert hit.text == contents[-1]
