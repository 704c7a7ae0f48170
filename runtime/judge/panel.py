"""Who judges: one judge, a jury or a cascade, composed over the one way in which each of them is asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from pydantic import SecretStr

from config.prices import Prices
from config.topology import Provider
from runtime.contracts.evaluation import JudgeSettings
from runtime.contracts.messages import InferenceCompleted
from runtime.contracts.models import parse_model
from runtime.contracts.outcomes import InferenceResult, JudgeResult
from runtime.judge.cascade import ask_cascade
from runtime.judge.checks import checked
from runtime.judge.flagging import flagged
from runtime.judge.floor import floored
from runtime.judge.jurors import Votes
from runtime.judge.jury import ask_jury
from runtime.judge.ports import Judge, JudgeTask
from runtime.keys.ports import KeyOpener
from runtime.stages.attempts import open_key
from runtime.stages.cost import cost_usd
from runtime.stages.pacing import Pacer, estimated_tokens
from runtime.stages.turn import Turn

CRITERION_TOKENS = 200
"""Instructions and verdict, for one criterion; what it really takes is settled afterwards."""


@dataclass(frozen=True, kw_only=True)
class Panel:
    opener: KeyOpener
    judges: Mapping[Provider, Judge]
    decisions: Mapping[Provider, Judge]
    """The judges that use a provider's decision endpoint."""
    pacer: Pacer
    prices: Callable[[], Prices]

    async def verdict(self, message: InferenceCompleted, turn: Turn) -> JudgeResult:
        """Raises `ProviderError`; Unavailable and TurnOver where a call did not start."""
        spec = message.identity.spec
        answer = turn.record.inference_result or message.inference_result
        task = JudgeTask(
            input=spec.input,
            output=answer.output,
            baseline=spec.baseline,
            reference=spec.judge.reference,
            rubric=spec.judge.rubric,
            samples=spec.judge.samples,
            decision_endpoint=spec.judge.decision_endpoint,
            requested_model=spec.judge.model,
            model=parse_model(spec.judge.model).model,
            self_judged=answer.requested_model == spec.judge.model,
        )
        found = await unjudged(spec.judge, task)
        if found is not None:
            return found
        key = await self._key(message)

        async def ask(name: str, task: JudgeTask) -> JudgeResult:
            ref = parse_model(name)
            own = replace(task, requested_model=name, model=ref.model, self_judged=answer.requested_model == name)
            judge = (self.decisions if task.decision_endpoint else self.judges)[ref.provider]
            its_key = key.get(ref.provider)
            # One slot for a verdict: a repair must not wait for another one, and throw away what was paid for.
            async with self.pacer.call(its_key, ref, identity=message.identity, tokens=_tokens(own)) as call:
                result = await judge.judge(
                    own, key=its_key, deadline_seconds=turn.remaining_seconds(), on_reply=call.answered
                )
            return self._completed(result, name, answer)

        votes = Votes(ask=ask, final=lambda error: turn.again(error) is None, said=turn.votes)
        return await flagged(await decided(spec.judge, task, votes), task)

    async def _key(self, message: InferenceCompleted) -> dict[Provider, SecretStr | None]:
        """Opened once, and only for the provider that it is sealed for: others in a jury are asked without one.

        Raises ProviderError where it is of no use.
        """
        sealed, settings = message.judge_key, message.identity.spec.judge
        asked = {parse_model(name).provider for name in settings.models}
        # One sealed for a provider that is not asked was never accepted: opening it fails.
        provider = sealed.provider if sealed and sealed.provider in asked else parse_model(settings.model).provider
        return {provider: await open_key(self.opener, sealed, identity=message.identity, provider=provider)}

    def _completed(self, result: JudgeResult, name: str, answer: InferenceResult) -> JudgeResult:
        """With what a judge does not know: its price, and who wrote the answer."""
        confidence = result.confidence
        if confidence is None and result.comparison is not None:
            confidence = 1.0 if result.comparison.order_consistent else 0.0
        return result.model_copy(
            update={
                "confidence": confidence,
                "cost_usd": cost_usd(name, result.usage, self.prices()),
                "same_family": _same_family(name, answer.requested_model),
            }
        )


async def unjudged(settings: JudgeSettings, task: JudgeTask) -> JudgeResult | None:
    """The result where no judge need be asked, nor a key opened; None: ask. One judge sees to the floor itself."""
    if settings.cascade and (found := await checked(settings.cascade, task)):
        return found
    return floored(task) if settings.jury or settings.cascade else None


async def decided(settings: JudgeSettings, task: JudgeTask, votes: Votes) -> JudgeResult:
    if settings.jury:
        return await ask_jury(settings.jury, task, votes)
    if settings.cascade:
        return await ask_cascade(settings.cascade, settings.model, task, votes)
    return await votes.ask(settings.model, task)


def _same_family(judge: str, candidate: str | None) -> bool:
    """Of one maker, which a hosted provider is. Who made a local model, its address does not say."""
    if candidate is None or candidate == judge:
        return False
    provider = parse_model(judge).provider
    return provider is not Provider.LOCAL and provider is parse_model(candidate).provider


def _tokens(task: JudgeTask) -> int:
    """Of all calls of one verdict: a pair is read twice, and each sample reads everything again."""
    texts = [*(one.content for one in task.input), task.output, task.reference or "", task.baseline or ""]
    criteria = task.rubric.criteria
    questions = [text for criterion in criteria for text in (criterion.question, *criterion.levels)]
    once = estimated_tokens([*texts, *questions], output_tokens=CRITERION_TOKENS * len(criteria))
    return once * (task.samples if task.baseline is None else 2)
