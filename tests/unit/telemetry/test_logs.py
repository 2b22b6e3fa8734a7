"""Log lines are JSON objects that carry the ids at hand."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from catalystindex.telemetry.logs import bound, configure_logs, logger


@pytest.fixture(autouse=True)
def restore_logging() -> Iterator[None]:
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    captured = capsys.readouterr()
    assert captured.out == ""
    return [json.loads(line) for line in captured.err.splitlines()]


def test_a_line_carries_the_event_its_facts_and_the_bound_ids(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs("info", "json")
    with bound(request_id="r-1"), bound(job_id="j-1"):
        logger("stores").info("document_indexed", chunks=3)
    (line,) = lines(capsys)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "document_indexed",
        "level": "info",
        "module": "stores",
        "chunks": 3,
        "request_id": "r-1",
        "job_id": "j-1",
    }


def test_ids_are_gone_after_their_block(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info", "json")
    with bound(request_id="r-1"):
        with bound(request_id="r-2"):
            logger("x").info("inner")
        logger("x").info("outer")
    logger("x").info("outside")
    assert [line.get("request_id") for line in lines(capsys)] == ["r-2", "r-1", None]


def test_ids_of_one_thread_do_not_show_in_another(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info", "json")
    with bound(request_id="r-1"):
        thread = threading.Thread(target=lambda: logger("x").info("elsewhere"))
        thread.start()
        thread.join()
    assert "request_id" not in lines(capsys)[0]


@pytest.mark.parametrize(("level", "shown"), [("debug", 3), ("info", 2), ("error", 1)])
def test_lines_below_the_level_are_left_out(
    level: str, shown: int, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs(level, "json")
    log = logger("x")
    log.debug("fine")
    log.info("plain")
    log.error("bad")
    assert len(lines(capsys)) == shown


def test_what_is_logged_stays_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info", "json")
    forged = 'x\n{"event": "forged"}\ud800'
    logger("x").info("upload_refused", filename=forged)
    (line,) = lines(capsys)
    assert (line["event"], line["filename"]) == ("upload_refused", forged)


def test_an_exception_is_part_of_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info", "json")
    try:
        raise KeyError("missing")
    except KeyError:
        logger("x").exception("request_failed")
    (line,) = lines(capsys)
    assert line["level"] == "error"
    assert "KeyError: 'missing'" in line["exception"]


def test_the_console_form_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info", "console")
    logger("x").info("document_indexed", chunks=3)
    text = capsys.readouterr().err
    assert "document_indexed" in text
    assert "chunks=3" in text
