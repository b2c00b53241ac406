"""`python -m tests.hostile.flood`: how long one caller's polls take while another floods the front door."""

import http.client
import multiprocessing
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.hostile.target import PDF, Target, attacked
from tests.hostile.wire import exchange, form, request_bytes

CONNECTIONS = 16
PROCESSES = 2
POLLS = 150
PAUSE_S = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Of one caller's polls: what they got, and the median and 95th percentile of their seconds."""

    statuses: Counter[int]
    median_s: float
    p95_s: float


def polls(target: Target, *, key: str = "alice", count: int = POLLS) -> Seen:
    """One after another, over one connection, as a page or a client does."""
    connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=60)
    statuses: Counter[int] = Counter()
    seconds = []
    for _ in range(count):
        started = time.perf_counter()
        connection.request("GET", f"/v1/jobs/{target.job}", headers={"x-api-key": target.keys[key]})
        answer = connection.getresponse()
        answer.read()
        seconds.append(time.perf_counter() - started)
        statuses[answer.status] += 1
        time.sleep(PAUSE_S)
    connection.close()
    return Seen(statuses=statuses, median_s=statistics.median(seconds), p95_s=sorted(seconds)[int(count * 0.95)])


@contextmanager
def flood(target: Target, *, key: str = "slow", connections: int = CONNECTIONS) -> Iterator[Counter[int]]:
    """Submissions of one key, each connection's next as soon as its last is answered; counts what they get, when it is over.

    By processes of their own: the one that polls has its interpreter to itself.
    """
    body = form([('form-data; name="file"; filename="a.pdf"', PDF)])
    headers = (("x-api-key", target.keys[key]), ("content-type", "multipart/form-data; boundary=cut"))
    data = request_bytes(target.port, "POST", "/v1/jobs", headers, body)
    context = multiprocessing.get_context("spawn")
    over, counted = context.Event(), context.SimpleQueue()
    each = max(1, connections // PROCESSES)
    pouring = [context.Process(target=_pour, args=(target.port, data, each, over, counted)) for _ in range(PROCESSES)]
    for process in pouring:
        process.start()
    got: Counter[int] = Counter()
    try:
        for _ in pouring:
            counted.get()
        yield got
    finally:
        over.set()
        for process in pouring:
            got.update(counted.get())
            process.join(timeout=60)


def _pour(port: int, data: bytes, connections: int, over: Any, counted: Any) -> None:
    got: Counter[int] = Counter()

    def one() -> None:
        while not over.is_set():
            with suppress(OSError):
                got[exchange(port, data).status] += 1

    threads = [threading.Thread(target=one) for _ in range(connections)]
    counted.put({})
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counted.put(dict(got))


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="doctray-flood-") as home, attacked(Path(home)) as target:
        polls(target, count=20)
        alone = polls(target)
        started = time.monotonic()
        with flood(target) as got:
            beside = polls(target)
            seconds = time.monotonic() - started
    print(f"alone:            median {alone.median_s * 1000:.1f} ms, p95 {alone.p95_s * 1000:.1f} ms, {dict(alone.statuses)}")
    print(f"beside the flood: median {beside.median_s * 1000:.1f} ms, p95 {beside.p95_s * 1000:.1f} ms, {dict(beside.statuses)}")
    print(f"the flood:        {sum(got.values()) / seconds:.0f} requests/s over {CONNECTIONS} connections, {dict(got)}")
    return 0 if set(beside.statuses) == {200} else 1


if __name__ == "__main__":
    sys.exit(main())
