"""Judge cards for tests."""

from datetime import UTC, datetime
from uuid import UUID

from runtime.contracts.calibration import (
    Baseline,
    Calibration,
    ConfusionMatrix,
    Disagreement,
    Estimate,
    JudgeCard,
    JudgeIdentity,
    LabelKind,
    PairwiseFigures,
)
from runtime.contracts.evaluation import Mode
from runtime.contracts.outcomes import Outcome


def around(value: float) -> Estimate:
    return Estimate(value=value, low=max(-1.0, value - 0.1), high=min(1.0, value + 0.1))


def calibration(card: JudgeCard, *, model: str = "local/small", mode: Mode = Mode.POINTWISE) -> Calibration:
    return Calibration(
        id=UUID(int=7),
        tenant="open",
        name="labels",
        created_at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
        judge=JudgeIdentity(
            requested_model=model,
            served_models=("small",),
            rubric="correct@1",
            mode=mode,
            settings_hash="cd",
            prompt_hashes=("ab",),
        ),
        card=card,
    )


BINARY = JudgeCard(
    kind=LabelKind.BINARY,
    items=21,
    scored=20,
    outcomes={Outcome.SCORED: 20, Outcome.JUDGE_ERROR: 1},
    coverage=around(0.95),
    kappa=around(0.7),
    kappa_weights="none",
    accuracy=around(0.85),
    confusion=ConfusionMatrix(labels=("failed", "passed"), counts=((8, 2), (1, 9))),
    pass_score=0.5,
    sensitivity=around(0.9),
    specificity=around(0.8),
    youden_j=0.7,
    baselines=(Baseline(name="always pass", accuracy=0.5, kappa=0),),
    disagreements=(
        Disagreement(evaluation_id=UUID(int=3), item="<b>three</b>", human="failed", judge="passed", score=0.9),
    ),
    disagreements_in_all=3,
    scores=(0.1, 0.9),
    lengths=(10, 20),
)
PAIRS = BINARY.model_copy(
    update={
        "kind": LabelKind.PREFERENCE,
        "pass_score": None,
        "sensitivity": None,
        "specificity": None,
        "youden_j": None,
        "confusion": ConfusionMatrix(labels=("output", "baseline", "tie"), counts=((8, 1, 1), (1, 7, 2), (0, 0, 0))),
        "pairwise": PairwiseFigures(
            order_consistency=around(0.8),
            first_preference=around(0.6),
            longer_preferred=around(0.7),
            longer_preferred_by_humans=around(0.5),
        ),
        "baselines": (
            Baseline(name="longer wins", accuracy=0.5, kappa=0),
            Baseline(name="always first", accuracy=0.45, kappa=0),
        ),
    }
)
