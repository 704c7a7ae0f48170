"""Step 5 of the demo: what the run says as a whole; means are over scored items only, and say over how many."""

from collections import Counter
from collections.abc import Sequence
from statistics import mean

from runtime.api_client.result import Ending, Result

GOOD, BAD = "good", "bad"


def summary_lines(results: Sequence[Result], *, seconds: float) -> list[str]:
    endings = Counter(result.ending for result in results)
    counts = ", ".join(f"{endings[ending]} {ending}" for ending in Ending if endings[ending])
    lines = [f"{counts or 'nothing to judge'} in {seconds:.1f} s"]
    scores = [result.score for result in results if result.score is not None]
    if scores:
        coverage = len(scores) / len(results)
        lines.append(f"mean score {mean(scores):.2f} over {len(scores)} of {len(results)} lines ({coverage:.0%})")
    lines += _separation(results)
    if any(result.self_judged for result in results):
        lines.append("* candidate and judge are one model: read these scores with care")
    return lines


def _separation(results: Sequence[Result]) -> list[str]:
    good, bad = (
        [result.score for result in results if result.item.expected == label and result.score is not None]
        for label in (GOOD, BAD)
    )
    if not good or not bad:
        return []
    auc = area_under_curve(good, bad)
    all_above = "; every good one is above every bad one" if min(good) > max(bad) else ""
    means = f"known good answers: mean {mean(good):.2f} ({len(good)}), known bad ones: {mean(bad):.2f} ({len(bad)})"
    return [f"{means}; AUC {auc:.2f}{all_above}"]


def area_under_curve(good: Sequence[float], bad: Sequence[float]) -> float:
    """How often a good answer scores above a bad one, over all pairs; a tie counts half."""
    wins = sum((above > below) + (above == below) / 2 for above in good for below in bad)
    return wins / (len(good) * len(bad))
