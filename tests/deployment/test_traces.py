"""One trace from a caller's request over the queue and the worker to the webhook, as a collector receives it; and none when none is wanted."""

import gzip
import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.deployment.parts import ROOT, parts, until
from tests.ports import free_port

TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = "b7ad6b7169203331"


class Collector:
    """Takes spans as OTLP over HTTP, and webhooks."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, Any]] = []
        self.hooked: list[dict[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path == "/v1/traces":
                    outer.take(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
                else:
                    outer.hooked.append({name.lower(): value for name, value in self.headers.items()})
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def take(self, body: bytes) -> None:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            [service] = [each.value.string_value for each in resource.resource.attributes if each.key == "service.name"]
            self.spans += [(service, span) for scope in resource.scope_spans for span in scope.spans]

    def named(self, name: str) -> tuple[str, Any]:
        return next(found for found in self.spans if found[1].name == name)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.mark.full
def test_a_callers_trace_goes_on_through_queue_and_worker_to_the_webhook(tmp_path: Path) -> None:
    collector = Collector()
    port, metrics_port = free_port("127.0.0.41"), free_port("127.0.0.41")
    told = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_BSP_SCHEDULE_DELAY": "100",
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
    }
    with parts(tmp_path, OUTBOUND_ALLOW="127.0.0.1", **told) as service:
        service.api("127.0.0.41", port)
        service.worker("127.0.0.41", metrics_port)
        answer = httpx.post(
            f"http://127.0.0.41:{port}/v1/jobs",
            files={"file": ("a.pdf", (ROOT / "examples/documents/certificate_of_insurance.pdf").read_bytes())},
            data={"webhook_url": f"{collector.url}/hook"},
            headers={"traceparent": f"00-{TRACE}-{CALLER}-01"},
            trust_env=False,
            timeout=60,
        )
        assert answer.status_code == 202
        wanted = {"POST /v1/jobs", "job.process", "job.extract", "webhook.post"}
        until(lambda: wanted <= {span.name for _, span in collector.spans}, what="the spans")
        until(lambda: bool(collector.hooked), what="the webhook")
    collector.close()

    traced = {name: collector.named(name) for name in wanted}
    assert {service for service, _ in traced.values()} == {"doctray-api", "doctray-worker"}
    assert {span.trace_id.hex() for _, span in traced.values()} == {TRACE}
    request, process, extract, post = (traced[name][1] for name in ("POST /v1/jobs", "job.process", "job.extract", "webhook.post"))
    assert request.parent_span_id.hex() == CALLER
    assert process.parent_span_id == post.parent_span_id == request.span_id
    assert extract.parent_span_id == process.span_id
    assert collector.hooked[0]["traceparent"] == f"00-{TRACE}-{post.span_id.hex()}-01"
    assert not {"GET /livez", "GET /readyz", "GET /metrics"} & {span.name for _, span in collector.spans}
    told_of = json.dumps([str(span) for _, span in collector.spans])
    assert "a.pdf" not in told_of
    assert "127.0.0.1" not in told_of


def test_without_an_endpoint_nothing_of_opentelemetry_is_loaded() -> None:
    code = (
        "import sys; from doctray.api.server import build; from doctray.telemetry import tracing; build();"
        "assert not tracing.active(); tracing.close();"
        "print(any(name.startswith('opentelemetry.sdk') for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=240)
    assert done.stdout.strip() == "False", done.stderr
