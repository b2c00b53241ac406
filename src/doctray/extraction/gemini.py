"""Gemini through google-genai: generateContent with a response schema. Loads the library (0.5 s, 50 MB) when it is first asked."""

import asyncio
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from doctray.domain.errors import DoctrayError, ExtractionRejected
from doctray.extraction.answer_schema import for_gemini
from doctray.extraction.language_model import Question, Reply, Role
from doctray.extraction.model_http import model_client, no_answer, refusal

if TYPE_CHECKING:
    import httpx
    from google import genai
    from google.genai import types


class GeminiModel:
    """`LanguageModel` on Google's service, or whatever speaks its protocol at base_url.

    api_key: sent as a header, to that address alone. Sampling is left to the model: Google advises against lower temperatures
    for models that think, which repeat themselves then.
    """

    name = "gemini"

    def __init__(self, *, api_key: str, model: str, base_url: str | None = None) -> None:
        self.model = model
        self._api_key = api_key
        self._base_url = base_url
        self._opened: tuple[genai.Client, httpx.AsyncClient] | None = None
        self._opening = asyncio.Lock()

    async def ask(self, question: Question) -> Reply:
        """See `LanguageModel`. Tokens spent on thinking count as output."""
        client = await self._client()
        import httpx
        from google.genai import errors

        try:
            response = await client.aio.models.generate_content(model=self.model, contents=_contents(question), config=_config(question))
        except errors.APIError as error:
            raise _refused(error) from error
        except httpx.HTTPError as error:
            raise no_answer(error, name=self.name) from error
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
            # What the library raises while it takes an answer apart that is not as it expects; pydantic's errors are ValueErrors.
            raise ExtractionRejected("gemini answered with something that is no answer of its protocol.") from error
        return _reply(response)

    async def close(self) -> None:
        if self._opened is not None:
            await self._opened[1].aclose()
            self._opened = None

    async def _client(self) -> "genai.Client":
        async with self._opening:
            if self._opened is None:
                # In a thread: the worker's event loop must not stand still for half a second.
                self._opened = await asyncio.to_thread(self._open)
            return self._opened[0]

    def _open(self) -> "tuple[genai.Client, httpx.AsyncClient]":
        from google import genai
        from google.genai import types

        http = model_client()
        options = types.HttpOptions(httpx_async_client=http, base_url=self._base_url)
        return genai.Client(api_key=self._api_key, vertexai=False, http_options=options), http


def _contents(question: Question) -> "list[types.Content]":
    from google.genai import types

    contents = [types.Content(role=turn.role.value, parts=[types.Part(text=turn.text)]) for turn in question.turns]
    images = [types.Part.from_bytes(data=image, mime_type="image/png") for image in question.images]
    first = next(content for content, turn in zip(contents, question.turns, strict=True) if turn.role is Role.USER)
    first.parts = [*(first.parts or ()), *images]
    return contents


def _config(question: Question) -> "types.GenerateContentConfig":
    from google.genai import types

    return types.GenerateContentConfig(
        system_instruction=question.system,
        response_mime_type="application/json",
        response_json_schema=for_gemini(question.schema),
        max_output_tokens=question.max_output_tokens,
        candidate_count=1,
        # The library would ask on and on by itself for an answer that is cut off.
        automatic_continuation=False,
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
    )


def _reply(response: "types.GenerateContentResponse") -> Reply:
    from google.genai.types import FinishReason

    if not response.candidates:
        raise ExtractionRejected("gemini gave no answer: its filter blocked the document.")
    candidate = response.candidates[0]
    reason = candidate.finish_reason
    if reason is not None and reason not in (FinishReason.STOP, FinishReason.FINISH_REASON_UNSPECIFIED, *_cut_off()):
        raise ExtractionRejected(f"gemini stopped its answer: {re.sub(r'[^A-Za-z_]', '', str(reason.value))[:40].lower()}.")
    parts = (candidate.content.parts if candidate.content else None) or []
    usage = response.usage_metadata
    return Reply(
        text="".join(part.text for part in parts if part.text and not part.thought),
        complete=reason not in _cut_off(),
        input_tokens=(usage and usage.prompt_token_count) or 0,
        output_tokens=((usage and usage.candidates_token_count) or 0) + ((usage and usage.thoughts_token_count) or 0),
    )


def _cut_off() -> "tuple[types.FinishReason, ...]":
    from google.genai.types import FinishReason

    return FinishReason.MAX_TOKENS, FinishReason.CONTINUATION


def _refused(error: Any) -> DoctrayError:
    headers = getattr(error.response, "headers", None) or {}
    return refusal(int(error.code or 0), name="gemini", retry_after=headers.get("retry-after"), wait_s=_named_wait_s(error.details))


def _named_wait_s(body: Any) -> float | None:
    """Seconds in google.rpc.RetryInfo, which stands in the body of a 429: {"@type": "…RetryInfo", "retryDelay": "17s"}."""
    for detail in _details(body):
        match = re.fullmatch(r"(\d{1,6}(?:\.\d{1,9})?)s", str(detail.get("retryDelay", "")))
        if match:
            return float(match[1])
    return None


def _details(body: Any) -> Iterator[dict[str, Any]]:
    inner = body.get("error") if isinstance(body, dict) else None
    details = inner.get("details") if isinstance(inner, dict) else None
    return (detail for detail in details if isinstance(detail, dict)) if isinstance(details, list) else iter(())
