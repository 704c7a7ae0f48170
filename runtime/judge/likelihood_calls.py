"""The calls of one judgement by likelihood: an answer of the judge's own, and first words with their probabilities."""

from runtime.contracts.evaluation import CandidateParameters, Message
from runtime.judge.judge_calls import JudgeCalls

OWN_ANSWER_TOKENS = 40
TOP_LOGPROBS = 20


class LikelihoodCalls(JudgeCalls):
    async def answer(self, messages: tuple[Message, ...]) -> str:
        return (await self.ask(messages, _at_most(OWN_ANSWER_TOKENS))).text

    async def first_token(self, messages: tuple[Message, ...]) -> dict[str, float]:
        """The log-probabilities of what the reply may begin with; empty where the model told none."""
        reply = await self.ask(messages, _at_most(1), top_logprobs=TOP_LOGPROBS)
        return dict(reply.first_token_logprobs or {})


def _at_most(tokens: int) -> CandidateParameters:
    return CandidateParameters(temperature=0, max_tokens=tokens)
