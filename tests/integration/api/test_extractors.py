"""Which extractors and schemas the door takes."""

import json
from collections.abc import AsyncIterator

import pytest

from tests.integration.api.door import PDF, Door, open_door


@pytest.fixture
async def with_gemini(database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Door]:
    monkeypatch.setenv("GEMINI_API_KEY", "k")
    async with open_door(database) as opened:
        yield opened


async def refused(door: Door, **fields: str) -> dict[str, object]:
    answer = await door.client.post("/v1/jobs", files={"file": ("a.pdf", PDF)}, data=fields)
    assert answer.status_code == 422, answer.text
    assert door.blobs.keys == [], "nothing of a refused submission is kept"
    problem: dict[str, object] = answer.json()
    return problem


@pytest.mark.parametrize("extractor", ["gemini", "openai_compatible"])
async def test_an_extractor_without_key_or_address_is_refused(door: Door, extractor: str) -> None:
    problem = await refused(door, extractor=extractor)
    assert problem["code"] == "invalid_option"
    assert problem["errors"] == [{"name": "extractor", "detail": "is not configured here; rules is"}]


async def test_an_extractor_that_is_configured_is_taken(with_gemini: Door) -> None:
    assert (await refused(with_gemini, extractor="openai_compatible"))["code"] == "invalid_option"
    await with_gemini.submit(extractor="gemini")
    await with_gemini.submit(extractor="rules")


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"a": {"pattern": "(?=x)"}}},
        {"properties": {"a": {"$ref": "https://example.invalid/x"}}},
        {"properties": {"a": {"$ref": "#/nowhere"}}},
        {"$ref": "#"},
    ],
)
async def test_a_schema_that_cannot_be_checked_safely_is_refused(door: Door, schema: dict[str, object]) -> None:
    problem = await refused(door, document_type="custom", schema=json.dumps(schema))
    assert problem["code"] == "invalid_schema"
