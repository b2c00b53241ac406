"""What a container's start, probes and scrapes find."""

import re
import socket
import sys
from pathlib import Path

import httpx

from tests.deployment.parts import parts
from tests.ports import free_port

REQUESTS = 24


def test_several_api_processes_show_one_sum_whichever_is_asked(tmp_path: Path) -> None:
    port = free_port()
    with parts(tmp_path) as service:
        running = service.api("127.0.0.1", port, {"WORKER_PROCESSES": "2"})
        url = f"http://127.0.0.1:{port}"
        for _ in range(REQUESTS):
            # A connection each, so that the kernel spreads them over the processes.
            assert httpx.get(f"{url}/livez", trust_env=False, timeout=60).status_code == 200
        shown = [httpx.get(f"{url}/metrics", trust_env=False, timeout=60).text for _ in range(6)]

        for text in shown:
            [livez] = re.findall(r'^doctray_http_requests_total{method="GET",route="/livez",status="200"} (\S+)$', text, re.MULTILINE)
            assert float(livez) == REQUESTS
            assert len(re.findall(r'^doctray_queue_jobs{state="due"} ', text, re.MULTILINE)) == 1
            assert len(re.findall(r"^(?:memory_usage_percent|cpu_usage_percent|cache_hit_rate|doctray_workers) ", text, re.MULTILINE)) == 4
            assert "pid=" not in text
        assert running.stop() == 0


def test_a_worker_shows_its_metrics_and_that_it_turns_where_it_is_told_to(tmp_path: Path) -> None:
    port = free_port("127.0.0.3")
    with parts(tmp_path) as service:
        worker = service.worker("127.0.0.3", port)
        alive = httpx.get(f"http://127.0.0.3:{port}/livez", trust_env=False, timeout=60)
        shown = httpx.get(f"http://127.0.0.3:{port}/metrics", trust_env=False, timeout=60).text
        assert (alive.status_code, alive.text) == (200, "alive\n")
        assert "doctray_memory_bytes" in shown
        assert re.search(r'^doctray_disk_bytes{state="free"} [1-9]', shown, re.MULTILINE)
        assert worker.stop() == 0


def test_a_worker_whose_metrics_port_is_taken_says_what_to_change(tmp_path: Path) -> None:
    port = free_port()
    with parts(tmp_path) as service, socket.create_server(("127.0.0.1", port)):
        refused = service.start("second", [sys.executable, "-m", "doctray", "worker"], {"WORKER_METRICS_PORT": str(port)})
        assert refused.process.wait(timeout=240) == 2
        assert "WORKER_METRICS_PORT" in refused.tail()
