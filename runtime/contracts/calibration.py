"""How far a judge can be trusted: its verdicts beside human labels, and what later runs do with that."""

from enum import StrEnum
from typing import Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from config.base import Frozen
from runtime.contracts.evaluation import Label, Mode
from runtime.contracts.outcomes import Outcome, UnitInterval, Usage
from runtime.contracts.two_orders import Side

FEW_SCORED = 20
"""With fewer items no figure is put into words: the intervals are still wide, and those of a bootstrap too narrow."""


class Estimate(Frozen):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


class LabelKind(StrEnum):
    BINARY = "binary"
    """Passed or not."""
    SCALE = "scale"
    """A human score, rescaled to 0-1."""
    PREFERENCE = "preference"


class HumanLabel(Frozen):
    """What humans say about one evaluation; exactly one of the three."""

    evaluation_id: UUID
    passed: bool | None = Field(default=None, strict=True)
    score: float | None = Field(default=None, ge=0, le=1, allow_inf_nan=False, strict=True)
    preference: Side | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if [self.passed, self.score, self.preference].count(None) != len(LabelKind) - 1:
            raise ValueError("give exactly one of `passed`, `score` and `preference`")
        return self

    @property
    def kind(self) -> LabelKind:
        if self.passed is not None:
            return LabelKind.BINARY
        return LabelKind.SCALE if self.score is not None else LabelKind.PREFERENCE


class JudgeIdentity(Frozen):
    """What a calibration holds for; a judge that differs in any of it is another judge."""

    requested_model: str
    """Of a jury or a cascade all that may be asked, joined by `, `."""
    served_models: tuple[str, ...]
    rubric: str
    mode: Mode
    settings_hash: str
    """Of all that was asked of it: weights of a jury, when a cascade goes on, samples, the whole rubric."""
    prompt_hashes: tuple[str, ...]


class ConfusionMatrix(Frozen):
    """`counts[human][judge]`, both in the order of `labels`."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


class Disagreement(Frozen):
    evaluation_id: UUID
    item: str | None
    human: str
    judge: str
    score: UnitInterval


class PairwiseFigures(Frozen):
    """None: no verdict, or no label, decided between answers that differ in it."""

    order_consistency: Estimate | None
    """The share of verdicts that survived the swap."""
    first_preference: Estimate | None
    """Of the verdicts given with `output` first and with it second: how often the first shown was preferred."""
    longer_preferred: Estimate | None
    """How often the judge preferred the longer answer; beside it what humans did."""
    longer_preferred_by_humans: Estimate | None


class Baseline(Frozen):
    """What one gets without a judge."""

    name: Literal["longer wins", "always first", "always pass", "always the commonest"]
    accuracy: float
    kappa: float


class JudgeCard(Frozen):
    """Every figure over scored items alone; `coverage` says how many of all those are."""

    kind: LabelKind
    items: int
    scored: int
    outcomes: dict[Outcome, int]
    coverage: Estimate
    kappa: Estimate
    kappa_weights: Literal["none", "quadratic"]
    accuracy: Estimate
    """A tie where the other side decided counts half."""
    confusion: ConfusionMatrix
    pass_score: UnitInterval | None = None
    """A score from here on is a pass; None where preferences or a scale were compared."""
    pass_score_fitted: bool = False
    """It was chosen on these labels, the best by Youden's J. Every figure of agreement is of verdicts by a pass score
    that was chosen on other items than the one it cuts."""
    fold_pass_scores: tuple[UnitInterval, ...] = Field(default=(), max_length=5)
    """Those: each cut about the same share of the items. What is corrected by this card's errors is cut by them too."""
    sensitivity: Estimate | None = None
    specificity: Estimate | None = None
    youden_j: float | None = None
    rank_correlation: float | None = None
    """Spearman's rho of the judge's scores with a human scale."""
    pairwise: PairwiseFigures | None = None
    length_correlation: float | None = None
    """Spearman's rho of the score with the answer's length; for pairs, of the verdict with the difference."""
    baselines: tuple[Baseline, ...]
    disagreements: tuple[Disagreement, ...] = Field(max_length=50)
    """The clearest first."""
    disagreements_in_all: int
    scores: tuple[UnitInterval, ...] = Field(max_length=200)
    lengths: tuple[int, ...] = Field(max_length=200)
    """Evenly spaced quantiles of what the judge gave and saw: what later data is compared with for drift."""
    usage: Usage | None = None
    cost_usd: float | None = None


class Calibration(Frozen):
    id: UUID
    tenant: str
    name: Label
    created_at: AwareDatetime
    judge: JudgeIdentity
    card: JudgeCard


class Spending(Frozen):
    """Of those evaluations that a provider counted; None where none was."""

    usage: Usage | None = None
    cost_usd: float | None = None
    """None too where one of them has no price: a partial sum would pass for the whole."""


class CorrectedPassRate(Frozen):
    """The pass rate that humans would have given, by the judge's measured errors (Rogan & Gladen 1978)."""

    calibration_id: UUID
    measured: Estimate
    """By the card's `pass_score`."""
    corrected: Estimate | None
    """None: the labels correct nothing here, as of a judge no better than chance on them; a warning says why."""


class RunSummary(Frozen):
    """Means are over scored evaluations alone."""

    run: Label
    evaluations: int
    open: int
    outcomes: dict[Outcome, int]
    coverage: float | None
    mean_score: Estimate | None
    needs_human: int
    pass_rate: CorrectedPassRate | None
    jury_alpha: float | None
    """Krippendorff's alpha between the jury's members, where a jury judged."""
    candidate: Spending
    judge: Spending
    judges: tuple[JudgeIdentity, ...]
    warnings: tuple[str, ...]


class RunComparison(Frozen):
    """`run` against `other`, over the items that both have a score for."""

    run: Label
    other: Label
    items: int
    only_in_run: int
    only_in_other: int
    mean_difference: Estimate
    """Over the pairs; positive: `run` is better."""
    wins: int
    losses: int
    ties: int
    win_rate: Estimate
    """Ties count half."""
    length_controlled_win_rate: float | None
    pass_score: UnitInterval
    newly_passing: int
    newly_failing: int
    mcnemar_p: float
    """Exact, two-sided."""
    warnings: tuple[str, ...]
