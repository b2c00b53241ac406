"""The adapters on real sockets: what is sent, what comes back, and every way in which a model's server fails."""

import asyncio
import base64
import json
import ssl
from collections.abc import AsyncIterator

import pytest

from doctray.domain.errors import DoctrayError, ExtractionRejected, ExtractorUnavailable
from doctray.extraction.language_model import LanguageModel, ModelBusy, Role, Turn
from doctray.extraction.openai_compatible import OpenAICompatibleModel
from tests.integration.extraction.models import GEMINI, KEY, OPENAI, Speech, a_question, in_turn, json_answer, saying
from tests.integration.outbound.servers import (
    Answering,
    answering,
    cut_short,
    endless,
    hanging_up,
    no_http,
    resetting,
    serving,
)

both = pytest.mark.parametrize("speech", [GEMINI, OPENAI], ids=lambda speech: speech.name)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def opened() -> AsyncIterator[list[LanguageModel]]:
    models: list[LanguageModel] = []
    yield models
    for model in models:
        await model.close()


async def failure(model: LanguageModel) -> DoctrayError:
    with pytest.raises(DoctrayError) as failed:
        await model.ask(a_question())
    return failed.value


@both
async def test_an_answer_comes_with_its_tokens(speech: Speech, opened: list[LanguageModel]) -> None:
    async with serving(saying(speech, '{"a": "x"}', tokens=(120, 8))) as server:
        opened.append(speech.open(server.url()))
        reply = await opened[0].ask(a_question())
    assert (reply.text, reply.complete, reply.input_tokens, reply.output_tokens) == ('{"a": "x"}', True, 120, 8)


@both
async def test_the_key_goes_into_a_header_and_nowhere_else(speech: Speech, opened: list[LanguageModel]) -> None:
    async with serving(saying(speech, "{}")) as server:
        opened.append(speech.open(server.url()))
        await opened[0].ask(a_question())
    seen = server.seen[0]
    assert KEY in seen.headers.get("x-goog-api-key", "") + seen.headers.get("authorization", "")
    assert KEY not in seen.path
    assert KEY.encode() not in seen.body


async def test_gemini_gets_instructions_schema_and_limit_in_their_own_places(opened: list[LanguageModel]) -> None:
    question = a_question(
        images=(b"png",), turns=(Turn(role=Role.USER, text="PAGE"), Turn(role=Role.MODEL, text="?"), Turn(role=Role.USER, text="AGAIN"))
    )
    async with serving(saying(GEMINI, "{}")) as server:
        opened.append(GEMINI.open(server.url()))
        await opened[0].ask(question)
    body = json.loads(server.seen[0].body)
    assert server.seen[0].path.endswith("/models/m-1:generateContent")
    assert body["systemInstruction"]["parts"] == [{"text": "SYSTEM"}]
    assert [content["role"] for content in body["contents"]] == ["user", "model", "user"]
    text, image = body["contents"][0]["parts"]
    assert text == {"text": "PAGE"}
    assert base64.urlsafe_b64decode(image["inlineData"]["data"]) == b"png"
    config = body["generationConfig"]
    assert (config["maxOutputTokens"], config["responseMimeType"]) == (99, "application/json")
    assert config["responseJsonSchema"] == {"type": "object", "properties": {"a": {"type": ["string", "null"]}}}


async def test_an_openai_server_gets_instructions_schema_and_limit_in_their_own_places(opened: list[LanguageModel]) -> None:
    async with serving(saying(OPENAI, "{}")) as server:
        opened.append(OPENAI.open(server.url()))
        await opened[0].ask(a_question(images=(b"png",)))
    body = json.loads(server.seen[0].body)
    assert server.seen[0].path == "/v1/chat/completions"
    assert body["messages"][0] == {"role": "system", "content": "SYSTEM"}
    text, image = body["messages"][1]["content"]
    assert text == {"type": "text", "text": "PAGE"}
    assert image["image_url"]["url"] == f"data:image/png;base64,{base64.b64encode(b'png').decode()}"
    assert (body["model"], body["max_tokens"], body["temperature"], body["stream"]) == ("m-1", 99, 0, False)
    assert body["response_format"]["json_schema"]["schema"] == a_question().schema


async def test_a_server_without_a_key_is_sent_none(opened: list[LanguageModel]) -> None:
    async with serving(saying(OPENAI, "{}")) as server:
        opened.append(OpenAICompatibleModel(base_url=server.url("/v1"), model="m"))
        await opened[0].ask(a_question())
    assert "authorization" not in server.seen[0].headers


@both
async def test_an_answer_cut_off_at_its_limit_says_so(speech: Speech, opened: list[LanguageModel]) -> None:
    async with serving(saying(speech, '{"a": "2026-01-01-01-01', reason=speech.cut)) as server:
        opened.append(speech.open(server.url()))
        assert not (await opened[0].ask(a_question())).complete


@both
@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
async def test_a_server_that_is_busy_may_be_asked_again(speech: Speech, status: int, opened: list[LanguageModel]) -> None:
    async with serving(json_answer({"error": {"message": "later", "code": status}}, status, retry_after="17")) as server:
        opened.append(speech.open(server.url()))
        error = await failure(opened[0])
    assert isinstance(error, ModelBusy)
    assert error.retry_after_s == 17.0
    assert server.connections == 1, "asking again is the caller's decision"


async def test_gemini_names_its_pause_in_the_body(opened: list[LanguageModel]) -> None:
    detail = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "21.5s"}
    body = {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "quota", "details": ["?", detail]}}
    async with serving(json_answer(body, 429)) as server:
        opened.append(GEMINI.open(server.url()))
        assert (await failure(opened[0])).retry_after_s == 21.5


@both
@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (401, ExtractorUnavailable, "key"),
        (403, ExtractorUnavailable, "key"),
        (404, ExtractorUnavailable, "model"),
        (307, ExtractorUnavailable, "redirects"),
        (400, ExtractionRejected, "400"),
        (418, ExtractionRejected, "418"),
    ],
)
async def test_a_refusal_is_final(speech: Speech, status: int, kind: type[DoctrayError], said: str, opened: list[LanguageModel]) -> None:
    async with serving(json_answer({"error": {"message": "no " + KEY}}, status, location="http://127.0.0.1:9/")) as server:
        opened.append(speech.open(server.url()))
        error = await failure(opened[0])
    assert type(error) is kind
    assert said in error.detail
    assert KEY not in error.detail


@both
@pytest.mark.parametrize("answer", [hanging_up, resetting, cut_short, no_http], ids=lambda answer: answer.__name__)
async def test_a_broken_connection_may_be_tried_again(speech: Speech, answer: Answering, opened: list[LanguageModel]) -> None:
    async with serving(answer) as server:
        opened.append(speech.open(server.url()))
        assert isinstance(await failure(opened[0]), ModelBusy)


@both
async def test_a_server_that_is_not_there_may_be_tried_again(speech: Speech, opened: list[LanguageModel]) -> None:
    async with serving(hanging_up) as server:
        url = server.url()
    opened.append(speech.open(url))
    assert isinstance(await failure(opened[0]), ModelBusy)


@both
@pytest.mark.parametrize(
    "answer",
    [
        answering(200, b"{not json", content_type="application/json"),
        answering(200, b"<html>hello</html>", content_type="text/html"),
        answering(200, b"", content_type="application/json"),
        json_answer([]),
        json_answer({}),
        json_answer({"candidates": 5, "choices": 5}),
        json_answer({"candidates": [], "choices": []}),
        json_answer({"candidates": [{"content": {"parts": [{"text": 7}]}}], "choices": [{"message": {"content": 7}}]}),
        answering(200, b"[" * 100_000, content_type="application/json"),
        answering(200, b"\x1f\x8b\x08\x00", content_type="application/json", content_encoding="gzip"),
        endless,
    ],
    ids=[
        "half json",
        "html",
        "empty",
        "a list",
        "an empty object",
        "numbers",
        "no candidates",
        "a number as text",
        "deep",
        "gzip",
        "endless",
    ],
)
async def test_an_answer_that_is_none_is_rejected(speech: Speech, answer: Answering, opened: list[LanguageModel]) -> None:
    async with serving(answer) as server:
        opened.append(speech.open(server.url()))
        assert type(await failure(opened[0])) is ExtractionRejected


@both
async def test_a_filtered_answer_is_rejected(speech: Speech, opened: list[LanguageModel]) -> None:
    async with serving(saying(speech, '{"a": "half', reason=speech.filtered)) as server:
        opened.append(speech.open(server.url()))
        assert type(await failure(opened[0])) is ExtractionRejected


async def test_a_document_that_gemini_blocks_is_rejected(opened: list[LanguageModel]) -> None:
    async with serving(json_answer({"promptFeedback": {"blockReason": "SAFETY"}})) as server:
        opened.append(GEMINI.open(server.url()))
        assert "filter" in (await failure(opened[0])).detail


async def test_gemini_is_not_asked_on_and_on_for_the_rest_of_an_answer(opened: list[LanguageModel]) -> None:
    body = GEMINI.said('{"a": 1', reason="CONTINUATION")
    body["candidates"][0]["continuationToken"] = base64.b64encode(b"more").decode()
    async with serving(json_answer(body)) as server:
        opened.append(GEMINI.open(server.url()))
        reply = await opened[0].ask(a_question())
    assert (reply.complete, len(server.seen)) == (False, 1)
    assert "ontinuation" not in server.seen[0].body.decode()


async def test_thoughts_are_counted_and_left_out(opened: list[LanguageModel]) -> None:
    body = GEMINI.said('{"a": 1}')
    body["candidates"][0]["content"]["parts"].insert(0, {"text": "let me see", "thought": True})
    body["usageMetadata"]["thoughtsTokenCount"] = 30
    async with serving(json_answer(body)) as server:
        opened.append(GEMINI.open(server.url()))
        reply = await opened[0].ask(a_question())
    assert (reply.text, reply.output_tokens) == ('{"a": 1}', 35)


@both
async def test_a_model_that_hangs_can_be_left(speech: Speech, opened: list[LanguageModel]) -> None:
    """The connection is closed with the question, so that a server can stop working on it."""
    arrived, left = asyncio.Event(), asyncio.Event()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        while await reader.read(65536):
            pass
        left.set()
        writer.close()

    listening = await asyncio.start_server(hear, "127.0.0.1", 0)
    async with listening:
        opened.append(speech.open(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"))
        asking = asyncio.create_task(opened[0].ask(a_question()))
        async with asyncio.timeout(60):
            await arrived.wait()
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            await left.wait()


async def test_a_server_that_knows_no_json_schema_is_asked_more_plainly_and_remembered(opened: list[LanguageModel]) -> None:
    refusing = json_answer({"detail": [{"msg": "Input should be 'text' or 'json_object'", "loc": ["response_format", "type"]}]}, 422)
    async with serving(in_turn(refusing, refusing, refusing, saying(OPENAI, "{}"))) as server:
        opened.append(OPENAI.open(server.url()))
        await opened[0].ask(a_question())
        await opened[0].ask(a_question())
    formats = [json.loads(seen.body).get("response_format", {}) for seen in server.seen]
    assert [given.get("type") for given in formats] == ["json_schema", "json_object", "json_object", None, None]
    assert ["schema" in given for given in formats[:3]] == [False, True, False]


async def test_parameters_that_a_server_refuses_are_left_out_alone(opened: list[LanguageModel]) -> None:
    tokens = json_answer({"error": {"message": "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."}}, 400)
    warmth = json_answer({"error": {"message": "Unsupported value: 'temperature' does not support 0."}}, 400)
    async with serving(in_turn(tokens, warmth, saying(OPENAI, "{}"))) as server:
        opened.append(OPENAI.open(server.url()))
        await opened[0].ask(a_question())
    last = json.loads(server.seen[-1].body)
    assert (last["max_completion_tokens"], last["response_format"]["type"]) == (99, "json_schema")
    assert "max_tokens" not in last
    assert "temperature" not in last


async def test_a_server_that_refuses_everything_is_not_remembered_as_plain(opened: list[LanguageModel]) -> None:
    """A 400 may mean this document alone: the next one is asked about in the strictest way again."""
    async with serving(in_turn(*[json_answer({"error": "context too long"}, 400)] * 4, saying(OPENAI, "{}"))) as server:
        opened.append(OPENAI.open(server.url()))
        assert type(await failure(opened[0])) is ExtractionRejected
        await opened[0].ask(a_question())
    assert json.loads(server.seen[-1].body)["response_format"]["type"] == "json_schema"


@both
async def test_certificates_are_verified(speech: Speech, opened: list[LanguageModel], certified_by_nobody: ssl.SSLContext) -> None:
    async with serving(saying(speech, "{}"), context=certified_by_nobody) as server:
        opened.append(speech.open(server.url()))
        assert isinstance(await failure(opened[0]), ExtractorUnavailable)
    assert server.seen == []
