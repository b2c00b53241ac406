"""Good requests with damage done by chance, the same for the same seed."""

import random
from collections.abc import Callable, Iterator
from functools import partial

from tests.hostile.case import Case
from tests.hostile.target import PDF, Target
from tests.hostile.wire import Answer, exchange, form, request_bytes

SEED = 20261122
EACH = 40
HANDLED = "handled"


def cases(seed: int = SEED) -> Iterator[Case]:
    for kind, make in {"form": _form, "JSON": _json, "poll": _poll}.items():
        for number in range(EACH):
            act = partial(_damaged, make, f"{seed} {kind} {number}")
            yield Case(group="chance", name=f"{kind} {number}", act=act, must=(HANDLED,), long=number >= 4)


def _form(target: Target) -> bytes:
    body = form([('form-data; name="file"; filename="a.pdf"', PDF), ('form-data; name="priority"', b"3")])
    headers = (("x-api-key", target.keys["mallory"]), ("content-type", "multipart/form-data; boundary=cut"))
    return request_bytes(target.port, "POST", "/v1/jobs", headers, body)


def _json(target: Target) -> bytes:
    body = b'{"file_path": "good.pdf", "document_type": "custom", "schema": {"type": "object", "properties": {"a": {"type": "string"}}}}'
    headers = (("x-api-key", target.keys["mallory"]), ("content-type", "application/json"), ("idempotency-key", "chance"))
    return request_bytes(target.port, "POST", "/v1/jobs", headers, body)


def _poll(target: Target) -> bytes:
    path = f"/v1/jobs/{target.job}?wait=0&token={target.token}"
    return request_bytes(target.port, "GET", path, (("if-none-match", '"a"'), ("prefer", "wait=1"), ("accept", "application/json")))


def _damaged(make: Callable[[Target], bytes], seed: str, target: Target) -> Answer:
    """Any answer but a failure of ours; hanging up is one, too, where the damage has left no request."""
    chance = random.Random(seed)
    data = bytearray(make(target))
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data))
        match chance.randrange(5):
            case 0:
                data[at] = chance.randrange(256)
            case 1:
                del data[at : at + chance.randint(1, 40)]
            case 2:
                data[at:at] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 20)))
            case 3:
                data[at:at] = data[at : at + chance.randint(1, 200)] * chance.randint(1, 4)
            case _:
                data[at:at] = chance.choice((b"\r\n", b"\r\n\r\n", b"\0", b"%00", b"..", b"--cut", b'"', b"\xff", b": ", b"9" * 30))
    answer = exchange(target.port, bytes(data), half_close=True)
    return answer.saying(HANDLED) if answer.status < 500 else answer
