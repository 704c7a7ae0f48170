"""OpenAI's protocol as the stub speaks it: Chat Completions, and the errors of all endpoints."""

from typing import Any

from tests.stubs.behaviours import STATUS, retry_header, shared_body, with_manner
from tests.stubs.decision_stub import openai_decision
from tests.stubs.verdicts import answer_text
from tests.stubs.wire_reply import WireReply, json_reply

_ERRORS: dict[str, tuple[int, str, str]] = {
    "key_refused": (401, "invalid_api_key", "invalid_request_error"),
    "quota": (429, "insufficient_quota", "insufficient_quota"),
    "throttled": (429, "rate_limit_exceeded", "requests"),
    "throttled_date": (429, "rate_limit_exceeded", "requests"),
    "throttled_no_date": (429, "rate_limit_exceeded", "requests"),
    "throttled_plain": (429, "rate_limit_exceeded", "requests"),
    "blocked_prompt": (400, "content_filter", "invalid_request_error"),
}
LOGPROBS = {"Yes": -0.105, "No": -2.303, " yes": -4.6}


def openai_reply(behaviour: str, *, body: dict[str, Any], key: str) -> WireReply:
    status = STATUS.fullmatch(behaviour)
    if behaviour in _ERRORS:
        code, name, kind = _ERRORS[behaviour]
        return _error(code, name=name, kind=kind, key=key, headers=retry_header(behaviour))
    if status:
        return _error(int(status[1]), name="stub_error", kind="stub", key=key, headers={})
    shared = shared_body(behaviour)
    if shared is not None:
        return shared
    if "questions" in body:
        return openai_decision(behaviour, body)
    return with_manner(behaviour, _completion(behaviour, body))


def _error(status: int, *, name: str, kind: str, key: str, headers: dict[str, str]) -> WireReply:
    # Echoes the key everywhere a real server might: body, header, and (in the server) the reason phrase.
    error = {"message": f"Incorrect API key provided: {key}", "type": kind, "param": None, "code": name}
    return json_reply({"error": error}, status=status, headers=headers | {"x-echo": key})


_SHAPES: dict[str, dict[str, Any]] = {
    "no_text": {"content": None},
    "empty_text": {"content": ""},
    "surrogate": {"content": "\ud800"},
    "cut_empty": {"content": None, "finish_reason": "length"},
    "refusal": {"content": None, "refusal": "I cannot help with that."},
    "content_filter": {"content": "", "finish_reason": "content_filter"},
    "recitation": {"content": "", "finish_reason": "content_filter"},
}
"""What differs from an ordinary answer."""
_WHOLE: dict[str, dict[str, Any]] = {
    "no_choices": {"choices": []},
    "strange_usage": {"usage": {"prompt_tokens": -1, "completion_tokens": "many"}, "model": "\n"},
}


def _completion(behaviour: str, body: dict[str, Any]) -> WireReply:
    schema = body.get("response_format", {}).get("json_schema", {}).get("schema")
    text = answer_text(behaviour, schema)
    shape: dict[str, Any] = {"content": text, "refusal": None, "finish_reason": "stop", "logprobs": None}
    if behaviour == "echo":
        shape["content"] = body["messages"][-1]["content"]
    if behaviour == "cut":
        shape |= {"content": text[:10], "finish_reason": "length"}
    if body.get("logprobs") and schema is None:
        top = [{"token": token, "logprob": value, "bytes": None} for token, value in LOGPROBS.items()]
        shape |= {"content": "Yes", "logprobs": {"content": [top[0] | {"top_logprobs": top}]}}
    shape |= _SHAPES.get(behaviour, {})
    message = {"role": "assistant", "content": shape.pop("content"), "refusal": shape.pop("refusal")}
    completion: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": f"{body['model']}-2026-11",
        "choices": [{"index": 0, "message": message} | shape],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
    }
    return json_reply(completion | _WHOLE.get(behaviour, {}))
