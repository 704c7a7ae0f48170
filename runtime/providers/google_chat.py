"""A `ChatModel` over the google-genai SDK's generateContent: `google/…`."""

from typing import Any

from google.genai import types
from pydantic import SecretStr

from runtime.contracts.failures import FailureReason
from runtime.providers.chat_model import ChatReply, ChatRequest, ProviderError
from runtime.providers.google_client import KEY_HEADER, GoogleClient, failure_of
from runtime.providers.google_reply import read_reply
from runtime.providers.keys import usable_key
from runtime.providers.single_call import single_call


class GoogleChat:
    def __init__(self, *, client: GoogleClient) -> None:
        self._client = client

    async def complete(self, request: ChatRequest, *, key: SecretStr | None, deadline_seconds: float) -> ChatReply:
        config = _config(request, key=usable_key(key))
        contents = _contents(request)
        if not contents:
            # Gemini takes no system instruction alone; the SDK would say so with a ValueError.
            raise ProviderError(FailureReason.REJECTED)
        models = self._client.sdk().aio.models

        async def send() -> bytes:
            reply = await models.generate_content(model=request.model, contents=contents, config=config)
            raw = reply.sdk_http_response
            return (raw.body or "").encode("utf-8", "surrogatepass") if raw is not None else b""

        return read_reply(await single_call(send, deadline_seconds=deadline_seconds, failure_of=failure_of))


def _config(request: ChatRequest, *, key: str) -> types.GenerateContentConfig:
    system = [message.content for message in request.messages if message.role == "system"]
    parameters = request.parameters
    optional: dict[str, Any] = {
        "system_instruction": "\n\n".join(system) or None,
        "temperature": parameters.temperature,
        "top_p": parameters.top_p,
        "max_output_tokens": parameters.max_tokens,
        "seed": parameters.seed,
    }
    if request.json_schema is not None:
        optional["response_mime_type"] = "application/json"
        optional["response_json_schema"] = dict(request.json_schema)
    return types.GenerateContentConfig(
        http_options=types.HttpOptions(headers={KEY_HEADER: key}),
        should_return_http_response=True,
        # Both are on by default and may turn one call into several.
        automatic_continuation=False,
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        **{name: value for name, value in optional.items() if value is not None},
    )


def _contents(request: ChatRequest) -> list[types.ContentUnion]:
    return [
        types.Content(role="model" if message.role == "assistant" else "user", parts=[types.Part(text=message.content)])
        for message in request.messages
        if message.role != "system"
    ]
