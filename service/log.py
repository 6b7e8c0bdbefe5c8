"""Structured logging: one line an event, a sentence for people and fields for machines."""

from __future__ import annotations

import logging
import re
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

SECRET = ("token", "secret", "password", "assertion", "authorization", "private_key")

SHAPES = re.compile(
    r"00D\w{12,15}![\w.]+"  # a session of Salesforce
    r"|\beyJ[\w-]+\.[\w-]+\.[\w-]+"  # a signed assertion
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-\"]*"
    r"|(?<=://)[^\s/@\"]+:[^\s/@\"]+(?=@)"  # user and password in a URL
    r"|(?<=Bearer )[\w.!~+/=-]+"
)
"""What a secret looks like, wherever it stands: in a sentence of somebody else's, in the words of an exception."""


def conceal(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Blank every field whose name says that it is a secret."""
    return {key: "***" if any(word in key.lower() for word in SECRET) else value for key, value in event.items()}


def concealing(render: Processor) -> Processor:
    """Return a renderer that blanks in the finished line what looks like a secret."""

    def rendered(logger: WrappedLogger, method: str, event: EventDict) -> str:
        return SHAPES.sub("***", str(render(logger, method, event)))

    return rendered


class Relay(logging.Handler):
    """Hand on what libraries log, so that it looks like ours and hides the same secrets."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record of a library."""
        said = structlog.get_logger()
        said.log(record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info)


def set_up(*, level: str = "warning", as_json: bool = False) -> None:
    """Configure structlog once, at the door; logs go to standard error."""
    # Plain tracebacks: the pretty ones show the locals of every frame, and those hold tokens and keys.
    readable = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            conceal,
            concealing(structlog.processors.JSONRenderer() if as_json else readable),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    others = logging.getLogger()
    others.handlers = [*(handler for handler in others.handlers if not isinstance(handler, Relay)), Relay()]
