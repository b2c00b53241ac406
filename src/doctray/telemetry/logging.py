"""Structured logs: one line an event, JSON or console, with secrets taken out; uvicorn and arq speak through the same lines."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Literal, TextIO

import structlog

SECRET_NAMES = frozenset({"api_key", "authorization", "password", "read_token", "secret", "token", "x-api-key", "x-read-token"})
"""Event fields that are never written out, whatever they hold."""

REDACTED = "[redacted]"

_TOKEN_PARAMETER = re.compile(r"([?&](?:token|api_key|key|signature|sig)=)[^&\s\"']+", re.IGNORECASE)
_OUR_SECRETS = re.compile(r"\b(?:dt|rt)_[A-Za-z0-9_-]{16,}|\bwhsec_[A-Za-z0-9+/=_-]{8,}")
_URL_PASSWORD = re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s:/@]*):[^\s/@]+@", re.IGNORECASE)

_QUIET = {
    # uvicorn's access line repeats what metrics count, and would carry ?token=
    "uvicorn.access": logging.CRITICAL,
    # arq tells of each hand-over in sentences; our own events tell the job's story
    "arq": logging.WARNING,
    "alembic": logging.WARNING,
    "google_genai": logging.WARNING,
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "python_multipart": logging.WARNING,
    "asyncio": logging.WARNING,
}


def configure(
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"],
    fmt: Literal["auto", "json", "console"],
    process: str,
    *,
    stream: TextIO | None = None,
) -> None:
    """Set up structlog and the standard library's logging for this process; called once, by an entry point.

    process: api, worker, serve or engine; stands on every line. stream: stderr unless given. `auto` is console on a
    terminal and JSON elsewhere. Fields bound with structlog.contextvars (request_id, attempt) stand on every line.
    """
    target = stream or sys.stderr
    console = fmt == "console" or (fmt == "auto" and target.isatty())

    def name_process(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["process"] = process
        return event

    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_process,
    ]
    finish: list[structlog.types.Processor]
    if console:
        # Plain tracebacks: rich ones print local variables, and those hold document text.
        renderer: structlog.types.Processor = structlog.dev.ConsoleRenderer(
            colors=target.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
        finish = [redact, renderer]
    else:
        finish = [structlog.processors.format_exc_info, redact, structlog.processors.JSONRenderer(sort_keys=False)]

    structlog.configure(
        processors=[*shared, *finish],
        # Past the standard library, whose records and handlers take as long as all of the processors.
        logger_factory=structlog.WriteLoggerFactory(target),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.PositionalArgumentsFormatter()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *finish],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(least)


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """structlog processor: secrets out of every value, by the field's name or by how they look (keys, read tokens, ?token=)."""
    for name, value in event.items():
        if name.lower() in SECRET_NAMES:
            event[name] = REDACTED
        elif isinstance(value, str):
            event[name] = without_secrets(value)
    return event


def without_secrets(text: str) -> str:
    """The text with token parameters, URL passwords and our own kinds of secret replaced."""
    if "=" not in text and "_" not in text and "://" not in text:
        # What each of them holds, and few values do.
        return text
    text = _TOKEN_PARAMETER.sub(rf"\1{REDACTED}", text)
    text = _URL_PASSWORD.sub(rf"\1:{REDACTED}@", text)
    return _OUR_SECRETS.sub(REDACTED, text)
