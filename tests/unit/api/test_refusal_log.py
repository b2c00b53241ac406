"""What an operator can read of refusals that are not the caller's fault."""

import sqlite3

from structlog.testing import capture_logs

from doctray.api.refusal_log import QUIET_S, RefusalLog
from doctray.domain.errors import DoctrayError, QueueFull, TemporarilyUnavailable


class Clock:
    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def raised_from(cause: Exception) -> DoctrayError:
    try:
        raise TemporarilyUnavailable from cause
    except TemporarilyUnavailable as error:
        return error


def locked() -> Exception:
    error = sqlite3.OperationalError("database is locked: INSERT INTO jobs VALUES ('a secret')")
    error.sqlite_errorname = "SQLITE_BUSY"
    return error


def test_the_line_names_the_causes_and_quotes_none_of_their_messages() -> None:
    with capture_logs() as lines:
        RefusalLog(now_s=Clock()).note(raised_from(locked()))
    [line] = lines
    assert line["causes"] == ["sqlite3.OperationalError SQLITE_BUSY"]
    assert (line["event"], line["log_level"], line["code"]) == ("request.refused", "warning", "temporarily_unavailable")
    assert "secret" not in str(line)


def test_the_same_cause_is_told_once_in_a_while_with_how_many_were_refused_meanwhile() -> None:
    clock = Clock()
    log = RefusalLog(now_s=clock)
    with capture_logs() as lines:
        for _ in range(5):
            log.note(raised_from(locked()))
        clock.now_s += QUIET_S
        log.note(raised_from(locked()))
        log.note(raised_from(locked()))
        clock.now_s += QUIET_S
        log.note(raised_from(locked()))
    assert [line["unlogged"] for line in lines] == [0, 4, 1]


def test_another_cause_is_told_at_once() -> None:
    log = RefusalLog(now_s=Clock())
    with capture_logs() as lines:
        log.note(raised_from(locked()))
        log.note(raised_from(TimeoutError()))
        log.note(QueueFull())
    assert [line["causes"] for line in lines] == [["sqlite3.OperationalError SQLITE_BUSY"], ["builtins.TimeoutError"], []]
    assert [line["code"] for line in lines] == ["temporarily_unavailable", "temporarily_unavailable", "queue_full"]
