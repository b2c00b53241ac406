"""Idempotency keys, cursors, filters, batches, reviews and administration, used as they were not meant to be."""

import base64
import json
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import quote

from tests.hostile.case import Case
from tests.hostile.paths import in_place
from tests.hostile.target import Target
from tests.hostile.wire import Answer, form

JSON = ("content-type", "application/json")
BAD_OPTION = ("422 invalid_option",)
REFUSED = ("400 malformed_request",)


def _cursor(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


QUERIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "a cursor that is none": ("cursor=zzz", BAD_OPTION),
    "a cursor of bytes": ("cursor=%ff%fe", BAD_OPTION),
    "a cursor with SQL": (f"cursor={_cursor([1, chr(39) + ' OR 1=1 --'])}", BAD_OPTION),
    "a cursor with a list": (f"cursor={_cursor([[1], 'a'])}", BAD_OPTION),
    "a cursor beyond time": (f"cursor={_cursor([1e300, 'a'])}", BAD_OPTION),
    "a cursor with half a surrogate pair": (f"cursor={_cursor([1, chr(0xD800)])}", BAD_OPTION),
    "a cursor with NUL": (f"cursor={_cursor([1, chr(0)])}", (*BAD_OPTION, "200")),
    "a cursor that is nested": (f"cursor={_cursor(json.loads('[' * 60 + ']' * 60))}", BAD_OPTION),
    "a cursor of 10 KB": ("cursor=" + "a" * 10_000, BAD_OPTION),
    "a limit of a million": ("limit=1000000", BAD_OPTION),
    "a limit of minus one": ("limit=-1", BAD_OPTION),
    "a limit of 10,000 digits": ("limit=" + "9" * 10_000, BAD_OPTION),
    "a filter with SQL": ("q=" + quote("%' OR 1=1 --"), ("200",)),
    "a filter of wildcards": ("q=" + quote("%_%_%_%_" * 12), ("200",)),
    "a filter with NUL": ("q=%00", REFUSED),
    "a filter of 1,000 signs": ("q=" + "a" * 1000, BAD_OPTION),
    "a status that there is not": ("status=deleted", BAD_OPTION),
    "a time before all time": ("created_after=0001-01-01T00:00:00%2B23:59", (*BAD_OPTION, "200")),
    "a time without a zone": ("created_after=2026-01-01T00:00:00", BAD_OPTION),
    "an owner": ("owner=alice", ("200",)),
    "a wait of a year": ("wait=31536000", ("200",)),
}

KEYS: dict[str, tuple[str, tuple[str, ...]]] = {
    "of 256 signs": ("a" * 256, BAD_OPTION),
    "with a space": ("a b", BAD_OPTION),
    "empty": ("", BAD_OPTION),
    "of bytes beyond ASCII": ("\xe9", BAD_OPTION),
    "with SQL": ("';DROP/**/TABLE/**/jobs;--", ("202",)),
}

ADMIN: dict[str, tuple[str, str, Any, tuple[str, ...]]] = {
    "a scope that there is not": ("POST", "/v1/admin/keys", {"name": "a", "scopes": ["root"]}, BAD_OPTION),
    "no scope": ("POST", "/v1/admin/keys", {"name": "a", "scopes": []}, BAD_OPTION),
    "a key of one's own choice": ("POST", "/v1/admin/keys", {"name": "a", "key": "dt_mine"}, BAD_OPTION),
    "a name with half a surrogate pair": ("POST", "/v1/admin/keys", {"name": "\ud800"}, (*REFUSED, *BAD_OPTION)),
    "a name with NUL": ("POST", "/v1/admin/keys", {"name": "a\0b"}, (*REFUSED, *BAD_OPTION)),
    "a name of 10 KB": ("POST", "/v1/admin/keys", {"name": "a" * 10_000}, BAD_OPTION),
    "an owner with a line break": ("POST", "/v1/admin/keys", {"name": "a", "owner": "a\nb"}, BAD_OPTION),
    "a rate of minus one": ("POST", "/v1/admin/keys", {"name": "a", "rate_per_minute": -1}, BAD_OPTION),
    "a rate beyond counting": ("POST", "/v1/admin/keys", {"name": "a", "rate_per_minute": 10**30}, BAD_OPTION),
    "an end a million years away": ("POST", "/v1/admin/keys", {"name": "a", "expires_in_days": 4e8}, BAD_OPTION),
    "an overlap without end": ("POST", "/v1/admin/keys/none/rotate", {"overlap_hours": 1e300}, (*BAD_OPTION, "404 not_found")),
    "a key that there is not": ("DELETE", "/v1/admin/keys/none", None, ("404 not_found",)),
    "a path for a key": ("DELETE", "/v1/admin/keys/..%2F..%2Fetc", None, ("404 not_found",)),
    "NUL for a key": ("DELETE", "/v1/admin/keys/%00", None, REFUSED),
    "ten thousand dead letters": ("POST", "/v1/admin/dead-letters/replay", {"request_ids": ["a"] * 10_000}, BAD_OPTION),
    "a body of 70 KB": ("POST", "/v1/admin/keys", {"name": "a" * 70_000}, REFUSED),
    "JSON as text": ("POST", "/v1/admin/keys", "a", REFUSED),
}

REVIEWS: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "NaN": (b'{"fields": {"a": NaN}}', REFUSED),
    "half a surrogate pair": (b'{"fields": {"a": "\\ud800"}}', REFUSED),
    "fields 2,000 deep": (b'{"fields": ' + b'{"a":' * 2000 + b"1" + b"}" * 2001, REFUSED),
    "fields 100 deep": (b'{"fields": ' + b'{"a":' * 100 + b"1" + b"}" * 101, REFUSED),
    "fields of 2 MB": (b'{"fields": {"a": "' + b"a" * 2_000_000 + b'"}}', REFUSED),
    "fields that are a list": (b'{"fields": []}', (*BAD_OPTION, "200")),
    "a reviewer of 10 KB": (b'{"fields": {}, "reviewed_by": "' + b"a" * 10_000 + b'"}', BAD_OPTION),
    "no fields": (b"{}", BAD_OPTION),
}


def cases() -> Iterator[Case]:
    for name, (query, must) in QUERIES.items():
        yield Case(group="lists", name=name, act=partial(_listed, query), must=must)
    for name, (key, must) in KEYS.items():
        yield Case(group="idempotency", name=f"a key {name}", act=partial(_promised, key), must=must)
    yield Case(group="idempotency", name="another's key", act=_others_promise, must=("202, a job of one's own",))
    yield Case(group="idempotency", name="one key, other content", act=_broken_promise, must=("202, then 422 idempotency_mismatch",))
    yield Case(group="idempotency", name="one key, other route", act=_other_route, must=("another job",))
    yield Case(group="idempotency", name="two keys in one request", act=_two_keys, must=("202", *BAD_OPTION, *REFUSED))
    for name, (method, path, body, must) in ADMIN.items():
        yield Case(group="administration", name=name, act=partial(_administered, method, path, body), must=must)
    for name, (text, must) in REVIEWS.items():
        yield Case(group="reviews", name=name, act=partial(_reviewed, text), must=must)
    yield Case(
        group="reviews", name="an ETag that is none", act=_bad_etag, must=("409 review_conflict", "412 review_conflict", *BAD_OPTION)
    )
    batch = "batches"
    yield Case(group=batch, name="101 documents", act=partial(_batch, [{"file_path": "good.pdf"}] * 101), must=(*REFUSED, *BAD_OPTION))
    yield Case(group=batch, name="no documents", act=partial(_batch, []), must=(*REFUSED, *BAD_OPTION))
    yield Case(group=batch, name="a document that is no object", act=partial(_batch, [1]), must=REFUSED)
    yield Case(
        group=batch,
        name="an address inside",
        act=partial(_batch, [{"url": "http://127.0.0.1/"}]),
        must=("202, refused in its place unsafe_url",),
    )
    yield Case(
        group=batch,
        name="two sources in one",
        act=partial(_batch, [{"url": "http://a.example/", "file_path": "good.pdf"}]),
        must=("202, refused in its place malformed_request",),
    )
    yield Case(group=batch, name="a webhook inside", act=_batch_webhook, must=("422 unsafe_url",))
    yield Case(group=batch, name="a thousand fields", act=_batch_fields, must=(*REFUSED, *BAD_OPTION))
    yield Case(
        group=batch, name="a quota of two, four documents", act=_batch_quota, must=("accepted 1, then quota_exceeded", "429 quota_exceeded")
    )
    yield Case(group="waiting", name="a wait of a year", act=partial(_waited, "wait=31536000"), must=("200", *BAD_OPTION))
    yield Case(group="waiting", name="a wait of NaN", act=partial(_waited, "wait=NaN"), must=BAD_OPTION)
    yield Case(group="waiting", name="a wait of minus one", act=partial(_waited, "wait=-1"), must=BAD_OPTION)
    yield Case(group="waiting", name="a Prefer that means nothing", act=partial(_preferring, "wait=x, wait=1e999, ;;;="), must=("200",))
    yield Case(group="waiting", name="a Prefer of 16 KB", act=partial(_preferring, "wait=" + "9" * 16_000), must=("200",))
    yield Case(group="waiting", name="an If-None-Match of 16 KB", act=_etags, must=("200",))
    yield Case(group="waiting", name="a Range", act=_range, must=("200", "206", "416"))
    yield Case(group="waiting", name="an Accept that backtracks", act=_accept, must=("200", "406 not_acceptable"))


def _listed(query: str, target: Target) -> Answer:
    return target.ask("GET", f"/v1/jobs?{query}", key="mallory")


def _promised(key: str, target: Target) -> Answer:
    return target.post_json("/v1/jobs", {"file_path": "good.pdf"}, headers=(("idempotency-key", key),))


def _id(answer: Answer) -> str:
    ticket: Any = answer.json()
    return str(ticket["request_id"])


def _others_promise(target: Target) -> Answer:
    promise = (("idempotency-key", "alices-own"),)
    hers = target.post_json("/v1/jobs", {"file_path": "good.pdf"}, key="alice", headers=promise)
    his = target.post_json("/v1/jobs", {"file_path": "good.pdf"}, key="mallory", headers=promise)
    return his.saying("202, a job of one's own" if his.status == 202 and _id(his) != _id(hers) else his.outcome)


def _broken_promise(target: Target) -> Answer:
    promise = (("idempotency-key", "broken"),)
    first = target.post_json("/v1/jobs", {"file_path": "good.pdf"}, headers=promise)
    second = target.post_json("/v1/jobs", {"file_path": "good.pdf", "priority": 9}, headers=promise)
    return second.saying(f"{first.outcome}, then {second.outcome}")


def _other_route(target: Target) -> Answer:
    promise = (("idempotency-key", "two-routes"),)
    first = target.post_json("/v1/jobs", {"file_path": "good.pdf"}, headers=promise)
    second = target.post_json("/process-timetable", {"file_path": "good.pdf"}, headers=promise)
    return second.saying("another job" if second.status == 200 and _id(first) != _id(second) else second.outcome)


def _two_keys(target: Target) -> Answer:
    return target.post_json("/v1/jobs", {"file_path": "good.pdf"}, headers=(("idempotency-key", "a1"), ("idempotency-key", "b1")))


def _administered(method: str, path: str, body: Any, target: Target) -> Answer:
    if body is None:
        return target.ask(method, path, key="root")
    return target.post_json(path, body, key="root")


def _reviewed(text: bytes, target: Target) -> Answer:
    return target.ask("PUT", f"/v1/jobs/{target.job}/review", JSON, body=text, key="alice")


def _bad_etag(target: Target) -> Answer:
    return target.ask("PUT", f"/v1/jobs/{target.job}/review", JSON, ("if-match", "*;--"), body=b'{"fields": {}}', key="alice")


def _batch(sources: list[Any], target: Target) -> Answer:
    return in_place(target.post_json("/v1/batches", {"sources": sources}))


def _batch_webhook(target: Target) -> Answer:
    return target.post_json("/v1/batches", {"sources": [{"file_path": "good.pdf"}], "webhook_url": "http://169.254.169.254/"})


def _batch_fields(target: Target) -> Answer:
    body = form([('form-data; name="languages[]"', b"en")] * 1000)
    return target.ask("POST", "/v1/batches", ("content-type", "multipart/form-data; boundary=cut"), body=body, key="mallory")


def _batch_quota(target: Target) -> Answer:
    """The key `few` may have spent its day in another case already."""
    answer = target.post_json("/v1/batches", {"sources": [{"file_path": "good.pdf"}] * 4}, key="few")
    if answer.status != 202:
        return answer
    batch: Any = answer.json()
    codes = [each["error"]["code"] if "error" in each else "accepted" for each in batch["documents"]]
    return answer.saying(f"accepted {codes.count('accepted')}, then {codes[-1]}")


def _waited(query: str, target: Target) -> Answer:
    """Of a job that has ended, so that nobody waits."""
    return target.ask("GET", f"/v1/jobs/{target.job}?{query}", key="alice")


def _preferring(value: str, target: Target) -> Answer:
    return target.ask("GET", f"/v1/jobs/{target.job}", ("prefer", value), key="alice")


def _etags(target: Target) -> Answer:
    return target.ask("GET", f"/v1/jobs/{target.job}", ("if-none-match", ", ".join(['W/"a"'] * 2000)), key="alice")


def _range(target: Target) -> Answer:
    return target.ask("GET", f"/v1/jobs/{target.job}/result", ("range", "bytes=" + ",".join(f"{n}-{n}" for n in range(1000))), key="alice")


def _accept(target: Target) -> Answer:
    return target.ask("GET", f"/v1/jobs/{target.job}/result", ("accept", "a/b;q=" + "0" * 8000 + "!, " + ",;=" * 2000), key="alice")
