"""A worker's own port: metrics while it runs, and 503 once its event loop has stopped turning."""

import urllib.error
import urllib.request

import pytest

from doctray.telemetry.exposition import STUCK_AFTER_S, Pulse, serve


def _get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_a_pulse_is_steady_until_it_has_been_silent_for_too_long() -> None:
    times = [0.0]
    pulse = Pulse(now=lambda: times[0])
    assert pulse.steady
    times[0] = STUCK_AFTER_S - 0.1
    assert pulse.steady
    times[0] = STUCK_AFTER_S
    assert not pulse.steady
    pulse.beat()
    assert pulse.steady


def test_the_port_shows_metrics_and_life_and_closes() -> None:
    times = [0.0]
    port, close = serve(0, address="127.0.0.1", pulse=Pulse(now=lambda: times[0]))
    try:
        assert _get(port, "/livez")[0] == 200
        status, shown = _get(port, "/metrics")
        assert (status, "doctray_jobs_finished" in shown) == (200, True)
        assert _get(port, "/else")[0] == 404
        times[0] = STUCK_AFTER_S + 1
        assert _get(port, "/livez")[0] == 503
        assert _get(port, "/metrics")[0] == 200
    finally:
        close()
    with pytest.raises(urllib.error.URLError):
        _get(port, "/livez")


def test_a_port_that_is_taken_is_an_error_at_once() -> None:
    port, close = serve(0, address="127.0.0.1", pulse=Pulse())
    try:
        with pytest.raises(OSError, match="in use"):
            serve(port, address="127.0.0.1", pulse=Pulse())
    finally:
        close()
