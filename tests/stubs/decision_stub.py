"""Both providers' decision endpoints as the stub speaks them: errors as in their chat, answers of their own shape."""

from collections.abc import Callable
from typing import Any

from tests.stubs.behaviours import with_manner
from tests.stubs.wire_reply import WireReply, json_reply

Spread = Callable[[int], list[float]]

_SPREADS: dict[str, Spread] = {
    "verdict_low": lambda levels: [0.9, *[0.1 / (levels - 1)] * (levels - 1)],
    "rounded": lambda levels: [0.01, *[0.0] * (levels - 2), 0.98],
    "sum_of_two": lambda levels: [1.0] * levels,
    "negative": lambda levels: [-0.5, *[0.0] * (levels - 2), 1.5],
    "one_level_short": lambda levels: [0.0] * (levels - 2) + [1.0],
    "one_level_more": lambda levels: [0.0] * levels + [1.0],
    "nan": lambda levels: [float("nan")] * levels,
}
"""What is wrong with the probabilities; an ordinary answer is sure of the best level, by 0.8."""
_USAGE = {"strange_usage": -1}


def _spread(behaviour: str, levels: int) -> list[float]:
    ordinary: Spread = lambda number: [0.2 / (number - 1)] * (number - 1) + [0.8]  # noqa: E731
    return _SPREADS.get(behaviour, ordinary)(levels)


def openai_decision(behaviour: str, body: dict[str, Any]) -> WireReply:
    answers: list[dict[str, Any]] = []
    for question in body["questions"]:
        labels = [level["label"] for level in question["levels"]]
        spread = _spread(behaviour, len(labels))
        probabilities = [
            {"label": labels[place] if place < len(labels) else "more", "value": place, "probability": share}
            for place, share in enumerate(spread)
        ]
        answers.append(
            {
                "type": "score",
                "name": question["name"],
                "confidence": max(spread),
                "score": 1.0,
                "probabilities": probabilities,
            }
        )
    if behaviour == "refusal":
        answers[-1] = {"type": "refusal", "name": answers[-1]["name"]}
    if behaviour == "missing":
        del answers[-1]
    if behaviour == "swapped":
        answers.reverse()
    if behaviour == "other_kind":
        answers[-1] = {"type": "predicate", "name": answers[-1]["name"], "probability": 1}
    tokens = _USAGE.get(behaviour, 11)
    usage = {"input_tokens": tokens, "output_tokens": 7, "total_tokens": 18}
    return with_manner(behaviour, json_reply({"model": f"{body['model']}-2026-11", "answers": answers, "usage": usage}))


def google_decision(behaviour: str, body: dict[str, Any]) -> WireReply:
    answers: dict[str, Any] = {}
    for name, question in body["questions"].items():
        spread = _spread(behaviour, len(question["criteria"]))
        answers[name] = {
            "type": "score",
            "confidence": max(spread),
            "score": 1.0,
            "legend": {str(place): anchor for place, anchor in enumerate(question["criteria"])},
            "probabilities": {str(place): share for place, share in enumerate(spread)},
        }
    last = list(answers)[-1]
    if behaviour == "missing":
        del answers[last]
    if behaviour == "other_kind":
        answers[last] = {"type": "noul", "noul": 0.9, "confidence": 0.9}
    tokens = _USAGE.get(behaviour, 11)
    usage = {"total_input_tokens": tokens, "total_output_tokens": 4, "total_thought_tokens": 3}
    reply: dict[str, Any] = {"answers": answers, "usage": usage}
    if behaviour == "blocked_prompt":
        reply = {"prompt_feedback": {"block_reason": "safety"}}
    return with_manner(behaviour, json_reply(reply))
