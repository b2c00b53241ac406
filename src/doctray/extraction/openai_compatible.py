"""Servers that speak OpenAI's chat/completions: vLLM, Ollama, llama.cpp, LiteLLM, OpenAI itself.

They differ in how an answer can be held to a schema. The strictest way is tried first; what a server refuses once is not
tried again for as long as the process lives.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import httpx

from doctray.domain.errors import ExtractionRejected
from doctray.extraction.language_model import Question, Reply, Role
from doctray.extraction.model_http import model_client, no_answer, refusal


class Format(IntEnum):
    """How an answer is held to its schema, the strictest first."""

    JSON_SCHEMA = 0  # OpenAI, vLLM, Ollama, llama.cpp
    JSON_OBJECT_WITH_SCHEMA = 1  # llama-cpp-python, older llama.cpp
    JSON_OBJECT = 2  # any JSON object
    TEXT = 3  # the instructions alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What a server was found to take."""

    format: Format = Format.JSON_SCHEMA
    token_limit: str = "max_tokens"  # noqa: S105 a parameter's name
    temperature: bool = True


_REFUSES = frozenset({400, 415, 422, 501})
"""Statuses of a server that does not know a part of the request."""

_MOST_DIALECTS = 6


class OpenAICompatibleModel:
    """`LanguageModel` at base_url, which ends where /chat/completions begins: http://127.0.0.1:11434/v1.

    api_key: sent as a bearer token, to that address alone; None for servers without keys.
    """

    name = "openai_compatible"

    def __init__(self, *, base_url: str, model: str, api_key: str | None = None) -> None:
        self.model = model
        self._url = base_url.rstrip("/") + "/chat/completions"
        self._headers = {"authorization": f"Bearer {api_key}"} if api_key else {}
        self._http = model_client()
        self._dialect = Dialect()

    async def ask(self, question: Question) -> Reply:
        """See `LanguageModel`. A server that refuses a part of the request is asked again without it, at once."""
        dialect = self._dialect
        for _ in range(_MOST_DIALECTS):
            response = await self._post(_body(question, self.model, dialect))
            if response.status_code == 200:
                self._dialect = dialect
                return _reply(response)
            plainer = _plainer(dialect, response) if response.status_code in _REFUSES else None
            if plainer is None:
                break
            dialect = plainer
        raise refusal(response.status_code, name=self.name, retry_after=response.headers.get("retry-after"))

    async def close(self) -> None:
        await self._http.aclose()

    async def _post(self, body: Mapping[str, Any]) -> httpx.Response:
        try:
            return await self._http.post(self._url, json=body, headers=self._headers)
        except httpx.HTTPError as error:
            raise no_answer(error, name=self.name) from error


def _body(question: Question, model: str, dialect: Dialect) -> dict[str, Any]:
    turns: list[dict[str, Any]] = [
        {"role": "user" if turn.role is Role.USER else "assistant", "content": turn.text} for turn in question.turns
    ]
    if question.images:
        first = next(turn for turn in turns if turn["role"] == "user")
        shown = [f"data:image/png;base64,{base64.b64encode(image).decode()}" for image in question.images]
        first["content"] = [
            {"type": "text", "text": first["content"]},
            *({"type": "image_url", "image_url": {"url": url}} for url in shown),
        ]
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": "system", "content": question.system}, *turns],
        "stream": False,
        dialect.token_limit: question.max_output_tokens,
    }
    if dialect.temperature:
        body["temperature"] = 0
    response_format = _response_format(question, dialect.format)
    return body if response_format is None else {**body, "response_format": response_format}


def _response_format(question: Question, wanted: Format) -> dict[str, Any] | None:
    match wanted:
        case Format.JSON_SCHEMA:
            return {"type": "json_schema", "json_schema": {"name": "fields", "schema": question.schema, "strict": question.closed}}
        case Format.JSON_OBJECT_WITH_SCHEMA:
            return {"type": "json_object", "schema": question.schema}
        case Format.JSON_OBJECT:
            return {"type": "json_object"}
        case Format.TEXT:
            return None


def _plainer(dialect: Dialect, response: httpx.Response) -> Dialect | None:
    """The dialect without what the server complains of; None when there is nothing left to leave out."""
    complaint = response.text[:2000].casefold()
    if "max_completion_tokens" in complaint and dialect.token_limit == "max_tokens":  # noqa: S105 a parameter's name
        return replace(dialect, token_limit="max_completion_tokens")  # noqa: S106
    if "temperature" in complaint and dialect.temperature:
        return replace(dialect, temperature=False)
    if dialect.format is Format.TEXT:
        return None
    return replace(dialect, format=Format(dialect.format + 1))


def _reply(response: httpx.Response) -> Reply:
    try:
        body = json.loads(response.content)
        choice = body["choices"][0]
        message, reason = choice["message"], choice.get("finish_reason")
        text, refused = message.get("content"), message.get("refusal")
        usage = body.get("usage") or {}
        counts = [usage.get(name) or 0 for name in ("prompt_tokens", "completion_tokens")]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ExtractionRejected("openai_compatible answered with something that is no answer of its protocol.") from error
    if refused or reason == "content_filter":
        raise ExtractionRejected("openai_compatible gave no answer: the model or its filter refuses the document.")
    if not isinstance(text, str) or not all(isinstance(count, int) and count >= 0 for count in counts):
        raise ExtractionRejected("openai_compatible answered without text.")
    return Reply(text=text, complete=reason != "length", input_tokens=counts[0], output_tokens=counts[1])
