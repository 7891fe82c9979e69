"""Log lines of the command line: to stderr, so that stdout stays for results and `--json`."""

from __future__ import annotations

import logging
import os
import sys

import structlog

LEVEL = "ROLLBOOK_LOG"


def configure() -> None:
    """Every log line, ours and the libraries', goes to stderr; from the level in ROLLBOOK_LOG (default warning).

    On a terminal it is a readable line, elsewhere one JSON object a line. No log line may hold a name, a contact or a
    birth date (T-3).
    """
    level = getattr(logging, os.environ.get(LEVEL, "warning").upper(), logging.WARNING)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    is_terminal = sys.stderr.isatty()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.dev.ConsoleRenderer() if is_terminal else structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
