"""Gemini's protocol as the stub speaks it: generateContent, and the errors of all endpoints."""

from typing import Any

from tests.stubs.behaviours import RETRY_SECONDS, STATUS, retry_header, shared_body, with_manner
from tests.stubs.decision_stub import google_decision
from tests.stubs.verdicts import answer_text
from tests.stubs.wire_reply import WireReply, json_reply

_STATUS_NAMES = {400: "INVALID_ARGUMENT", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED"}
_RPC = "type.googleapis.com/google.rpc"
_INVALID_KEY = {"@type": f"{_RPC}.ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"}
_RETRY_INFO = {"@type": f"{_RPC}.RetryInfo", "retryDelay": f"{RETRY_SECONDS}s"}
_QUOTA_FAILURE = {"@type": f"{_RPC}.QuotaFailure", "violations": [{"quotaId": "RequestsPerDay"}]}
_PER_MINUTE = {
    "@type": f"{_RPC}.QuotaFailure",
    "violations": [{"quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "quotaValue": "15"}],
}
_ERRORS: dict[str, tuple[int, list[dict[str, Any]]]] = {
    "key_refused": (400, [_INVALID_KEY]),
    "quota": (429, [_QUOTA_FAILURE]),
    "throttled": (429, [_PER_MINUTE, _RETRY_INFO]),
    "throttled_date": (429, [{"@type": f"{_RPC}.RetryInfo", "retryDelay": "soon"}]),
    "throttled_no_date": (429, []),
    "throttled_plain": (429, []),
}


def google_reply(behaviour: str, *, body: dict[str, Any], key: str, model: str) -> WireReply:
    status = STATUS.fullmatch(behaviour)
    if behaviour in _ERRORS:
        code, details = _ERRORS[behaviour]
        headers = retry_header(behaviour) if behaviour in ("throttled_date", "throttled_no_date") else {}
        return _error(code, details=details, key=key, headers=headers)
    if status:
        return _error(int(status[1]), details=[], key=key, headers={})
    shared = shared_body(behaviour)
    if shared is not None:
        return shared
    if "questions" in body:
        return google_decision(behaviour, body)
    return with_manner(behaviour, _generated(behaviour, body, model))


def _error(status: int, *, details: list[dict[str, Any]], key: str, headers: dict[str, str]) -> WireReply:
    # Echoes the key everywhere a real server might: body, header, and (in the server) the reason phrase.
    name = _STATUS_NAMES.get(status, "UNKNOWN")
    error = {"code": status, "message": f"API key not valid: {key}", "status": name, "details": details}
    return json_reply({"error": error}, status=status, headers=headers | {"x-echo": key})


_SHAPES: dict[str, dict[str, Any]] = {
    "no_text": {"parts": []},
    "empty_text": {"parts": [{"text": ""}]},
    "surrogate": {"parts": [{"text": "\ud800"}]},
    "cut_empty": {"parts": [], "finishReason": "MAX_TOKENS"},
    "content_filter": {"parts": [], "finishReason": "SAFETY"},
    "recitation": {"parts": [], "finishReason": "RECITATION"},
    "unfinished": {"finishReason": "CONTINUATION", "continuationToken": "bW9yZQ=="},
}
"""Fields of the candidate that differ from those of an ordinary answer."""
_WHOLE: dict[str, dict[str, Any]] = {
    "blocked_prompt": {"candidates": None, "promptFeedback": {"blockReason": "SAFETY"}},
    "no_choices": {"candidates": None},
    "strange_usage": {
        "usageMetadata": {"promptTokenCount": -1, "candidatesTokenCount": "many"},
        "modelVersion": "\n",
    },
}


def _generated(behaviour: str, body: dict[str, Any], model: str) -> WireReply:
    text = answer_text(behaviour, body.get("generationConfig", {}).get("responseJsonSchema"))
    parts: list[dict[str, Any]] = [{"text": "let me see", "thought": True}, {"text": text[:5]}, {"text": text[5:]}]
    candidate: dict[str, Any] = {"index": 0, "finishReason": "STOP", "parts": parts}
    if behaviour == "echo":
        candidate["parts"] = body["contents"][-1]["parts"]
    if behaviour == "cut":
        candidate |= {"parts": [{"text": text[:10]}], "finishReason": "MAX_TOKENS"}
    candidate |= _SHAPES.get(behaviour, {})
    candidate["content"] = {"role": "model", "parts": candidate.pop("parts")}
    reply = {
        "candidates": [candidate],
        "modelVersion": f"{model}-2026-11",
        "usageMetadata": {"promptTokenCount": 11, "candidatesTokenCount": 4, "thoughtsTokenCount": 3},
    } | _WHOLE.get(behaviour, {})
    return json_reply({name: value for name, value in reply.items() if value is not None})
