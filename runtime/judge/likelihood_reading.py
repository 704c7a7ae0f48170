"""What token probabilities say of one answer, and of two: pure functions."""

import math
from collections.abc import Mapping, Sequence

from runtime.contracts.failures import FailureReason
from runtime.contracts.outcomes import CriterionScore
from runtime.contracts.rubric import Criterion
from runtime.contracts.two_orders import Preference
from runtime.judge.likelihood_dialogue import BINARY
from runtime.judge.scoring import by_probabilities
from runtime.providers.chat_model import ProviderError

EVEN = 0.5
SAME_WITHIN = 0.005
"""A probability that is nearer to even is a tie: on a CPU it moves by a thousandth with what is in the cache."""
LEAST_SAID = 0.01
"""So much of the first token's probability must be on the words that were asked for: below it the model says something
else, and a share of what it hardly says is no verdict. Measured: 0.93 to 1.00 with 1.5 billion parameters, 0.04 to 0.61
with 135 million.
"""


def criterion_score(criterion: Criterion, alternatives: Mapping[str, float]) -> CriterionScore:
    """The expected score over the criterion's levels; of two levels that is P(yes). Raises `ProviderError`."""
    return by_probabilities(criterion, shares(alternatives, words(criterion)))


def words(criterion: Criterion) -> tuple[str, ...]:
    """What a reply may be, from worst to best."""
    if len(criterion.levels) == BINARY:
        return ("no", "yes")
    return tuple(str(number) for number, _ in enumerate(criterion.levels, start=1))


def shares(alternatives: Mapping[str, float], of: Sequence[str]) -> tuple[float, ...]:
    """The probability of each word, among these words alone, from the log-probabilities of the first token.

    Raises ProviderError (judge_unparseable) where they have less than LEAST_SAID together: that is no verdict, in
    either direction.
    """
    mass = dict.fromkeys(of, 0.0)
    for token, logprob in alternatives.items():
        word = token.strip().lower()
        if word in mass:
            mass[word] += math.exp(logprob)
    total = sum(mass.values())
    if total < LEAST_SAID:
        raise ProviderError(FailureReason.UNPARSEABLE)
    return tuple(found / total for found in mass.values())


def better(score: float, other: float) -> float:
    """The probability that the first is the good one where exactly one of two is: s (1 - o) against o (1 - s).

    The logistic function of the difference of their log-odds, so the model of Bradley & Terry (1952).
    """
    one, two = score * (1 - other), other * (1 - score)
    return one / (one + two) if one + two else EVEN


def preference(probability: float) -> Preference:
    """Of A, where `probability` is that it is the better one."""
    if abs(probability - EVEN) < SAME_WITHIN:
        return Preference.TIE
    return Preference.A if probability > EVEN else Preference.B
