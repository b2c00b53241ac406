"""Deliveries: what is signed and sent, what is recorded, what follows, and that nobody waits for another's receiver."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from random import Random

import pytest
import structlog

from doctray.domain.errors import TemporarilyUnavailable
from doctray.domain.fairness import fair_share
from doctray.domain.job import Delivery, DeliveryStatus, DeliveryTry
from doctray.domain.keys import DEFAULT_OWNER
from doctray.domain.retry import WEBHOOK_GAPS_S
from doctray.outbound.sealing import SealBroken
from doctray.outbound.signing import key_of, verify
from doctray.ports import Answer
from doctray.service.deliver import ALONE_S, AT_ONCE, PER_TARGET, Deliverer, judge, signing_secrets, stand_in
from doctray.testing import FakeClock
from tests.settling import until

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = '{"type":"job.completed","data":{"name":"Jane Doe"}}'
LARAVEL = ("https://laravel.example/webhooks/in", "laravel-key")


def a_delivery(number: int = 1, *, tries: int = 0, **changes: object) -> Delivery:
    done = tuple(DeliveryTry(number=n + 1, at=NOW, status_code=500, error=None, seconds=0.1) for n in range(tries))
    values: dict[str, object] = {
        "delivery_id": f"d{number}",
        "request_id": f"01job{number}",
        "owner": DEFAULT_OWNER,
        "generation": 1,
        "webhook_id": f"msg_{number}",
        "type": "job.completed",
        "url": "https://receiver.example/hook?token=private",
        "body": BODY,
        "status": DeliveryStatus.PENDING,
        "claim_no": 1,
        "created_at": NOW,
        "next_at": NOW,
        "tries": done,
    }
    return Delivery(**(values | changes))  # type: ignore[arg-type]


class Outbox:
    """The three methods of a journal that deliveries need. `lost`: claimed by another meanwhile. `broken`: cannot be reached."""

    def __init__(self, *due: Delivery, lost: Sequence[str] = (), broken: Sequence[str] = ()) -> None:
        self.due, self.lost, self.broken = list(due), lost, broken
        self.recorded: dict[str, tuple[DeliveryTry, DeliveryStatus, float | None]] = {}
        self.lease_s = 0.0

    async def flag(self, name: str) -> str | None:
        return None

    async def due_deliveries(
        self, *, lease_s: float, limit: int = 20, per_target: int = 20, busy: Mapping[str, int] | None = None
    ) -> list[Delivery]:
        self.lease_s = lease_s
        taken = fair_share(((one, one.url) for one in self.due), limit=limit, per_target=per_target, busy=busy or {})
        self.due = [one for one in self.due if one not in taken]
        return taken

    async def record_delivery(self, delivery: Delivery, *, attempt: DeliveryTry, status: DeliveryStatus, next_in_s: float | None) -> bool:
        if delivery.delivery_id in self.broken:
            raise TemporarilyUnavailable
        if delivery.delivery_id in self.lost:
            return False
        self.recorded[delivery.delivery_id] = (attempt, status, next_in_s)
        return True


class Secrets:
    """The three methods of a key store that concern webhook secrets."""

    def __init__(self, **sealed: list[bytes]) -> None:
        self.sealed = sealed

    async def webhook_secrets(self, owner: str) -> list[bytes]:
        return self.sealed.get(owner, [])

    async def add_first_webhook_secret(self, owner: str, sealed: bytes) -> bytes:
        return self.sealed.setdefault(owner, [sealed])[0]


class Sealing:
    """Seals by turning the bytes round; breaks on what begins with '!'."""

    def seal(self, plain: bytes) -> bytes:
        return plain[::-1]

    def open(self, sealed: bytes) -> bytes:
        if sealed.startswith(b"!"):
            raise SealBroken("sealed under another key")
        return sealed[::-1]


class Receiver:
    """Answers what the test says and remembers what came."""

    def __init__(self, answer: Callable[[str], Answer] | Answer) -> None:
        self.answer = answer
        self.posts: list[tuple[str, bytes, dict[str, str]]] = []
        self.at_once = self.most_at_once = 0

    async def post(self, url: str, body: bytes, headers: Sequence[tuple[str, str]]) -> Answer:
        self.posts.append((url, body, dict(headers)))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        return self.answer(url) if callable(self.answer) else self.answer


def answered(status: int | None, *, error: str | None = None, retry_after_s: float | None = None) -> Answer:
    return Answer(status_code=status, error=error, retry_after_s=retry_after_s, seconds=0.25)


async def deliver(
    outbox: Outbox,
    receiver: Receiver,
    *,
    keys: Secrets | None = None,
    default_secret: str | None = SECRET,
    laravel: tuple[str, str | None] | None = LARAVEL,
    tried: list[tuple[str, float]] | None = None,
) -> int:
    deliverer = a_deliverer(outbox, receiver, keys=keys, default_secret=default_secret, laravel=laravel, tried=tried)
    started = await deliverer.start_due()
    await deliverer.drain(grace_s=60)
    return started


def a_deliverer(
    outbox: Outbox,
    receiver: Receiver,
    *,
    keys: Secrets | None = None,
    default_secret: str | None = SECRET,
    laravel: tuple[str, str | None] | None = LARAVEL,
    tried: list[tuple[str, float]] | None = None,
) -> Deliverer:
    return Deliverer(
        journal=outbox,  # type: ignore[arg-type]
        keys=keys or Secrets(),  # type: ignore[arg-type]
        sender=receiver,
        sealer=Sealing(),
        clock=FakeClock(NOW),
        default_secret=default_secret,
        laravel=laravel,
        rng=Random(1),
        on_try=None if tried is None else lambda outcome, seconds: tried.append((outcome, seconds)),
    )


async def test_the_exact_body_is_signed_as_of_this_try() -> None:
    outbox, receiver = Outbox(a_delivery()), Receiver(answered(204))
    assert await deliver(outbox, receiver) == 1
    ((url, body, headers),) = receiver.posts
    assert url == "https://receiver.example/hook?token=private"
    assert body == BODY.encode()
    assert headers["content-type"] == "application/json"
    assert headers["user-agent"].startswith("doctray/")
    assert headers["webhook-id"] == "msg_1"
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert verify(headers, body, SECRET, now=NOW.timestamp())["type"] == "job.completed"


async def test_a_2xx_is_a_delivery() -> None:
    outbox, tried = Outbox(a_delivery(tries=2)), list[tuple[str, float]]()
    await deliver(outbox, Receiver(answered(202)), tried=tried)
    attempt, status, next_in_s = outbox.recorded["d1"]
    assert (attempt.number, attempt.status_code, attempt.error, attempt.at, attempt.seconds) == (3, 202, None, NOW, 0.25)
    assert (status, next_in_s) == (DeliveryStatus.DELIVERED, None)
    assert tried == [("delivered", 0.25)]


@pytest.mark.parametrize(
    ("answer", "tries_done", "status", "gap_s"),
    [
        (answered(200), 1, DeliveryStatus.DELIVERED, None),
        (answered(299), 10, DeliveryStatus.DELIVERED, None),
        (answered(410), 1, DeliveryStatus.STOPPED, None),
        (answered(410), 10, DeliveryStatus.STOPPED, None),
        *((answered(500), n, DeliveryStatus.PENDING, float(WEBHOOK_GAPS_S[n])) for n in range(1, 10)),
        (answered(500), 10, DeliveryStatus.FAILED, None),
        (answered(302), 1, DeliveryStatus.PENDING, 5.0),
        (answered(404), 1, DeliveryStatus.PENDING, 5.0),
        (answered(100), 1, DeliveryStatus.PENDING, 5.0),
        (answered(None, error="timeout"), 1, DeliveryStatus.PENDING, 5.0),
        (answered(None, error="unsafe_url"), 10, DeliveryStatus.FAILED, None),
        (answered(503, retry_after_s=60), 1, DeliveryStatus.PENDING, 60.0),
        (answered(503, retry_after_s=1), 2, DeliveryStatus.PENDING, 30.0),
        (answered(503, retry_after_s=1e9), 1, DeliveryStatus.PENDING, 86400.0),
        (answered(503, retry_after_s=60), 10, DeliveryStatus.FAILED, None),
    ],
)
def test_what_an_answer_leads_to(answer: Answer, tries_done: int, status: DeliveryStatus, gap_s: float | None) -> None:
    """Gaps are those of WEBHOOK_GAPS_S: the first try has none before it."""
    assert judge(answer, tries_done=tries_done, jitter=0.0) == (status, gap_s)


async def test_the_gap_is_stretched_a_little_so_that_tries_do_not_march_in_step() -> None:
    outbox = Outbox(*(a_delivery(n, tries=3) for n in range(5)))
    await deliver(outbox, Receiver(answered(500)))
    gaps = {next_in_s for _, _, next_in_s in outbox.recorded.values()}
    assert len(gaps) == 5
    assert all(gap is not None and 600 <= gap < 660 for gap in gaps)


async def test_the_tenth_failure_is_the_last() -> None:
    outbox, tried = Outbox(a_delivery(tries=9)), list[tuple[str, float]]()
    await deliver(outbox, Receiver(answered(None, error="refused")), tried=tried)
    attempt, status, next_in_s = outbox.recorded["d1"]
    assert (attempt.number, attempt.error, status, next_in_s) == (10, "refused", DeliveryStatus.FAILED, None)
    assert tried == [("failed", 0.25)]


async def test_deliveries_go_out_side_by_side_under_a_lease_that_outlives_them() -> None:
    outbox, receiver = Outbox(*(a_delivery(n, url=f"https://r{n}.example/") for n in range(2 * AT_ONCE))), Receiver(answered(200))
    assert await deliver(outbox, receiver) == AT_ONCE
    assert receiver.most_at_once == AT_ONCE
    assert outbox.lease_s > 2 * 15
    assert len(outbox.due) == AT_ONCE


class Silent(Receiver):
    """Answers nothing on hosts called slow until `speak` is set."""

    def __init__(self) -> None:
        super().__init__(answered(200))
        self.speak = asyncio.Event()

    async def post(self, url: str, body: bytes, headers: Sequence[tuple[str, str]]) -> Answer:
        if "//slow" in url:
            self.posts.append((url, body, dict(headers)))
            await self.speak.wait()
            return answered(None, error="timeout")
        return await super().post(url, body, headers)

    def hosts(self) -> list[str]:
        return sorted(url.split("/")[2] for url, _, _ in self.posts)


@asynccontextmanager
async def delivering(outbox: Outbox, receiver: Receiver) -> AsyncIterator[Deliverer]:
    deliverer = a_deliverer(outbox, receiver)
    running = asyncio.create_task(deliverer.forever(every_s=3600))
    try:
        yield deliverer
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await deliverer.drain(grace_s=0)


def slow(number: int) -> Delivery:
    return a_delivery(number, url=f"https://slow.example/{number}")


async def test_a_receiver_that_does_not_answer_holds_up_nobody_elses_webhooks() -> None:
    receiver = Silent()
    outbox = Outbox(*map(slow, range(300)), a_delivery(900, url="https://quick.example/first"))
    async with delivering(outbox, receiver) as deliverer:
        await until(lambda: "d900" in outbox.recorded)
        outbox.due.append(a_delivery(901, url="https://quick.example/second"))
        deliverer.kick()
        await until(lambda: "d901" in outbox.recorded)
        assert receiver.hosts().count("slow.example") == PER_TARGET
        assert len(outbox.due) == 300 - PER_TARGET


async def test_a_place_that_is_free_again_is_taken_at_once() -> None:
    receiver = Silent()
    outbox = Outbox(*map(slow, range(3 * PER_TARGET)))
    async with delivering(outbox, receiver):
        await until(lambda: len(receiver.posts) == PER_TARGET)
        receiver.speak.set()
        await until(lambda: len(outbox.recorded) == 3 * PER_TARGET)


async def test_all_places_taken_means_that_nothing_more_is_claimed() -> None:
    receiver = Silent()
    outbox = Outbox(*(a_delivery(n, url=f"https://slow{n}.example/") for n in range(AT_ONCE)), a_delivery(900))
    async with delivering(outbox, receiver) as deliverer:
        await until(lambda: len(receiver.posts) == AT_ONCE)
        deliverer.kick()
        assert await deliverer.start_due() == 0
        assert [one.delivery_id for one in outbox.due] == ["d900"]
        receiver.speak.set()
        await until(lambda: "d900" in outbox.recorded)


async def test_what_is_under_way_at_the_end_may_finish_and_the_rest_is_cut_off() -> None:
    receiver = Silent()
    outbox = Outbox(slow(1), a_delivery(2))
    deliverer = a_deliverer(outbox, receiver)
    assert await deliverer.start_due() == 2
    await deliverer.drain(grace_s=3)
    assert list(outbox.recorded) == ["d2"]


async def test_an_unexpected_error_disturbs_no_other_delivery() -> None:
    def answer(url: str) -> Answer:
        if "broken" in url:
            raise ZeroDivisionError
        return answered(200)

    outbox = Outbox(a_delivery(1, url="https://broken.example/"), a_delivery(2))
    with structlog.testing.capture_logs() as logs:
        assert await deliver(outbox, Receiver(answer)) == 2
    assert list(outbox.recorded) == ["d2"]
    assert "webhook.crashed" in {entry["event"] for entry in logs}


async def test_nothing_due_is_nothing_done() -> None:
    assert await deliver(Outbox(), Receiver(answered(200))) == 0


@pytest.mark.parametrize(
    "url",
    ["https://laravel.example/webhooks/in", "https://LARAVEL.example:443/elsewhere?x=1", "https://laravel.example./"],
)
async def test_laravels_key_goes_to_its_own_origin(url: str) -> None:
    receiver = Receiver(answered(200))
    await deliver(Outbox(a_delivery(url=url)), receiver)
    assert receiver.posts[0][2]["x-api-key"] == "laravel-key"


@pytest.mark.parametrize(
    "url",
    [
        "http://laravel.example/webhooks/in",
        "https://laravel.example:8443/webhooks/in",
        "https://evil.example/laravel.example",
        "https://laravel.example.evil.example/webhooks/in",
        "https://sub.laravel.example/webhooks/in",
        "https://laravel.example@evil.example/webhooks/in",
        "https://evil.example/#@laravel.example/",
        "https://evil.example\\@laravel.example/",
        "not a url",
    ],
)
async def test_laravels_key_goes_nowhere_else(url: str) -> None:
    receiver = Receiver(answered(200))
    await deliver(Outbox(a_delivery(url=url)), receiver)
    assert "x-api-key" not in receiver.posts[0][2]


@pytest.mark.parametrize("laravel", [None, ("https://receiver.example/in", None)])
async def test_without_a_key_none_is_sent(laravel: tuple[str, str | None] | None) -> None:
    receiver = Receiver(answered(200))
    await deliver(Outbox(a_delivery()), receiver, laravel=laravel)
    assert "x-api-key" not in receiver.posts[0][2]


async def test_an_owners_secret_is_made_on_first_need_and_kept_sealed() -> None:
    keys, receiver = Secrets(), Receiver(answered(200))
    await deliver(Outbox(a_delivery(1, owner="acme"), a_delivery(2, owner="acme")), receiver, keys=keys)
    (sealed,) = keys.sealed["acme"]
    secret = Sealing().open(sealed).decode()
    assert len(key_of(secret)) == 32
    for _, body, headers in receiver.posts:
        assert verify(headers, body, secret, now=NOW.timestamp())


async def test_the_default_owner_gets_a_secret_of_its_own_where_none_is_set() -> None:
    keys = Secrets()
    (secret,) = await signing_secrets(DEFAULT_OWNER, keys=keys, sealer=Sealing(), default_secret=None)  # type: ignore[arg-type]
    assert keys.sealed[DEFAULT_OWNER] == [secret.encode()[::-1]]


async def test_the_default_owners_secret_signs_for_no_other_owner() -> None:
    receiver = Receiver(answered(200))
    keys = Secrets(acme=[b"a-secret"[::-1]])
    await deliver(Outbox(a_delivery(owner="acme")), receiver, keys=keys)
    _, body, headers = receiver.posts[0]
    assert verify(headers, body, "a-secret", now=NOW.timestamp())
    assert len(headers["webhook-signature"].split()) == 1


async def test_while_a_secret_rotates_both_sign_and_one_that_cannot_be_opened_does_not_matter() -> None:
    receiver = Receiver(answered(200))
    keys = Secrets(acme=[b"new"[::-1], b"!", b"old"[::-1]])
    await deliver(Outbox(a_delivery(owner="acme")), receiver, keys=keys)
    _, body, headers = receiver.posts[0]
    assert verify(headers, body, "new", now=NOW.timestamp()) == verify(headers, body, "old", now=NOW.timestamp())


@pytest.mark.parametrize(("owner", "default_secret"), [("acme", SECRET), (DEFAULT_OWNER, "whsec_damaged!")])
async def test_nothing_goes_out_unsigned(owner: str, default_secret: str) -> None:
    """It waits for its next try: the operator may put the key right meanwhile."""
    outbox, receiver = Outbox(a_delivery(1, owner=owner), a_delivery(2, owner="other")), Receiver(answered(200))
    await deliver(outbox, receiver, keys=Secrets(acme=[b"!"]), default_secret=default_secret)
    assert [headers["webhook-id"] for _, _, headers in receiver.posts] == ["msg_2"]
    attempt, status, next_in_s = outbox.recorded["d1"]
    assert (attempt.status_code, attempt.error, status) == (None, "secret", DeliveryStatus.PENDING)
    assert next_in_s is not None


async def test_a_try_that_cannot_be_recorded_does_not_disturb_the_others() -> None:
    outbox, tried = Outbox(*map(a_delivery, range(3)), broken=["d0"], lost=["d1"]), list[tuple[str, float]]()
    assert await deliver(outbox, Receiver(answered(200)), tried=tried) == 3
    assert list(outbox.recorded) == ["d2"]
    assert len(tried) == 2


async def test_logs_tell_the_host_and_nothing_that_is_private() -> None:
    with structlog.testing.capture_logs() as logs:
        answers = {"https://a.example/x?token=private": answered(200), "https://b.example/x?token=private": answered(500)}
        outbox = Outbox(*(a_delivery(n, url=url) for n, url in enumerate(answers)))
        await deliver(outbox, Receiver(lambda url: answers[url]))
    assert [(entry["event"], entry["host"]) for entry in logs] == [
        ("webhook.delivered", "a.example"),
        ("webhook.attempt_failed", "b.example"),
    ]
    told = json.dumps(logs)
    for private in ("private", "Jane", "whsec_", SECRET, "laravel-key"):
        assert private not in told


class Workers:
    """How many workers live, as a journal tells; counts how often it was asked."""

    def __init__(self) -> None:
        self.living = 1
        self.asked = 0

    async def workers(self) -> list[object]:
        self.asked += 1
        return [object()] * self.living

    async def ask(self) -> None:
        """Until it has been asked anew, twice: the first may have been under way."""
        before = self.asked
        await until(lambda: self.asked >= before + 2)


async def test_the_api_posts_only_when_no_worker_has_lived_for_a_while() -> None:
    clock, workers = FakeClock(NOW), Workers()
    outbox, receiver = Outbox(a_delivery()), Receiver(answered(200))
    made: list[Deliverer] = []

    def make() -> Deliverer:
        made.append(a_deliverer(outbox, receiver))
        return made[-1]

    task = asyncio.create_task(stand_in(make, journal=workers, clock=clock, every_s=0))  # type: ignore[arg-type]
    try:
        clock.advance(10 * ALONE_S)
        await workers.ask()
        workers.living = 0
        clock.advance(ALONE_S / 2)
        await workers.ask()
        assert made == []
        clock.advance(ALONE_S)
        await until(lambda: "d1" in outbox.recorded)
        workers.living = 1
        await workers.ask()
        outbox.due.append(a_delivery(2))
        await workers.ask()
        assert outbox.due != []
        workers.living = 0
        clock.advance(ALONE_S)
        await until(lambda: "d2" in outbox.recorded)
        assert len(made) == 1
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_an_api_that_cannot_post_goes_on() -> None:
    clock, workers = FakeClock(NOW), Workers()
    workers.living = 0

    def make() -> Deliverer:
        raise ZeroDivisionError

    with structlog.testing.capture_logs() as logs:
        task = asyncio.create_task(stand_in(make, journal=workers, clock=clock, every_s=0))  # type: ignore[arg-type]
        await workers.ask()
        clock.advance(ALONE_S)
        await workers.ask()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert {entry["event"] for entry in logs} == {"deliveries.crashed"}
