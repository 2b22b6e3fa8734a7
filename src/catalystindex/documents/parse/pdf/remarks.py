"""What a reader of a document should know of its pages."""

from collections.abc import Callable, Sequence
from itertools import groupby

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.pdf.pages import PageContent

REMARKS: tuple[tuple[Callable[[PageContent], bool], str], ...] = (
    (lambda page: page.state == "damaged", "damaged, could not be read"),
    (lambda page: page.state == "no_text" and not page.refused, "no text could be recognised"),
    (lambda page: page.refused, "not read as a picture: recognition is off or at its limit"),
    (lambda page: page.state == "blank", "blank, or nothing on it could be read"),
    (
        lambda page: page.pictured,
        "pictures beside the text were not looked at for text (parsing.ocr)",
    ),
    (lambda page: page.garbled, "fonts hide which letters they show; text may be unreadable"),
    (lambda page: not page.rules.complete, "too much is drawn to look for ruled tables"),
)


def warn_of_pages(pages: Sequence[PageContent], builder: DocumentBuilder) -> None:
    """Say which pages gave nothing, or not all, and why."""
    for applies, sentence in REMARKS:
        numbers = [page.number for page in pages if applies(page)]
        if numbers:
            builder.warn(
                f"{'Pages' if len(numbers) > 1 else 'Page'} {_ranges(numbers)}: {sentence}."
            )


def _ranges(numbers: Sequence[int]) -> str:
    """Return numbers as ranges: 1-3, 7."""
    parts = []
    for _, group in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        parts.append(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}")
    return ", ".join(parts)
