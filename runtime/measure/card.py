"""A judge card: the verdicts on labelled evaluations beside what humans said of them."""

from collections import Counter
from collections.abc import Sequence

from runtime.contracts.calibration import Baseline, ConfusionMatrix, Disagreement, JudgeCard, LabelKind
from runtime.contracts.judged import Labelled, NotMeasurable
from runtime.measure.agreement import cohen_kappa, confusion_matrix, kappa_estimate
from runtime.measure.estimate import mean_share, wilson
from runtime.measure.parts import known, quantiles, spent
from runtime.measure.rated import Rated, RatedBaseline
from runtime.measure.rated_answers import rated_passes, rated_scale
from runtime.measure.rated_pairs import rated_preferences

FEWEST = 2
DISAGREEMENTS = 50


def judge_card(items: Sequence[Labelled], *, pass_score: float | None = None) -> JudgeCard:
    """`items` have labels of one kind. An evaluation without a score counts in the coverage and nowhere else.

    `pass_score` is for `passed`; without one the best on these labels is taken. Raises NotMeasurable.
    """
    scored = [item for item in items if item.judged.verdict is not None]
    if len(scored) < FEWEST:
        raise NotMeasurable(
            f"Of these evaluations {len(scored)} ended with a score: label at least {FEWEST} such ones."
        )
    rated = _rated(scored, pass_score)
    if len(set(rated.human)) == 1:
        raise NotMeasurable("Humans said the same of all that have a score, so that chance alone agrees: label others.")
    categories = len(rated.labels)
    matrix = confusion_matrix(rated.human, rated.judge, categories=categories)
    spending = spent([item.judged.judge_spending for item in items])
    differing = [place for place, credit in enumerate(rated.earned) if credit < 1]
    return JudgeCard(
        kind=scored[0].label.kind,
        items=len(items),
        scored=len(scored),
        outcomes=dict(Counter(item.judged.outcome for item in items)),
        coverage=known(wilson(len(scored), len(items))),
        kappa=known(kappa_estimate(matrix, weights=rated.weights)),
        kappa_weights=rated.weights,
        accuracy=known(mean_share(rated.earned)),
        confusion=ConfusionMatrix(labels=rated.labels, counts=tuple(map(tuple, matrix.tolist()))),
        baselines=tuple(_baseline(baseline, rated) for baseline in rated.baselines),
        disagreements=_disagreements(scored, rated, differing),
        disagreements_in_all=len(differing),
        scores=quantiles([item.judged.score for item in scored]),
        lengths=quantiles([item.judged.output_length for item in scored]),
        usage=spending.usage,
        cost_usd=spending.cost_usd,
        **rated.figures,
    )


def _rated(scored: Sequence[Labelled], pass_score: float | None) -> Rated:
    match scored[0].label.kind:
        case LabelKind.BINARY:
            return rated_passes(scored, pass_score=pass_score)
        case LabelKind.SCALE:
            return rated_scale(scored)
        case LabelKind.PREFERENCE:
            return rated_preferences(scored)


def _baseline(baseline: RatedBaseline, rated: Rated) -> Baseline:
    kappa = cohen_kappa(
        confusion_matrix(rated.human, baseline.judge, categories=len(rated.labels)), weights=rated.weights
    )
    # Humans gave more than one label, so that chance alone does not always agree.
    assert kappa is not None  # noqa: S101 - for the types
    return Baseline(name=baseline.name, accuracy=known(mean_share(baseline.earned)).value, kappa=kappa)


def _disagreements(scored: Sequence[Labelled], rated: Rated, differing: Sequence[int]) -> tuple[Disagreement, ...]:
    clearest = sorted(differing, key=lambda place: -rated.gaps[place])[:DISAGREEMENTS]
    return tuple(
        Disagreement(
            evaluation_id=scored[place].judged.request_id,
            item=scored[place].judged.item,
            human=rated.labels[rated.human[place]],
            judge=rated.labels[rated.judge[place]],
            score=scored[place].judged.score or 0.0,
        )
        for place in clearest
    )
