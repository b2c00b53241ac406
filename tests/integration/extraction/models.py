"""Gemini's and OpenAI's protocols as local servers speak them: what a test makes a model say, and what it was asked."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from doctray.extraction.gemini import GeminiModel
from doctray.extraction.language_model import LanguageModel, Question, Role, Turn
from doctray.extraction.openai_compatible import OpenAICompatibleModel
from tests.integration.outbound.servers import Answering, Seen, answering

KEY = "s3cret-key"


def a_question(**changes: Any) -> Question:
    given = {
        "system": "SYSTEM",
        "turns": (Turn(role=Role.USER, text="PAGE"),),
        "schema": {"type": "object", "properties": {"a": {"type": ["string", "null"], "maxLength": 9}}},
        "closed": False,
        "max_output_tokens": 99,
    }
    return Question(**{**given, **changes})


@dataclass(frozen=True)
class Speech:
    """One protocol. open: the adapter for a base URL. said: the body of an answer. cut, filtered: words for why an answer ended."""

    name: str
    open: Callable[[str], LanguageModel]
    said: Callable[..., dict[str, Any]]
    cut: str
    filtered: str


def _gemini(url: str) -> GeminiModel:
    return GeminiModel(api_key=KEY, model="m-1", base_url=url.rstrip("/"))


def _gemini_said(text: str, *, reason: str = "STOP", tokens: tuple[int, int] = (7, 5)) -> dict[str, Any]:
    return {
        "candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": reason}],
        "usageMetadata": {"promptTokenCount": tokens[0], "candidatesTokenCount": tokens[1], "totalTokenCount": sum(tokens)},
    }


def _openai(url: str) -> OpenAICompatibleModel:
    return OpenAICompatibleModel(base_url=url.rstrip("/") + "/v1", model="m-1", api_key=KEY)


def _openai_said(text: str, *, reason: str = "stop", tokens: tuple[int, int] = (7, 5)) -> dict[str, Any]:
    return {
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": reason}],
        "usage": {"prompt_tokens": tokens[0], "completion_tokens": tokens[1]},
    }


GEMINI = Speech("gemini", _gemini, _gemini_said, "MAX_TOKENS", "SAFETY")
OPENAI = Speech("openai_compatible", _openai, _openai_said, "length", "content_filter")


def saying(speech: Speech, text: str, **more: Any) -> Answering:
    """The model says this to everything."""
    return json_answer(speech.said(text, **more))


def json_answer(body: object, status: int = 200, **headers: str) -> Answering:
    return answering(status, json.dumps(body).encode(), content_type="application/json", **headers)


def in_turn(*answers: Answering) -> Answering:
    """The first answer to the first request, and so on; the last one to all that follow."""
    waiting = list(answers)

    async def answer(seen: Seen, writer: asyncio.StreamWriter) -> None:
        await (waiting.pop(0) if len(waiting) > 1 else waiting[0])(seen, writer)

    return answer


def asked(seen: Seen) -> str:
    """All text of a request, whichever the protocol."""
    return json.dumps(json.loads(seen.body), ensure_ascii=False)
