"""Log lines: their shape, and what never stands in them."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from doctray.telemetry.logging import REDACTED, configure, redact, without_secrets


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def _lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_json_line_with_what_is_bound() -> None:
    stream = io.StringIO()
    configure("INFO", "auto", "worker", stream=stream)
    with structlog.contextvars.bound_contextvars(request_id="r1", attempt=2):
        structlog.get_logger().info("job.claimed", pages=3)
        structlog.get_logger().debug("page.read")

    [line] = _lines(stream)
    assert line["event"] == "job.claimed"
    assert (line["request_id"], line["attempt"], line["pages"]) == ("r1", 2, 3)
    assert (line["level"], line["process"]) == ("info", "worker")
    assert str(line["timestamp"]).endswith("Z")


def test_the_standard_librarys_loggers_speak_through_the_same_lines() -> None:
    stream = io.StringIO()
    configure("INFO", "json", "api", stream=stream)
    logging.getLogger("uvicorn.error").info("Started server process [%d]", 7)
    logging.getLogger("uvicorn.access").info('127.0.0.1 - "GET /status/x?token=rt_abc HTTP/1.1" 200')
    logging.getLogger("arq.worker").info("0.05s → job")
    logging.getLogger("arq.worker").warning("job took %s", "long")

    assert [line["event"] for line in _lines(stream)] == ["Started server process [7]", "job took long"]


def test_a_traceback_is_there_without_local_variables() -> None:
    stream = io.StringIO()
    configure("INFO", "json", "api", stream=stream)
    document_text = "the holder is Jane"
    try:
        raise ValueError(len(document_text))
    except ValueError:
        structlog.get_logger().exception("request.failed")

    [line] = _lines(stream)
    assert "ValueError: 18" in str(line["exception"])
    assert "Jane" not in stream.getvalue()


def test_console_lines_are_for_people() -> None:
    stream = io.StringIO()
    configure("INFO", "console", "api", stream=stream)
    document_text = "the holder is Jane"
    try:
        raise ValueError(len(document_text))
    except ValueError:
        structlog.get_logger().exception("request.failed", url="/status/a?token=rt_x")
    shown = stream.getvalue()
    assert "request.failed" in shown
    assert "ValueError: 18" in shown
    assert "Jane" not in shown
    assert "rt_x" not in shown


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("/status/a?token=rt_abc&wait=5", f"/status/a?token={REDACTED}&wait=5"),
        ("redis://:hunter2@host:6379/0", f"redis://:{REDACTED}@host:6379/0"),
        ("postgresql://me:p%40ss@db/x", f"postgresql://me:{REDACTED}@db/x"),
        ("key dt_abcdefghijklmnopqrstuv1 used", f"key {REDACTED} used"),
        ("whsec_c2VjcmV0c2VjcmV0", REDACTED),
        ("nothing secret at 12:30 on http://host:80/a", "nothing secret at 12:30 on http://host:80/a"),
    ],
)
def test_secrets_are_taken_out_by_how_they_look(text: str, kept: str) -> None:
    assert without_secrets(text) == kept


def test_secrets_are_taken_out_by_name() -> None:
    assert redact(None, "info", {"event": "a", "api_key": "x", "Authorization": "y", "host": "z"}) == {
        "event": "a",
        "api_key": REDACTED,
        "Authorization": REDACTED,
        "host": "z",
    }
