"""Links into the document store over HTTP."""

from datetime import UTC, datetime

import pytest

from doctray.domain.job import BlobRef
from doctray.ports import BlobLink
from doctray.testing import MemoryBlobs
from tests.integration.api.door import Door, open_door


class LinkingBlobs(MemoryBlobs):
    async def link(self, ref: BlobRef) -> BlobLink | None:
        return BlobLink(url=f"https://s3.example.com/{ref.key}?signature=1", expires_at=datetime(2026, 11, 29, tzinfo=UTC))


async def test_a_result_has_a_link_with_what_is_known_of_it(database: str) -> None:
    async with open_door(database, blobs=LinkingBlobs()) as door:
        request_id = (await door.submit())["request_id"]
        unfinished = await door.client.get(f"/v1/jobs/{request_id}/result/link")
        assert (unfinished.status_code, unfinished.json()["code"]) == (409, "not_finished")
        job = await door.complete(request_id)
        answer = await door.client.get(f"/v1/jobs/{request_id}/result/link")
        assert job.result is not None
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json() == {
            "request_id": request_id,
            "url": f"https://s3.example.com/{job.result.key}?signature=1",
            "expires_at": "2026-11-29T00:00:00.000Z",
            "size_bytes": job.result.size_bytes,
            "sha256": job.result.sha256,
        }


async def test_a_link_is_for_those_who_may_read_the_job(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEY", "a-key-of-some-length")
    async with open_door(database, blobs=LinkingBlobs()) as door:
        ticket = await door.submit(headers={"x-api-key": "a-key-of-some-length"})
        await door.complete(ticket["request_id"])
        path = f"/v1/jobs/{ticket['request_id']}/result/link"
        assert (await door.client.get(path)).status_code == 401
        assert (await door.client.get(path, headers={"x-read-token": ticket["read_token"]})).status_code == 200


async def test_a_store_without_links_says_where_the_result_is(door: Door) -> None:
    request_id = (await door.submit())["request_id"]
    await door.complete(request_id)
    answer = await door.client.get(f"/v1/jobs/{request_id}/result/link")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert "makes no links" in answer.json()["detail"]
