"""The callers: submit, follow, cancel and delete through HTTP, and try again when the service is away."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from random import Random
from typing import Any

import httpx

from tests.chaos.ledger import Ledger, Listed, Sent, seen_of
from tests.chaos.orders import Order
from tests.chaos.receiver import Receiver

ANSWER_WITHIN_S = 20.0
"""A request that has no answer by then has lost its server; the longest poll is 5 s."""

PATIENCE_S = 90.0
"""How long a caller goes on asking a service that is away."""

AGAIN_S = 0.2
POLL_S = 5


class Load:
    """All callers of one run. now: seconds of the run."""

    def __init__(self, base_url: str, *, ledger: Ledger, receiver: Receiver, random: Random, now: Callable[[], float]) -> None:
        self._http = httpx.AsyncClient(
            base_url=base_url,
            timeout=ANSWER_WITHIN_S,
            limits=httpx.Limits(max_connections=500, max_keepalive_connections=50),
            trust_env=False,
        )
        self._ledger = ledger
        self._receiver = receiver
        self._random = random
        self._now = now
        self._tasks: set[asyncio.Task[None]] = set()
        self._failures: list[BaseException] = []

    async def keep_busy(self, source: Iterator[Order], *, per_s: float, live: int, enough: asyncio.Event) -> None:
        """Submit at that rate on average, with at most so many jobs in flight, until told that it is enough."""
        while not enough.is_set():
            if len(self._ledger.live) < live:
                self.place(next(source))
            await asyncio.sleep(self._random.expovariate(per_s))

    def place(self, order: Order) -> Sent:
        """Submit it, and follow it to its end, in the background."""
        sent = Sent(order=order, sent_at=self._now())
        self._ledger.sent.append(sent)
        self._receiver.expect(order.serial, order.paper)
        self._start(self._live_through(sent))
        return sent

    async def until(self, condition: Callable[[], bool], *, within_s: float) -> float | None:
        """Seconds until it held; None when it did not in time. Raises what went wrong with a caller meanwhile."""
        started = self._now()
        while not condition():
            if self._failures:
                raise self._failures[0]
            if self._now() - started > within_s:
                return None
            await asyncio.sleep(0.02)
        return self._now() - started

    @property
    def idle(self) -> bool:
        """Nothing is being submitted, followed, cancelled or deleted."""
        return not self._tasks

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.aclose()

    async def read_again(self) -> None:
        """Every accepted job once more, and the service's own list: what must not have changed since."""
        for sent in self._ledger.accepted:
            answer = await self._ask("GET", f"/v1/jobs/{sent.request_id}")
            if answer is None:
                self._ledger.odd.append(f"{sent.request_id}: no answer about it at the end")
            elif answer.status_code == 200:
                sent.final = seen_of(answer.json(), sent.order, at=self._now())
            else:
                self._judge_absence(sent, answer)
        self._ledger.listed = await self._list()

    async def redeliver_what_waits(self) -> None:
        """By hand, under the same webhook-id: a run cannot wait for gaps of minutes."""
        taken = {post.request_id for post in self._ledger.posts if post.taken}
        for sent in self._ledger.accepted:
            if not sent.order.webhook or sent.gone or sent.request_id in taken:
                continue
            answer = await self._ask("GET", f"/v1/jobs/{sent.request_id}/deliveries")
            for delivery in answer.json()["deliveries"] if answer is not None and answer.status_code == 200 else ():
                if delivery["status"] == "pending" and delivery["tries"]:
                    await self._ask("POST", f"/v1/deliveries/{delivery['delivery_id']}/redeliver")
                    self._ledger.redelivered += 1

    async def health(self) -> dict[str, Any] | None:
        """What /health says, None when it is not reached. Not counted."""
        try:
            answer = await self._http.get("/health", timeout=5.0)
        except httpx.TransportError:
            return None
        said: dict[str, Any] = {"code": answer.status_code, **answer.json()}
        return said

    async def _live_through(self, sent: Sent) -> None:
        order = sent.order
        await asyncio.gather(*(self._submit(sent) for _ in range(2 if order.twice else 1)))
        if sent.request_id is None:
            return
        if order.cancel_after_s is not None:
            self._start(self._cancel(sent, order.cancel_after_s))
        if order.delete_after_s is not None:
            self._start(self._delete(sent, order.delete_after_s))
        await self._follow(sent)

    async def _submit(self, sent: Sent) -> None:
        order = sent.order
        fields: dict[str, Any] = {"metadata": {"serial": order.serial, "number": order.paper.number}, "priority": order.priority}
        if order.webhook:
            fields["webhook_url"] = self._receiver.hook_url
        if order.no_cache:
            fields["no_cache"] = True
        if order.deadline_s is not None:
            fields["deadline_seconds"] = order.deadline_s
        if order.by_url:
            body: dict[str, Any] = {"json": {**fields, "url": self._receiver.url_of(order.paper)}}
        else:
            form = {name: json.dumps(value) if isinstance(value, dict | bool) else str(value) for name, value in fields.items()}
            body = {"data": form, "files": {"file": (order.paper.file_name, order.paper.content)}}
        headers = {"Idempotency-Key": order.key} if order.key else {}
        answer = await self._ask("POST", "/v1/jobs", repeatable=order.keyed, headers=headers, **body)
        if answer is None:
            sent.unanswered = True
        elif answer.status_code == 202:
            request_id = answer.json()["request_id"]
            if request_id not in sent.request_ids:
                sent.request_ids.append(request_id)
            if sent.accepted_at is None:
                sent.accepted_at = self._now()
        else:
            self._ledger.odd.append(f"submission {order.serial} ({order.paper.kind}): {answer.status_code} {answer.text[:200]}")

    async def _follow(self, sent: Sent) -> None:
        etag = ""
        while not sent.ended:
            headers = {"If-None-Match": etag} if etag else {}
            answer = await self._ask("GET", f"/v1/jobs/{sent.request_id}", headers=headers, params={"wait": POLL_S} if etag else {})
            if answer is None or answer.status_code == 304:
                continue
            if answer.status_code != 200:
                self._judge_absence(sent, answer)
                return
            etag = answer.headers["etag"]
            sent.note(seen_of(answer.json(), sent.order, at=self._now()))

    async def _cancel(self, sent: Sent, after_s: float) -> None:
        await asyncio.sleep(after_s)
        answer = await self._ask("POST", f"/v1/jobs/{sent.request_id}/cancel")
        if answer is not None and answer.status_code == 200:
            sent.cancel_answer = answer.json()["status"]
        elif answer is not None:
            self._ledger.odd.append(f"{sent.request_id}: cancel answered {answer.status_code}")

    async def _delete(self, sent: Sent, after_s: float) -> None:
        await asyncio.sleep(after_s)
        answer = await self._ask("DELETE", f"/v1/jobs/{sent.request_id}")
        if answer is not None and answer.status_code == 204:
            sent.gone = True
        elif answer is not None:
            self._ledger.odd.append(f"{sent.request_id}: delete answered {answer.status_code}")

    async def _list(self) -> list[Listed]:
        found: list[Listed] = []
        cursor: str | None = None
        while True:
            answer = await self._ask("GET", "/v1/jobs", params={"limit": 200} | ({"cursor": cursor} if cursor else {}))
            if answer is None or answer.status_code != 200:
                self._ledger.odd.append("the list of jobs could not be had")
                return found
            page = answer.json()
            found += [
                Listed(request_id=job["request_id"], serial=int(job["metadata"].get("serial", 0)), status=job["status"])
                for job in page["jobs"]
            ]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    def _judge_absence(self, sent: Sent, answer: httpx.Response) -> None:
        sent.gone = True
        if answer.status_code != 404 or sent.order.delete_after_s is None:
            self._ledger.odd.append(f"{sent.request_id} (submission {sent.order.serial}): status answered {answer.status_code}")

    async def _ask(self, method: str, path: str, *, repeatable: bool = True, **options: Any) -> httpx.Response | None:
        """The answer, tried again while the service is away; None when it stayed away, or when a lost answer must not be asked for again."""
        what = f"{method} {_route(path)}"
        gives_up_at = self._now() + PATIENCE_S
        while self._now() < gives_up_at:
            try:
                answer = await self._http.request(method, path, **options)
            except httpx.TransportError as error:
                self._ledger.connection_errors += 1
                if not repeatable and not isinstance(error, httpx.ConnectError):
                    return None
                await asyncio.sleep(AGAIN_S)
            else:
                self._ledger.answers[what, answer.status_code] += 1
                wait_s = self._wait_s(what, answer)
                if wait_s is None:
                    return answer
                await asyncio.sleep(wait_s)
            if method == "POST":
                self._ledger.repeats += 1
        return None

    def _wait_s(self, what: str, answer: httpx.Response) -> float | None:
        """Until the request is worth another try; None: this is its answer."""
        if answer.status_code == 409 and answer.json().get("code") == "idempotency_conflict":
            return AGAIN_S
        if answer.status_code in (429, 503):
            if "retry-after" not in answer.headers:
                self._ledger.odd.append(f"{what}: {answer.status_code} without Retry-After")
            return min(2.0, float(answer.headers.get("retry-after", AGAIN_S)))
        if answer.status_code >= 500:
            self._ledger.odd.append(f"{what}: {answer.status_code} {answer.text[:200]}")
            return AGAIN_S
        return None

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failures.append(error)


def _route(path: str) -> str:
    """The path without ids, for counting."""
    return "/".join("{id}" if any(character.isdigit() for character in part) and part != "v1" else part for part in path.split("/"))
