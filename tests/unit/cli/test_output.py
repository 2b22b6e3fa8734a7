"""What is printed is what is there: text is never taken for markup or for commands."""

import json

import pytest
from rich.console import Console

from catalystindex.cli import output
from catalystindex.cli.hits import marked, pages, place, source
from catalystindex.cli.passages import MAX_CHARS, answer_sentence
from catalystindex.model.chunk import PageSpan, Span
from catalystindex.model.errors import DocumentNotFound, InvalidRequest
from catalystindex.model.search import Citation, Hit


@pytest.mark.parametrize(
    "line",
    [
        "plain",
        "",
        "[bold]not bold[/bold]",
        "[link=x]a[/link] [/] []",
        "\\[escaped]",
        "ends with a backslash \\",
        ":warning: :smile: no emoji",
        "a\ttab",
        "  blanks  ",
        "x" * 500,
        "two\nlines",
        "日本語 🦊",
    ],
)
def test_a_line_is_printed_as_it_is(capsys: pytest.CaptureFixture[str], line: str) -> None:
    output.print_lines(line)
    assert capsys.readouterr().out == f"{line}\n"


@pytest.mark.parametrize("text", ["\x9b2J", "\x7f", "gpj\u202egnp", "name\udcff", "日本語 🦊 a\nb"])
def test_json_commands_no_terminal_and_says_the_same(
    capsys: pytest.CaptureFixture[str], text: str
) -> None:
    output.print_json({"name": text})
    printed = capsys.readouterr().out
    assert json.loads(printed) == {"name": text}
    assert output.visible(printed) == printed


@pytest.mark.parametrize(
    "line", ["\x1b]0;title\x07", "\x1b[2J\x1b[H", "\x9b2J", "gpj\u202egnp", "name\udcff"]
)
def test_text_of_others_cannot_command_the_terminal(
    capsys: pytest.CaptureFixture[str], line: str
) -> None:
    output.print_lines(f"before {line} after")
    output.print_table(("TITLE",), [(f"before {line} after",)])
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\x9b" not in shown
    assert "before" in shown


def test_a_table_keeps_brackets_and_leaves_absent_cells_empty(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.print_table(("A", "B"), [("[red]x[/red]", None), (1, True)])
    assert capsys.readouterr().out.split() == ["A", "B", "[red]x[/red]", "1", "True"]


def test_json_is_one_document_whatever_it_holds(capsys: pytest.CaptureFixture[str]) -> None:
    value: list[object] = [{"a": [Span(start=1, end=2)], "b": "日本 [x]"}, (1, 2)]
    output.print_json(value)
    assert json.loads(capsys.readouterr().out) == [
        {"a": [{"start": 1, "end": 2}], "b": "日本 [x]"},
        [1, 2],
    ]


def test_an_error_shows_its_sentence_code_and_fields(capsys: pytest.CaptureFixture[str]) -> None:
    error = InvalidRequest("The [request] is wrong.", **{"field limit": "too [large]"})
    output.print_error(error, as_json=False)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines() == [
        "error: The [request] is wrong. [request.invalid]",
        "  limit: too [large]",
    ]


def test_an_error_for_programs_is_json_on_standard_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.print_error(DocumentNotFound("Nothing.", document="x"), as_json=True)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert json.loads(shown.err) == {
        "error": {
            "type": "urn:catalystindex:problem:document.not_found",
            "code": "document.not_found",
            "title": "There is no such document",
            "detail": "Nothing.",
            "context": {"document": "x"},
        }
    }


def a_hit(text: str, *marks: tuple[int, int], **cited: object) -> Hit:
    citation = Citation.model_validate(
        {
            "document_id": "d",
            "version_id": "v",
            "version": 1,
            "chunk_id": "c",
            "knowledge_base": "bank",
            "title": "Manual",
            "filename": "manual.pdf",
            "heading_path": [],
            "span": {"start": 0, "end": len(text)},
            "pages": None,
            "content_hash": "h",
        }
        | cited
    )
    return Hit(
        rank=1,
        score=1,
        dense_score=None,
        sparse_score=None,
        text=text,
        highlights=[Span(start=start, end=end) for start, end in marks],
        citation=citation,
    )


@pytest.mark.parametrize(
    ("cited", "words"),
    [
        ({}, "Manual"),
        ({"title": ""}, "manual.pdf"),
        ({"pages": {"first": 2, "last": 2}}, "Manual, p. 2"),
        ({"pages": {"first": 2, "last": 4}}, "Manual, pp. 2-4"),
        ({"heading_path": ["Manual", "Cash", "Limits"]}, "Manual - Cash > Limits"),
    ],
)
def test_a_place_is_said_in_words(cited: dict[str, object], words: str) -> None:
    assert place(a_hit("x", **cited).citation) == words


def test_the_text_of_an_event_is_cited_by_its_event() -> None:
    event = {
        "event_id": "e" * 32,
        "kind": "communication",
        "entity_id": "m-1",
        "version": 7,
        "event_time": "2025-03-01T09:30:00Z",
        "source": "mail",
    }
    citation = a_hit("Sell.", title="Quick", event=event).citation
    assert place(citation) == "communication m-1, Quick"
    said = source(citation)
    assert f"event {'e' * 32} of 2025-03-01T09:30:00Z from mail, version 7" in said
    assert citation.document_id in said


def test_pages_are_said_in_words() -> None:
    assert pages(PageSpan(first=1, last=3)) == "pp. 1-3"


def test_marks_do_not_change_the_passage() -> None:
    shown = marked("[b] cash :smile:", [Span(start=4, end=8)])
    assert shown.plain == "[b] cash :smile:"
    console = Console(force_terminal=True, width=80, record=True, highlight=False)
    console.print(shown)
    assert "[b] cash :smile:" in console.export_text()


def test_an_answer_is_the_sentence_with_most_marks() -> None:
    text = "First comes nothing. Then cash is paid in cash. Last comes nothing."
    hit = a_hit(text, (26, 30), (42, 46))
    assert "Then cash is paid in cash." in answer_sentence(hit)


@pytest.mark.parametrize("text", ["x", "no end", "...", "a\n\n\nb", "x" * 5000])
def test_an_answer_is_never_empty_and_never_long(text: str) -> None:
    assert 1 <= len(answer_sentence(a_hit(text))) <= MAX_CHARS
