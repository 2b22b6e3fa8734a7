"""What one document may use, and everything inside it together."""

import pytest

from catalystindex.config.sections import LimitsSettings
from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parsed import ParsedDocument
from catalystindex.model.errors import (
    DocumentTooSlow,
    ExpandsTooMuch,
    NestedTooDeep,
    TooManyAttachments,
    TooManyPages,
    UnsupportedMedia,
)


class Watch:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_time_runs_out_for_a_document_and_what_is_inside_it_together() -> None:
    watch = Watch()
    context = ParseContext(LimitsSettings(max_parse_seconds=10), monotonic=watch)
    watch.now += 10
    context.tick()
    inner = context.inner().inner()
    watch.now += 0.1
    for one in (context, inner):
        with pytest.raises(DocumentTooSlow) as slow:
            one.tick()
        assert slow.value.context["limit"] == 10


def test_progress_is_of_the_outermost_document_only() -> None:
    told: list[tuple[int, int]] = []
    context = ParseContext(on_progress=lambda done, total: told.append((done, total)))
    context.page_done(1, 2)
    context.inner().page_done(1, 9)
    context.page_done(2, 2)
    assert told == [(1, 2), (2, 2)]


def test_a_page_that_is_done_too_late_is_too_late() -> None:
    watch = Watch()
    context = ParseContext(LimitsSettings(max_parse_seconds=1), monotonic=watch)
    watch.now += 2
    with pytest.raises(DocumentTooSlow):
        context.page_done(1, 2)


def test_pages() -> None:
    context = ParseContext(LimitsSettings(max_pages=3))
    context.check_pages(3)
    with pytest.raises(TooManyPages) as refused:
        context.check_pages(4)
    assert refused.value.context["limit"] == 3


def test_what_is_unpacked_is_counted_together() -> None:
    limit = 1024 * 1024
    context = ParseContext(LimitsSettings(max_unpacked_bytes=limit))
    context.count_unpacked(limit // 2)
    inner = context.inner()
    inner.count_unpacked(limit // 2)
    with pytest.raises(ExpandsTooMuch):
        context.inner().count_unpacked(1)


def test_attachments_are_counted_together() -> None:
    context = ParseContext(LimitsSettings(max_attachments=2))
    context.count_attachment()
    context.inner().count_attachment()
    with pytest.raises(TooManyAttachments):
        context.inner().inner().count_attachment()


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_nesting_ends_at_the_limit(depth: int) -> None:
    context = ParseContext(LimitsSettings(max_nesting=depth))
    for _ in range(depth):
        context = context.inner()
    with pytest.raises(NestedTooDeep):
        context.inner()


def test_contexts_of_two_documents_share_nothing() -> None:
    one, other = ParseContext(), ParseContext()
    one.count_attachment()
    assert (one.used.attachments, other.used.attachments) == (1, 0)


def test_a_context_without_a_reader_says_so() -> None:
    with pytest.raises(UnsupportedMedia):
        ParseContext().part(b"x", "a.txt")


def test_what_is_inside_is_read_one_level_deeper_with_the_same_means() -> None:
    seen: list[ParseContext] = []

    def read(data: bytes, filename: str, context: ParseContext) -> ParsedDocument:
        seen.append(context)
        return DocumentBuilder("text/plain", 10).build()

    context = ParseContext(read_part=read)
    context.part(b"x", "a.txt")
    (inner,) = seen
    assert inner.depth == 1
    assert inner.limits is context.limits
    assert inner.used is context.used
    inner.part(b"x", "b.txt")
    assert [one.depth for one in seen] == [1, 2]
