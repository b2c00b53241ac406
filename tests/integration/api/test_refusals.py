"""Every refusal at the door: its code, its status, and nothing left behind."""

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from doctray.api.intake import FORM_ROOM_BYTES
from doctray.domain.errors import TemporarilyUnavailable
from doctray.testing import MemoryBlobs
from tests.integration.api.door import PDF, Door, open_door

HEAD = b'--cut\r\ncontent-disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
FORM = {"content-type": "multipart/form-data; boundary=cut"}


async def _refused(door: Door, status: int, code: str, **request: Any) -> dict[str, Any]:
    answer = await door.client.post("/v1/jobs", **request)
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["status"] == status
    assert problem["type"] == f"/problems/{code}"
    assert door.blobs.keys == []
    assert door.queue.rings == []
    assert (await door.journal.queue_state()).queued == 0
    return problem


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("priority", "10"),
        ("priority", "high"),
        ("priority", "1.5"),
        ("document_type", "invoice"),
        ("document_type", "other"),
        ("engine", "tesseract"),
        ("extractor", "magic"),
        ("languages", "en,klingon"),
        ("pages", "3-1"),
        ("pages", "0"),
        ("pages", "all"),
        ("no_cache", "maybe"),
        ("deadline_seconds", "-1"),
        ("deadline_seconds", "nan"),
        ("metadata", "not json"),
        ("metadata", '"text"'),
        ("metadata", '{"a": "\\u0000"}'),
        ("metadata", '{"a": "\\ud800"}'),
        ("metadata", json.dumps({"a": "x" * 5000})),
        ("webhook_url", "http://example.org/ a"),
        ("document_type", "custom"),
        ("schema", "{}"),
        ("colour", "red"),
    ],
)
async def test_a_bad_option_is_named(door: Door, name: str, value: str) -> None:
    problem = await _refused(door, 422, "invalid_option", files={"file": ("a.pdf", PDF)}, data={name: value})

    assert {error["name"] for error in problem["errors"]} <= {name, "schema"}
    assert problem["errors"]


async def test_all_bad_options_are_named_at_once(door: Door) -> None:
    problem = await _refused(
        door, 422, "invalid_option", json={"content_base64": "", "priority": "3", "pages": 4, "no_cache": "true", "zzz": 1}
    )

    assert {error["name"] for error in problem["errors"]} == {"priority", "pages", "no_cache", "zzz"}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array"},
        {"type": "object", "properties": {"a": {"$ref": "https://example.org/a.json"}}},
        {"type": "object", "properties": {"a": {"$ref": "file:///etc/passwd"}}},
        {"type": "object", "properties": 7},
        {"$schema": "https://example.org/mine"},
    ],
)
async def test_an_unusable_schema_is_refused(door: Door, schema: dict[str, Any]) -> None:
    body = {"content_base64": base64.b64encode(PDF).decode(), "document_type": "custom", "schema": schema}
    await _refused(door, 422, "invalid_schema", json=body)


async def test_a_schema_that_refers_within_itself_is_accepted(door: Door) -> None:
    schema = {"$defs": {"name": {"type": "string"}}, "type": "object", "properties": {"a": {"$ref": "#/$defs/name"}}}
    ticket = await door.submit(document_type="custom", schema=json.dumps(schema))

    job = await door.journal.get(ticket["request_id"])
    assert job is not None
    assert json.loads(job.options.schema or "") == schema


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"7",
        b'{"priority": 1}',
        b'{"url": "https://93.184.216.34/a", "file_path": "a.pdf"}',
        b'{"url": 7}',
        b'{"content_base64": "%%%"}',
        b'{"content_base64": "YQ==YQ=="}',
        b'{"url": "https://93.184.216.34/a", "metadata": {"a": NaN}}',
        b"[" * 5000,
        b"\xff\xfe",
    ],
)
async def test_json_that_is_not_a_submission(door: Door, body: bytes) -> None:
    await _refused(door, 400, "malformed_request", content=body, headers={"content-type": "application/json"})


@pytest.mark.parametrize("encoded", ["data:application/pdf;base64,JVBERi0=", "JVBERi0_"], ids=["a data: URL", "for URLs"])
async def test_base64_as_browsers_and_addresses_have_it_is_told_what_to_send_instead(door: Door, encoded: str) -> None:
    problem = await _refused(door, 400, "malformed_request", json={"content_base64": encoded})
    assert "with + and /" in problem["detail"]
    assert "what follows the comma" in problem["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        HEAD + PDF,
        HEAD + PDF + b"\r\n--other--\r\n",
        b"--cut--\r\n",
        b'--cut\r\ncontent-disposition: form-data; name="priority"\r\n\r\n1\r\n--cut--\r\n',
        b"--cut\r\ncontent-disposition: form-data\r\n\r\n1\r\n--cut--\r\n",
        HEAD + PDF + b"\r\n" + HEAD + PDF + b"\r\n--cut--\r\n",
        b"--cut\r\n" + b"x-h: y\r\n" * 50 + b"\r\n",
        b"--cut\r\nx-h: " + b"y" * 10000,
        b'--cut\r\ncontent-disposition: form-data; name="pages"\r\n\r\n\xff\r\n--cut--\r\n',
        b'--cut\r\ncontent-disposition: form-data; name="pages"\r\n\r\n' + b"1" * 200_000 + b"\r\n--cut--\r\n",
        b'--cut\r\ncontent-disposition: form-data; name="languages"\r\n\r\nen\r\n' * 100 + b"--cut--\r\n",
    ],
)
async def test_a_form_that_is_not_a_submission(door: Door, body: bytes) -> None:
    await _refused(door, 400, "malformed_request", content=body, headers=FORM)


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_other_bodies_are_refused(door: Door, content_type: str | None) -> None:
    headers = {"content-type": content_type} if content_type else {}
    await _refused(door, 400, "malformed_request", content=b"file=a", headers=headers)


async def test_a_text_file_called_pdf_is_no_document(door: Door) -> None:
    await _refused(door, 415, "unsupported_media_type", files={"file": ("a.pdf", b"just text\n" * 1000, "application/pdf")})


async def test_an_empty_file(door: Door) -> None:
    await _refused(door, 422, "empty_document", files={"file": ("a.pdf", b"")})


async def test_a_fault_behind_the_file_leaves_nothing_of_it(door: Door) -> None:
    body = HEAD + PDF + b'\r\n--cut\r\ncontent-disposition: form-data; name="priority"\r\n\r\n99\r\n--cut--\r\n'
    await _refused(door, 422, "invalid_option", content=body, headers=FORM)


async def test_the_size_limit_bites_while_the_body_is_still_coming(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_FILE_SIZE_MB", "0.1")
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield HEAD + PDF
        while door.app.state.refused is False:
            sent += 10_000
            yield b"x" * 10_000

    class Watching(MemoryBlobs):
        async def delete_prefix(self, prefix: str) -> int:
            door.app.state.refused = True
            return await super().delete_prefix(prefix)

    async with open_door(database, blobs=Watching()) as door:
        door.app.state.refused = False
        answer = await door.client.post("/v1/jobs", content=endless(), headers=FORM)

        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert sent < 200_000
        assert door.blobs.keys == []


async def test_a_declared_length_beyond_the_limit_is_refused_unread(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_FILE_SIZE_MB", "1")

    async def never() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    headers = {**FORM, "content-length": str(2 * FORM_ROOM_BYTES + 1), "expect": "100-continue"}
    async with open_door(database) as door:
        answer = await door.client.post("/v1/jobs", content=never(), headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert answer.headers["connection"] == "close"


async def test_base64_is_held_to_the_limit_of_the_document(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_FILE_SIZE_MB", "0.1")
    async with open_door(database) as door:
        await _refused(door, 413, "too_large", json={"content_base64": base64.b64encode(PDF * 100).decode()})


@pytest.mark.parametrize(
    "path",
    [
        "../secret.pdf",
        "inbox/../../secret.pdf",
        "./../secret.pdf",
        "inbox/..//../secret.pdf",
        "{root}/../secret.pdf",
        "{root}x/secret.pdf",
        "/etc/passwd",
        "//etc/passwd",
        "..",
        "",
        "/",
        "inbox",
        "missing.pdf",
        "out",
        "out_dir/secret.pdf",
        "out_absolute",
        "loop",
        "fifo",
        "a.pdf/..",
        "a.pdf/x",
        "%2e%2e/secret.pdf",
        "..\\secret.pdf",
        "a.pdf\0.png",
        "file:///etc/passwd",
        "/dev/zero",
        "/proc/self/environ",
        "x" * 5000,
    ],
)
async def test_no_spelling_leads_out_of_the_documents_folder(door: Door, path: str) -> None:
    import os

    root = door.settings.documents_dir
    (root / "inbox").mkdir(parents=True)
    (root / "a.pdf").write_bytes(PDF)
    secret = root.parent / "secret.pdf"
    secret.write_bytes(PDF)
    sibling = Path(f"{root}x")
    sibling.mkdir()
    (sibling / "secret.pdf").write_bytes(PDF)
    (root / "out").symlink_to("../secret.pdf")
    (root / "out_dir").symlink_to("..")
    (root / "out_absolute").symlink_to(secret)
    (root / "loop").symlink_to("loop")
    os.mkfifo(root / "fifo")

    await _refused(door, 422, "path_outside_documents", json={"file_path": path.replace("{root}", str(root))})


async def test_a_link_that_stays_inside_is_followed(door: Door) -> None:
    root = door.settings.documents_dir
    (root / "inbox").mkdir(parents=True)
    (root / "a.pdf").write_bytes(PDF)
    (root / "inbox" / "up").symlink_to("../a.pdf")
    (root / "inbox" / "absolute").symlink_to(root / "a.pdf")

    for path in ("inbox/up", "inbox/absolute", "inbox/./..//a.pdf", f"{root}/inbox/../a.pdf"):
        answer = await door.client.post("/v1/jobs", json={"file_path": path})
        assert answer.status_code == 202, answer.text


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:9/a.pdf", "http://[::1]/a", "http://169.254.169.254/latest", "file:///etc/passwd", "ftp://93.184.216.34/a", "x"],
)
async def test_unsafe_urls_are_refused_as_source_and_as_target(door: Door, url: str) -> None:
    await _refused(door, 422, "unsafe_url", json={"url": url})
    await _refused(door, 422, "unsafe_url", files={"file": ("a.pdf", PDF)}, data={"webhook_url": url})


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "tab\tbed"])
async def test_an_unusable_idempotency_key(door: Door, key: str) -> None:
    await _refused(door, 422, "invalid_option", files={"file": ("a.pdf", PDF)}, headers={"idempotency-key": key})


async def test_a_preset_route_takes_no_other_kind(door: Door) -> None:
    answer = await door.client.post("/process-timetable", files={"file": ("a.pdf", PDF)}, data={"document_type": "certificate"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_option")


async def test_a_full_queue(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_QUEUE_SIZE", "2")
    async with open_door(database) as door:
        first = await door.submit(PDF + b"1")
        await door.submit(PDF + b"2")
        answer = await door.client.post("/v1/jobs", files={"file": ("a.pdf", PDF)})
        assert (answer.status_code, answer.json()["code"]) == (503, "queue_full")
        assert int(answer.headers["retry-after"]) >= 1
        assert answer.json()["retryable"] is True

        await door.claim(first["request_id"])
        await door.submit(PDF + b"3")


async def test_maintenance_stops_submissions_but_not_polls(door: Door) -> None:
    ticket = await door.submit()
    await door.journal.set_flag("maintenance", "on")
    door.app.state.house.admission.forget()

    answer = await door.client.post("/v1/jobs", files={"file": ("a.pdf", PDF)})
    assert (answer.status_code, answer.json()["code"]) == (503, "maintenance")
    assert "retry-after" in answer.headers
    assert (await door.client.get(ticket["status_url"])).status_code == 200


async def test_a_nearly_full_disk(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIN_FREE_DISK_MB", "1")
    async with open_door(database, blobs=MemoryBlobs(capacity_bytes=1024 * 1024 + 2000)) as door:
        await _refused(door, 503, "storage_full", files={"file": ("a.pdf", PDF)})


async def test_an_unreachable_journal_is_503_with_retry_after(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_args: object, **_kwargs: object) -> None:
        raise TemporarilyUnavailable

    monkeypatch.setattr(type(door.journal), "accept", away)
    answer = await door.client.post("/v1/jobs", files={"file": ("a.pdf", PDF)})

    assert (answer.status_code, answer.json()["code"]) == (503, "temporarily_unavailable")
    assert int(answer.headers["retry-after"]) >= 1


async def test_an_unforeseen_error_is_a_fixed_sentence_with_the_id_of_the_log(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("the secret is known")

    monkeypatch.setattr(type(door.journal), "accept", broken)
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
        answer = await door.client.post("/v1/jobs", files={"file": ("a.pdf", PDF)})

    assert answer.status_code == 500
    problem = answer.json()
    assert problem["code"] == "temporarily_unavailable"
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert [entry["request_id"] for entry in logs if entry["event"] == "request.failed"] == [problem["request_id"]]
    # Nothing so short that the random request_id could hold it.
    assert "the secret" not in answer.text


async def test_framework_refusals_are_problems_too(door: Door) -> None:
    missing = await door.client.get("/nowhere")
    wrong = await door.client.delete("/v1/webhook-secret")
    invalid = await door.client.get("/v1/jobs?limit=0&status=done&created_after=yesterday")

    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "malformed_request")
    assert wrong.headers["allow"] == "GET, POST"
    assert (invalid.status_code, invalid.json()["code"]) == (422, "invalid_option")
    assert {error["name"] for error in invalid.json()["errors"]} == {"limit", "status", "created_after"}
    for answer in (missing, wrong, invalid):
        assert answer.headers["content-type"] == "application/problem+json"
