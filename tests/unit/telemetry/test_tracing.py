"""Spans while traces are off: nothing, at next to no cost, and nothing is handed on."""

import pytest

from doctray.telemetry import tracing


def test_off_means_no_span_and_no_traceparent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in tracing.ENDPOINTS:
        monkeypatch.delenv(name, raising=False)
    tracing.configure("api", "1")
    assert not tracing.active()
    with tracing.span("a", parent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01") as span:
        span.rename("b")
        span.note(a=1)
        span.fail("code")
        assert span.traceparent is None
        assert tracing.traceparent() is None


def test_a_span_lets_exceptions_through() -> None:
    with pytest.raises(ValueError, match="as it was"), tracing.span("a"):
        raise ValueError("as it was")


@pytest.mark.parametrize("parent", [None, "", "nonsense", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"])
def test_on_a_span_goes_on_from_its_parent_if_that_can_be_read(monkeypatch: pytest.MonkeyPatch, parent: str | None) -> None:
    # Nobody listens there; nothing is sent before the end, and then it gives up at once.
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_on")
    tracing.configure("worker", "1")
    try:
        assert tracing.active()
        with tracing.span("outer", "CONSUMER", parent=parent) as outer:
            found = outer.traceparent
            assert found is not None
            assert ("0af7651916cd43dd8448eb211c80319c" in found) == bool(parent and parent.startswith("00-"))
            with tracing.span("inner") as inner:
                assert inner.traceparent is not None
                assert inner.traceparent.split("-")[1] == found.split("-")[1]
                assert inner.traceparent != found
    finally:
        # Without the last try to send, which would be made again and again.
        tracing._provider._active_span_processor._span_processors = ()
        tracing.close()
