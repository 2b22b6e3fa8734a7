"""A hit on the terminal: where it stands, and the passage with its matches marked."""

from collections.abc import Sequence

from rich.text import Text

from catalystindex.cli.output import print_folded, visible
from catalystindex.model.chunk import PageSpan, Span
from catalystindex.model.search import Citation, ContextPassage, EventCitation, Hit

INDENT = 4


def print_hit(hit: Hit) -> None:
    """Print one hit; on a terminal its lines are folded, never cut."""
    first = f"{hit.rank}. {place(hit.citation)}  (score {hit.score:.3f})"
    print_folded(Text(visible(first), style="bold"))
    print_folded(Text(visible(source(hit.citation)), style="dim"), indent=INDENT)
    for passage in hit.context.before if hit.context else ():
        _print_beside(passage)
    print_folded(marked(hit.text, hit.highlights), indent=INDENT)
    for passage in hit.context.after if hit.context else ():
        _print_beside(passage)
    print_folded(Text(""))


def _print_beside(passage: ContextPassage) -> None:
    """Print a passage beside a hit: set apart, and where it stands."""
    place = f"[{passage.span.start}-{passage.span.end}{', matched' if passage.matched else ''}] "
    text = Text(place, style="dim") + marked(passage.text, passage.highlights)
    print_folded(text, indent=2 * INDENT)


def place(citation: Citation) -> str:
    """Return title, page, confidence if recognised, and heading path of a citation."""
    parts = [citation.title or citation.filename]
    if citation.event is not None:
        parts = [_about(citation.event), *([citation.title] if citation.title else [])]
    if citation.pages is not None:
        parts.append(pages(citation.pages))
    if citation.ocr_confidence is not None:
        parts.append(f"recognised at {int(citation.ocr_confidence * 100)}%")
    path = [name for name in citation.heading_path if name != citation.title]
    return ", ".join(parts) + (f" - {' > '.join(path)}" if path else "")


def pages(span: PageSpan) -> str:
    """Return a page span in words."""
    return f"p. {span.first}" if span.first == span.last else f"pp. {span.first}-{span.last}"


def source(citation: Citation) -> str:
    """Return where exactly: file or event, version and characters, with the document's id."""
    if citation.event is not None:
        return _event_source(citation, citation.event)
    return (
        f"{citation.knowledge_base}: {citation.filename}, version {citation.version}, characters "
        f"{citation.span.start}-{citation.span.end}, document {citation.document_id}"
    )


def _about(event: EventCitation) -> str:
    return f"{event.kind} {event.entity_id}"


def _event_source(citation: Citation, event: EventCitation) -> str:
    moment = event.event_time.isoformat().replace("+00:00", "Z")
    return (
        f"{citation.knowledge_base}: event {event.event_id} of {moment} from {event.source}, "
        f"version {event.version}, characters {citation.span.start}-{citation.span.end}, "
        f"document {citation.document_id}"
    )


def marked(text: str, spans: Sequence[Span]) -> Text:
    """Return the passage with matched words in bold."""
    result = Text(visible(text))
    for span in spans:
        result.stylize("bold yellow", span.start, span.end)
    return result
