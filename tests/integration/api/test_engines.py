"""Which engines the door takes: doctray's own always, others once every living worker offers them."""

from doctray.clock import SystemClock
from doctray.ports import WorkerInfo
from tests.integration.api.door import PDF, Door


async def a_worker(door: Door, name: str, *engines: str) -> None:
    info = WorkerInfo(
        worker_id=name,
        host="here",
        pid=1,
        device="cpu",
        slots=4,
        fingerprint="f",
        started_at=SystemClock().now(),
        engines=("easyocr", "easyocr_stock", "rapidocr", "null", *engines),
    )
    await door.journal.register(info, lease_s=60)


async def refusal(door: Door, engine: str) -> str:
    kept = list(door.blobs.keys)
    answer = await door.client.post("/v1/jobs", files={"file": ("a.pdf", PDF)}, data={"engine": engine})
    assert answer.status_code == 422, answer.text
    assert door.blobs.keys == kept, "nothing of a refused submission is kept"
    problem = answer.json()
    assert problem["code"] == "invalid_option"
    (fault,) = problem["errors"]
    assert fault["name"] == "engine"
    return str(fault["detail"])


async def test_a_model_is_taken_once_every_living_worker_offers_it(door: Door) -> None:
    assert "not what every worker here offers; easyocr, easyocr_stock, null, rapidocr are" in await refusal(door, "acme@1")
    await a_worker(door, "w1", "acme@1")
    await door.submit(engine="acme@1")
    await a_worker(door, "w2")
    assert "acme@1" not in await refusal(door, "acme@1")
    await door.journal.retire("w2")
    await door.submit(b"%PDF-1.7\nanother" + PDF, engine="acme@1")


async def test_document_ai_is_taken_only_where_it_is_configured(door: Door) -> None:
    await a_worker(door, "w1")
    await refusal(door, "google_documentai")
    await a_worker(door, "w1", "google_documentai")
    await door.submit(engine="google_documentai")


async def test_names_that_are_none_are_refused_without_asking(door: Door) -> None:
    for name in ("tesseract", "acme@", "@1", "ACME@1", "acme@1/../2", "acme@1 ", "a" * 41 + "@1"):
        assert "or a model as name@version" in await refusal(door, name)


async def test_doctrays_own_are_taken_while_no_worker_is_there(door: Door) -> None:
    for name in ("easyocr", "easyocr_stock", "rapidocr", "null"):
        await door.submit(name.encode() + PDF, engine=name)


async def test_a_batch_is_held_to_the_same(door: Door) -> None:
    answer = await door.client.post("/v1/batches", files=[("file", ("a.pdf", PDF)), ("file", ("b.pdf", PDF))], data={"engine": "acme@1"})
    assert answer.status_code == 422, answer.text
    assert [fault["name"] for fault in answer.json()["errors"]] == ["engine"]
