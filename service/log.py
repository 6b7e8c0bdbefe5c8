"""Structured logging: one line an event, a sentence for people and fields for machines."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

SECRET = ("token", "secret", "password", "assertion", "authorization", "private_key")


def conceal(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Blank every field whose name says that it is a secret."""
    return {key: "***" if any(word in key.lower() for word in SECRET) else value for key, value in event.items()}


def set_up(*, level: str = "warning", as_json: bool = False) -> None:
    """Configure structlog once, at the door; logs go to standard error."""
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            conceal,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
