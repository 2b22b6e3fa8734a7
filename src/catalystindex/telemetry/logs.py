"""Structured logs on standard error, with the ids of the request or job at hand.

Events are verbs in the past (``document_indexed``); facts are keys. Neither document text nor
tokens are ever logged.
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from structlog.typing import FilteringBoundLogger, Processor


def configure_logs(level: str, form: str) -> None:
    """Set up logging for this process; ``form`` is ``json`` or ``console``."""
    render: Processor = (
        structlog.processors.JSONRenderer(sort_keys=True)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s")


def logger(name: str) -> FilteringBoundLogger:
    """Return the logger of a module."""
    made: FilteringBoundLogger = structlog.get_logger(module=name)
    return made


@contextmanager
def bound(**ids: str) -> Iterator[None]:
    """Add ids such as ``request_id`` or ``job_id`` to every line logged inside."""
    with structlog.contextvars.bound_contextvars(**ids):
        yield
