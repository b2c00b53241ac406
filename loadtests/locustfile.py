"""The callers, for locust. `python -m loadtests` runs it; by hand against a service that is up (its rate limits raised):

locust -f loadtests/locustfile.py --host http://127.0.0.1:8000 --stock DIR [--key KEY] Caller Burster Archivist Onlooker
"""

import json
import random
import secrets
import time
from itertools import count
from pathlib import Path
from typing import Any

import gevent
from locust import FastHttpUser, constant, constant_pacing, events, task
from locust.env import Environment
from urllib3 import encode_multipart_formdata

from loadtests.documents import Mix, Paper, read_stock
from loadtests.records import Records, seen

FIRST_LOOK_S = 0.25
LONGEST_LOOK_S = 5.0
BACKOFF = 1.6
"""A caller looks after 0.25 s, then ever more rarely, at most every 5 s, as the client libraries in examples/ do."""

BURST = (8, 16)
"""Documents that a burster hands in at once."""

TERMINAL = ("completed", "failed", "cancelled")
_run: dict[str, Any] = {}


@events.init_command_line_parser.add_listener
def _options(parser: Any) -> None:
    parser.add_argument("--stock", required=True, help="folder that loadtests.documents.write_stock filled")
    parser.add_argument("--records", default="", help="file for what was seen of each job")
    parser.add_argument("--errors", default="", help="file for what went wrong with requests, and how often")
    parser.add_argument("--key", default="", env_var="LOCUST_KEY", is_secret=True, help="API key")
    parser.add_argument("--targets", default="", help="addresses to spread users over, by commas; unset: --host")
    parser.add_argument("--duplicates", type=float, default=0.86, help="share of submissions whose content was submitted before")
    parser.add_argument("--pace", type=float, default=10.0, help="mean seconds between two documents of a caller")
    parser.add_argument("--submits", type=int, default=0, help="for Rusher: how many in all")
    parser.add_argument("--seed", type=int, default=1)


@events.test_start.add_listener
def _begin(environment: Environment, **_: Any) -> None:
    options: Any = environment.parsed_options
    rng = random.Random(options.seed)
    stock = read_stock(Path(options.stock))
    _run.update(
        rng=rng,
        common=Mix(stock.common, duplicates=options.duplicates, rng=rng),
        big=Mix(stock.big, duplicates=options.duplicates, rng=rng),
        records=Records(Path(options.records)) if options.records else None,
        targets=[target for target in options.targets.split(",") if target] or [environment.host],
        users=count(),
        submits=iter(range(options.submits)),
        rushing=options.num_users,
        open=[],
        began=time.monotonic(),
    )


@events.quitting.add_listener
def _end(environment: Environment, **_: Any) -> None:
    for handed in _run.get("open", ()):
        _note(environment, handed)
    if _run.get("records") is not None:
        _run["records"].close()
    options: Any = environment.parsed_options
    if options.errors:
        errors = [
            {"request": each.name, "error": str(each.error), "count": each.occurrences}
            for each in environment.stats.errors.values()
            if each.method != "JOB"
        ]
        Path(options.errors).write_text(json.dumps(errors), encoding="utf-8")


class _Person(FastHttpUser):
    """Knows how to hand a document in and how to follow it."""

    abstract = True
    network_timeout = 60.0
    connection_timeout = 10.0

    def on_start(self) -> None:
        self.options: Any = self.environment.parsed_options
        self.rng: random.Random = _run["rng"]
        targets = _run["targets"]
        self.at = targets[next(_run["users"]) % len(targets)]
        self.own = {"x-api-key": self.options.key} if self.options.key else {}

    def pause(self) -> float:
        return self.rng.expovariate(1 / self.options.pace) if self.options.pace else 0.0

    def hand_in(self, mix: Mix) -> "_Handed | None":
        """None when it was refused, which locust has counted."""
        paper, content, repeat = mix.take()
        body, content_type = encode_multipart_formdata(
            {"file": (paper.file_name, content, "application/octet-stream"), "document_type": paper.document_type}
        )
        at_s, began = time.monotonic() - _run["began"], time.monotonic()
        headers = {**self.own, "Content-Type": content_type, "Idempotency-Key": secrets.token_hex(12)}
        with self.client.post(f"{self.at}/v1/jobs", data=body, headers=headers, name="POST /v1/jobs", catch_response=True) as answer:
            if answer.status_code != 202:
                answer.failure(f"{answer.status_code} {_code(answer)}")
                return None
            said = answer.json()
        handed = _Handed(paper=paper, repeat=repeat, said=said, at_s=at_s, answer_s=time.monotonic() - began)
        _run["open"].append(handed)
        return handed

    def follow(self, handed: "_Handed") -> None:
        """To its end; then its result is fetched, as whoever handed it in does."""
        request_id = handed.said["request_id"]
        wait_s, etag = 0.0 if handed.said["status"] in TERMINAL else FIRST_LOOK_S, ""
        # At least once: what a submission answers has no times, what the status says has.
        while handed.said["status"] not in TERMINAL or "finished_at" not in handed.said:
            gevent.sleep(wait_s * self.rng.uniform(0.8, 1.2))
            wait_s = min(LONGEST_LOOK_S, max(FIRST_LOOK_S, wait_s * BACKOFF))
            headers = {**self.own, **({"If-None-Match": etag} if etag else {})}
            with self.client.get(f"{self.at}/status/{request_id}", headers=headers, name="GET /status/{id}", catch_response=True) as answer:
                if answer.status_code == 200:
                    handed.said, etag = answer.json(), (answer.headers or {}).get("etag", "")
                elif answer.status_code != 304:
                    answer.failure(f"{answer.status_code} {_code(answer)}")
        _run["open"].remove(handed)
        _note(self.environment, handed)
        if handed.said["status"] == "completed":
            self.client.get(f"{self.at}/v1/jobs/{request_id}/result", headers=self.own, name="GET /v1/jobs/{id}/result")


class _Handed:
    """A document on its way. said: the service's last word about it."""

    def __init__(self, *, paper: Paper, repeat: bool, said: dict[str, Any], at_s: float, answer_s: float) -> None:
        self.paper = paper
        self.repeat = repeat
        self.said = said
        self.at_s = at_s
        self.answer_s = answer_s


class Caller(_Person):
    """Hands in one document, follows it, fetches the result, and has nothing for a while."""

    weight = 88

    def wait_time(self) -> float:
        return self.pause()

    @task
    def one(self) -> None:
        handed = self.hand_in(_run["common"])
        if handed is not None:
            self.follow(handed)


class Burster(_Person):
    """Has a pile now and then, and hands it in at once."""

    weight = 5

    def wait_time(self) -> float:
        return 6 * self.pause()

    @task
    def pile(self) -> None:
        handed = [self.hand_in(_run["common"]) for _ in range(self.rng.randint(*BURST))]
        for each in handed:
            if each is not None:
                self.follow(each)


class Archivist(_Person):
    """Hands in big PDFs."""

    weight = 3

    def wait_time(self) -> float:
        return 3 * self.pause()

    @task
    def one(self) -> None:
        handed = self.hand_in(_run["big"])
        if handed is not None:
            self.follow(handed)


class Onlooker(_Person):
    """A dashboard: the list and the state of the service, every five seconds."""

    weight = 4
    wait_time = constant_pacing(5)

    @task
    def look(self) -> None:
        self.client.get(f"{self.at}/v1/jobs?limit=50", headers=self.own, name="GET /v1/jobs")
        self.client.get(f"{self.at}/health", headers=self.own, name="GET /health")


class Rusher(_Person):
    """Together they hand in --submits documents, each one at a time, without a pause; the last one ends the run."""

    weight = 1
    wait_time = constant(1)
    done = False

    @task
    def rush(self) -> None:
        if self.done:
            return
        self.hand_in_all()
        self.done = True
        _run["rushing"] -= 1
        if _run["rushing"] == 0 and self.environment.runner is not None:
            # From a greenlet of its own: quitting ends the users' greenlets, and so this one.
            gevent.spawn(self.environment.runner.quit)

    def hand_in_all(self) -> None:
        for _ in _run["submits"]:
            handed = self.hand_in(_run["common"])
            if handed is not None:
                self.follow(handed)


class Flooder(Rusher):
    """The same, but follows nothing before all are handed in: what is not yet read waits in the queue."""

    def hand_in_all(self) -> None:
        handed = [self.hand_in(_run["common"]) for _ in _run["submits"]]
        for each in handed:
            if each is not None:
                self.follow(each)


def _note(environment: Environment, handed: _Handed) -> None:
    finished = handed.said["status"] in TERMINAL
    record = seen(handed.said, kind=handed.paper.kind, repeat=handed.repeat, at_s=handed.at_s, answer_s=handed.answer_s, finished=finished)
    if _run["records"] is not None:
        _run["records"].add(record)
    if finished:
        environment.events.request.fire(
            request_type="JOB",
            name=f"{record.kind}, {'cached' if record.cached else 'read'}",
            response_time=1000 * (record.total_s or 0.0),
            response_length=0,
            exception=None if record.status == "completed" else RuntimeError(record.code or record.status),
            context={},
        )


def _code(answer: Any) -> str:
    """The problem's code, where the answer is one of doctray's."""
    try:
        return str(answer.json()["code"])
    except (ValueError, KeyError, TypeError):
        return str(answer.error or "")
