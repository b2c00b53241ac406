"""Load test of the scalable OCR system's callers: locust -f load_test.py --host=… -u 50 -r 5 -t 5m --headless.

What they hold an answer to: 200 with `success` and a `request_id`, or 503 when the queue is full; of a status the words queued,
processing, completed, failed; of /health the member `healthy`.
"""

import os
import random
from typing import Any

from locust import HttpUser, between, task

FILES = os.environ["FILE"].split(",")


class Caller(HttpUser):
    """Hands in, and looks at the oldest of what has not ended."""

    wait_time = between(0.2, 1)

    def on_start(self) -> None:
        self.client.headers["x-api-key"] = os.environ["API_KEY"]
        self.pending: list[str] = []

    @task(5)
    def hand_in(self) -> None:
        body = {"file_path": random.choice(FILES), "priority": random.choice([1, 1, 1, 2, 3])}
        with self.client.post("/process-insurance-certificate", json=body, catch_response=True, name="process_certificate") as answer:
            if answer.status_code == 503:
                answer.success()
            elif answer.status_code != 200:
                answer.failure(f"HTTP {answer.status_code}")
            else:
                told = answer.json()
                if told.get("success") and "request_id" in told:
                    self.pending.append(told["request_id"])
                else:
                    answer.failure(f"not an acceptance: {told}")

    @task(3)
    def look(self) -> None:
        if not self.pending:
            return
        with self.client.get(f"/status/{self.pending[0]}", catch_response=True, name="check_status") as answer:
            if answer.status_code != 200:
                answer.failure(f"HTTP {answer.status_code}")
                return
            told: dict[str, Any] = answer.json()
            if told["status"] in ("completed", "failed"):
                self.pending.pop(0)
            if told["status"] not in ("queued", "processing", "completed"):
                answer.failure(f"status {told['status']}")

    @task(1)
    def health(self) -> None:
        with self.client.get("/health", catch_response=True, name="health_check") as answer:
            if not answer.json().get("healthy", False):
                answer.failure("not healthy")
