"""Retry-After in both of its forms."""

from datetime import UTC, datetime

import pytest

from doctray.outbound.retry_after import retry_after_s

NOW = datetime(2026, 11, 22, 5, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("Sun, 22 Nov 2026 05:01:00 GMT", 60.0),
        ("Sun, 22 Nov 2026 05:01:00 -0000", 60.0),
        ("Sunday, 22-Nov-26 05:01:00 GMT", 60.0),
        ("Sun, 22 Nov 2026 04:00:00 GMT", 0.0),
        (None, None),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("٣", None),
        ("9999999999", None),
        ("Sun, 99 Nov 2026 05:01:00 GMT", None),
    ],
)
def test_seconds_dates_and_nonsense(value: str | None, seconds: float | None) -> None:
    assert retry_after_s(value, now=NOW) == seconds
