"""A jury: several judges of one answer, each with the weight that its measured accuracy has earned: `jury_weights`.

A member without one is not asked.
"""

import asyncio
import math
from collections.abc import Mapping, Sequence

from runtime.contracts.evaluation import JurorSettings
from runtime.contracts.failures import POLICIES, FailureReason, Retry
from runtime.contracts.jury import COIN, jury_decision, jury_weights
from runtime.contracts.leases import Vote
from runtime.contracts.outcomes import Comparison, CriterionScore, JudgeResult, Juror, Method
from runtime.contracts.two_orders import PREFERENCES, SIDES, Preference, Side
from runtime.judge.jurors import Part, Votes, juror, spent_on
from runtime.judge.pairwise import SCORES
from runtime.judge.ports import JudgeTask
from runtime.providers.chat_model import ProviderError

QUORUM = 0.5
"""Of the weight of all that were asked; with less, those that happened to answer would decide."""


async def ask_jury(members: Sequence[JurorSettings], task: JudgeTask, asked: Votes) -> JudgeResult:
    """The weighted mean of the members' scores; of pairs, what the weighted vote prefers.

    Raises ProviderError: what a member may be asked again for; without a quorum `jury_no_quorum`, or where nobody voted
    and all for one reason, that one.
    """
    weights = jury_weights({member.model: member.accuracy for member in members})
    votes = await _votes(list(weights), task, asked)
    verdicts = {model: vote for model, vote in votes.items() if isinstance(vote, JudgeResult)}
    if math.fsum(weights[model] for model in verdicts) < QUORUM * math.fsum(weights.values()) or not verdicts:
        reasons = {vote for vote in votes.values() if isinstance(vote, FailureReason)}
        shared = reasons.pop() if not verdicts and len(reasons) == 1 else FailureReason.NO_QUORUM
        raise ProviderError(shared)
    jurors = tuple(_juror(member, votes.get(member.model), weights.get(member.model, 0)) for member in members)
    return _verdict(task, verdicts, weights, jurors)


async def _votes(models: Sequence[str], task: JudgeTask, asked: Votes) -> dict[str, Vote]:
    """Of all at once. Where one has to be asked again the others are heard out: what they said is kept."""
    found = await asyncio.gather(*(asked.of(model, task) for model in models), return_exceptions=True)
    for failed in found:
        if isinstance(failed, BaseException) and not isinstance(failed, ProviderError):
            raise failed
    if errors := [failed for failed in found if isinstance(failed, ProviderError)]:
        raise max(errors, key=_weightiest)
    return {model: asked.said[model] for model in models}


def _weightiest(error: ProviderError) -> tuple[bool, float]:
    """What costs an attempt before what only asks for time, and then the longest wait."""
    return POLICIES[error.reason].retry is not Retry.FREE, error.retry_after_seconds or 0


def _juror(member: JurorSettings, vote: Vote | None, weight: float) -> Juror:
    if vote is None:
        reason = "not better than chance"
        return Juror(model=member.model, accuracy=member.accuracy, part="dropped", reason=reason)
    part: Part = "voted" if isinstance(vote, JudgeResult) else "abstained"
    return juror(member.model, vote, part, accuracy=member.accuracy, weight=weight)


def _verdict(
    task: JudgeTask, verdicts: Mapping[str, JudgeResult], weights: Mapping[str, float], jurors: tuple[Juror, ...]
) -> JudgeResult:
    scores = {model: verdict.score for model, verdict in verdicts.items()}
    criteria = _criteria(verdicts, weights)
    if task.baseline is None:
        score = 0.0 if any(criterion.gate_failed for criterion in criteria) else _mean(scores, weights)
        on_its_side = {model for model, voted in scores.items() if (voted >= COIN) == (score >= COIN)}
    else:
        preferred = _elected({model: _side(voted) for model, voted in scores.items()}, weights)
        score = SCORES[PREFERENCES[preferred]]
        on_its_side = {model for model, voted in scores.items() if _side(voted) == preferred}
    hashes = {verdict.prompt_hash for verdict in verdicts.values()}
    return JudgeResult(
        score=score,
        criteria=criteria,
        rationale=_rationale(jurors),
        method=Method.JURY,
        rubric=task.rubric.label,
        requested_model=task.requested_model,
        served_model=None,
        prompt_hash=hashes.pop() if len(hashes) == 1 else None,
        self_judged=any(verdict.self_judged for verdict in verdicts.values()),
        same_family=any(verdict.same_family for verdict in verdicts.values()),
        confidence=min(1.0, _weight(on_its_side, weights) / _weight(verdicts, weights)),
        comparison=_comparison(score, verdicts, weights),
        jury=jurors,
        duration_ms=max(verdict.duration_ms for verdict in verdicts.values()),
        **spent_on(verdicts.values()),
    )


def _weight(models: Mapping[str, object] | set[str], weights: Mapping[str, float]) -> float:
    return math.fsum(weights[model] for model in models)


def _mean(values: Mapping[str, float], weights: Mapping[str, float]) -> float:
    total = math.fsum(weights[model] * value for model, value in values.items())
    return min(1.0, max(0.0, total / _weight(values, weights)))


def _side(score: float) -> Side:
    return "tie" if score == COIN else "output" if score > COIN else "baseline"


def _elected(votes: Mapping[str, Side], weights: Mapping[str, float]) -> Side:
    preferred = jury_decision({model: PREFERENCES[vote] for model, vote in votes.items()}, weights)
    return SIDES[preferred or Preference.TIE]


def _comparison(score: float, verdicts: Mapping[str, JudgeResult], weights: Mapping[str, float]) -> Comparison | None:
    """What the jury prefers in each order, by the same vote; its preference is the vote on what survived the swap."""
    compared = {model: verdict.comparison for model, verdict in verdicts.items() if verdict.comparison is not None}
    if not compared:
        return None
    first = _elected({model: comparison.shown_first for model, comparison in compared.items()}, weights)
    second = _elected({model: comparison.shown_second for model, comparison in compared.items()}, weights)
    preference = _side(score)
    facts = {"preference": preference, "shown_first": first, "shown_second": second}
    return Comparison.model_validate(facts | {"order_consistent": first == second == preference})


def _criteria(verdicts: Mapping[str, JudgeResult], weights: Mapping[str, float]) -> tuple[CriterionScore, ...]:
    """The weighted mean for each criterion; a gate has failed where more than half of the weight says so."""
    found: dict[str, dict[str, CriterionScore]] = {}
    for model, verdict in verdicts.items():
        for criterion in verdict.criteria:
            found.setdefault(criterion.name, {})[model] = criterion
    return tuple(
        CriterionScore(
            name=name,
            weight=next(iter(by_model.values())).weight,
            score=_mean({model: criterion.score for model, criterion in by_model.items()}, weights),
            gate_failed=_mean({model: float(one.gate_failed) for model, one in by_model.items()}, weights) > COIN,
        )
        for name, by_model in found.items()
    )


def _rationale(jurors: Sequence[Juror]) -> str:
    lines = []
    for one in jurors:
        told = f"{one.score:.2f}, weight {one.weight:.2f}" if one.score is not None else f"{one.part}, {one.reason}"
        lines.append(f"{one.model}: {told}")
    return "\n".join(lines)
