"""Traces of a job from its submission to its webhook, by OpenTelemetry, when an endpoint for them is configured; else nothing is loaded.

OTEL_EXPORTER_OTLP_ENDPOINT (or …_TRACES_ENDPOINT) switches them on; all of OpenTelemetry's own variables apply. A trace goes on in
another process by a `traceparent` (W3C Trace Context), which the journal keeps with the job. Spans carry ids and words of the API,
never text, field values, names of files or addresses of callers.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal, Protocol

import structlog

_log = structlog.get_logger()

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

Kind = Literal["SERVER", "CONSUMER", "CLIENT", "INTERNAL"]
Value = str | int | float | bool


class Span(Protocol):
    """What is under way. traceparent: for whoever goes on with it; None while traces are off."""

    @property
    def traceparent(self) -> str | None: ...

    def rename(self, name: str) -> None: ...

    def note(self, **attributes: Value) -> None: ...

    def fail(self, reason: str) -> None:
        """It ended badly. reason: a code, safe to show."""
        ...


class _NoSpan:
    traceparent = None

    def rename(self, name: str) -> None: ...

    def note(self, **attributes: Value) -> None: ...

    def fail(self, reason: str) -> None: ...


NO_SPAN = _NoSpan()
"""Stands for what is not traced."""

_provider: Any = None
_tracer: Any = None


def configure(process: str, version: str) -> None:
    """Send this process's spans to the configured endpoint, if there is one. Called by an entry point. process: api or worker."""
    global _provider, _tracer
    wanted = any(os.environ.get(name) for name in ENDPOINTS) and os.environ.get("OTEL_SDK_DISABLED", "").lower() != "true"
    if not wanted or _provider is not None:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        _log.warning("tracing.unavailable", missing=error.name, mend="pip install 'doctray[otel]'")
        return
    _provider = TracerProvider(resource=Resource.create({"service.name": f"doctray-{process}", "service.version": version}))
    _provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _tracer = _provider.get_tracer("doctray", version)
    _log.info("tracing.started")


def close() -> None:
    """Send what is left. Blocks for as long as the endpoint takes, some seconds at most."""
    global _provider, _tracer
    if _provider is not None:
        _provider.shutdown()
        _provider = _tracer = None


def active() -> bool:
    return _tracer is not None


@contextmanager
def span(name: str, kind: Kind = "INTERNAL", *, parent: str | None = None, attributes: Mapping[str, Value] | None = None) -> Iterator[Span]:
    """A span around what happens within; an exception that leaves it marks it failed, by its class alone.

    parent: the traceparent to go on from; None, or one that cannot be read: the span around this one in this task, else a new trace.
    """
    if _tracer is None:
        yield NO_SPAN
        return
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    context = TraceContextTextMapPropagator().extract({"traceparent": parent}) if parent else None
    with _tracer.start_as_current_span(
        name, context=context, kind=SpanKind[kind], attributes=dict(attributes or {}), record_exception=False, set_status_on_exception=False
    ) as started:
        found = _Recorded(started)
        try:
            yield found
        except Exception as error:
            found.fail(type(error).__name__)
            raise


def traceparent() -> str | None:
    """Of the span that is under way in this task; None while traces are off."""
    if _tracer is None:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get("traceparent")


class _Recorded:
    def __init__(self, recorded: Any) -> None:
        self._recorded = recorded

    @property
    def traceparent(self) -> str | None:
        return traceparent()

    def rename(self, name: str) -> None:
        self._recorded.update_name(name)

    def note(self, **attributes: Value) -> None:
        for name, value in attributes.items():
            self._recorded.set_attribute(name.replace("__", "."), value)

    def fail(self, reason: str) -> None:
        from opentelemetry.trace import StatusCode

        self._recorded.set_status(StatusCode.ERROR, reason)
