"""Hands malformed inputs to a running service and holds it to its word.

Every case must end in one of its codes, within its budget; a sound document handed in between cases must be read each time. Where the
service's processes are known, nothing of them may be left behind: see `tests.malformed.footprint`.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from tests.malformed.case import COMPLETED, Case
from tests.malformed.rawpdf import one_page

BYSTANDER_EVERY = 10
"""Cases between two sound documents."""

SLACK_S = 5.0
"""What claiming, storing and a busy machine add to a page's budget."""

BACKOFF_S = 18.0
"""Longest pauses between three tries: 2 s and 8 s, each stretched by up to a half (domain/retry.py), and the sweeps that end them."""

BYSTANDER_WITHIN_S = 180.0
"""A sound document may have to wait for cases before it."""

LOST_AFTER_S = 900.0
_TERMINAL = ("completed", "failed", "cancelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a case ended. outcome: completed, a code, or "" for none. seconds: from the first claim to the end, pauses between tries
    included. tries: 0 where it was refused at the door."""

    case: Case
    outcome: str
    seconds: float
    tries: int
    breach: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bystander:
    """How a sound document fared among the cases."""

    outcome: str
    seconds: float


class Handler:
    """One caller of the service. page_seconds: the service's PAGE_BUDGET_SECONDS. leniency: how many times as long a case may take, on
    a machine that does other things."""

    def __init__(self, url: str, *, page_seconds: float, leniency: float = 1.0, api_key: str | None = None) -> None:
        headers = {"x-api-key": api_key} if api_key else {}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=120, trust_env=False)
        self._page_seconds = page_seconds
        self._leniency = leniency

    def close(self) -> None:
        self._http.close()

    def hand_in(self, case: Case) -> Ending:
        """Submit it, wait for its end, delete it."""
        started = time.monotonic()
        answer = self._post(case.file_name, case.make(), {"no_cache": "1", **case.options})
        if answer.status_code >= 400:
            return self._judged(case, _code_of(answer), time.monotonic() - started, 0, "")
        job = self._followed(answer.json()["request_id"])
        outcome = job["error"]["code"] if job.get("error") else str(job["status"])
        seen = case.unseen is not None and case.unseen in str(job.get("result"))
        self._http.delete(f"/v1/jobs/{job['request_id']}").raise_for_status()
        return self._judged(case, outcome, _worked_s(job), job.get("attempt", 0), "shows what it must not" if seen else "")

    def stand_by(self, number: int) -> Bystander:
        """A sound document that must be read, whatever is handed in beside it."""
        content = one_page(b"BT /F1 10 Tf 10 80 Td (Bystander %d was read) Tj ET" % number)
        started = time.monotonic()
        answer = self._post("bystander.pdf", content, {"no_cache": "1"})
        if answer.status_code >= 400:
            return Bystander(outcome=_code_of(answer), seconds=time.monotonic() - started)
        job = self._followed(answer.json()["request_id"])
        read = job["status"] == COMPLETED and job["result"]["text"] == f"Bystander {number} was read"
        self._http.delete(f"/v1/jobs/{job['request_id']}").raise_for_status()
        return Bystander(outcome=COMPLETED if read else str(job["status"]), seconds=time.monotonic() - started)

    def _post(self, name: str, content: bytes, fields: dict[str, str]) -> httpx.Response:
        return self._http.post("/v1/jobs", files={"file": (name, content)}, data=fields)

    def _followed(self, request_id: str) -> dict[str, Any]:
        deadline = time.monotonic() + LOST_AFTER_S
        while time.monotonic() < deadline:
            job: dict[str, Any] = self._http.get(f"/v1/jobs/{request_id}", params={"wait": 20}).raise_for_status().json()
            if job["status"] in _TERMINAL:
                return job
        return {"request_id": request_id, "status": "", "error": None}

    def _judged(self, case: Case, outcome: str, seconds: float, tries: int, breach: str) -> Ending:
        if outcome not in case.outcomes:
            breach = f"ended in {outcome or 'nothing'}, not in {' or '.join(sorted(case.outcomes))}"
        elif tries > 1 and not case.retried:
            breach = f"was read only at the try number {tries}"
        elif seconds > (budget := budget_s(tries, self._page_seconds) * self._leniency):
            breach = f"took {seconds:.1f} s, its budget is {budget:.0f} s"
        return Ending(case=case, outcome=outcome, seconds=seconds, tries=tries, breach=breach)


def budget_s(tries: int, page_seconds: float) -> float:
    """A try has the page's budget for opening it, and again for reading it."""
    return max(1, tries) * 2 * page_seconds + (BACKOFF_S if tries > 1 else 0.0) + SLACK_S


def run(
    cases: Sequence[Case],
    *,
    new_handler: Callable[[], Handler],
    lanes: int = 4,
    tell: Callable[[Ending], None] = lambda _ending: None,
) -> tuple[list[Ending], list[Bystander]]:
    """All cases, `lanes` at a time, with bystanders between them. `tell` hears of each ending, from several threads."""

    def lane(offset: int) -> tuple[list[Ending], list[Bystander]]:
        handler = new_handler()
        endings, bystanders = [], []
        try:
            for at, case in enumerate(cases[offset::lanes]):
                endings.append(handler.hand_in(case))
                tell(endings[-1])
                if at % BYSTANDER_EVERY == BYSTANDER_EVERY - 1:
                    bystanders.append(handler.stand_by(offset + at * lanes))
        finally:
            handler.close()
        return endings, bystanders

    with ThreadPoolExecutor(lanes) as pool:
        done = list(pool.map(lane, range(lanes)))
    return [ending for endings, _ in done for ending in endings], [one for _, bystanders in done for one in bystanders]


def breaches(endings: Iterable[Ending], bystanders: Iterable[Bystander], *, leniency: float = 1.0) -> list[str]:
    """One line for each case that did not end as it should, and for each sound document that suffered."""
    lines = [f"{ending.case.name}: {ending.breach}" for ending in endings if ending.breach]
    suffered = [one for one in bystanders if one.outcome != COMPLETED or one.seconds > BYSTANDER_WITHIN_S * leniency]
    return lines + [f"a sound document among them: {one.outcome} after {one.seconds:.1f} s" for one in suffered]


def _code_of(answer: httpx.Response) -> str:
    if answer.headers.get("content-type") != "application/problem+json":
        return f"HTTP {answer.status_code}"
    return str(answer.json()["code"])


def _worked_s(job: dict[str, Any]) -> float:
    if not job.get("started_at") or not job.get("finished_at"):
        return 0.0
    return (datetime.fromisoformat(job["finished_at"]) - datetime.fromisoformat(job["started_at"])).total_seconds()
