"""A run summed up, with the judge's measured errors allowed for."""

from collections import Counter
from collections.abc import Sequence

from runtime.contracts.calibration import Calibration, CorrectedPassRate, JudgeCard, LabelKind, RunSummary
from runtime.contracts.judged import Judged, identities
from runtime.measure.agreement import krippendorff_alpha
from runtime.measure.binary import Confusion, Uncorrectable, corrected_pass_rate
from runtime.measure.estimate import wilson
from runtime.measure.mean import mean_estimate
from runtime.measure.parts import known, spent
from runtime.measure.run_warnings import calibration_warnings, run_warnings


def run_summary(
    run: str, items: Sequence[Judged], *, still_open: int, calibration: Calibration | None, newest: Calibration | None
) -> RunSummary:
    """`items` have ended. `calibration`: the newest of the judge of this run; `newest`: of any judge."""
    scores = [item.score for item in items if item.score is not None]
    judges = identities(items)
    warnings = run_warnings(judges, scored=len(scores))
    pass_rate = None
    if len(judges) == 1:
        warnings += calibration_warnings(judges[0], items, calibration, newest)
        if calibration is not None:
            pass_rate, why_not = _pass_rate(scores, calibration)
            warnings += why_not
    return RunSummary(
        run=run,
        evaluations=len(items) + still_open,
        open=still_open,
        outcomes=dict(Counter(item.outcome for item in items)),
        coverage=len(scores) / len(items) if items else None,
        mean_score=mean_estimate(scores),
        needs_human=sum(item.verdict.needs_human for item in items if item.verdict),
        pass_rate=pass_rate,
        jury_alpha=_jury_alpha(items),
        candidate=spent([item.candidate_spending for item in items]),
        judge=spent([item.judge_spending for item in items]),
        judges=judges,
        warnings=tuple(warnings),
    )


def _pass_rate(scores: Sequence[float], calibration: Calibration) -> tuple[CorrectedPassRate | None, list[str]]:
    card = calibration.card
    if card.kind is not LabelKind.BINARY or card.pass_score is None or not scores:
        return None, []
    passed = sum(score >= card.pass_score for score in scores)
    measured = known(wilson(passed, len(scores)))
    # The card's errors are those of its folds' pass scores, and not of the one that was chosen on all labels.
    cuts = card.fold_pass_scores or (card.pass_score,)
    alike = sum(score >= cut for score in scores for cut in cuts) / len(cuts)
    try:
        corrected = corrected_pass_rate(alike, len(scores), _confusion(card))
    except Uncorrectable as reason:
        why_not = [f"The pass rate cannot be corrected: {reason}."]
        return CorrectedPassRate(calibration_id=calibration.id, measured=measured, corrected=None), why_not
    return CorrectedPassRate(calibration_id=calibration.id, measured=measured, corrected=corrected), []


def _confusion(card: JudgeCard) -> Confusion:
    (true_fail, false_pass), (false_fail, true_pass) = card.confusion.counts
    return Confusion(true_pass=true_pass, false_pass=false_pass, true_fail=true_fail, false_fail=false_fail)


def _jury_alpha(items: Sequence[Judged]) -> float | None:
    votes = [dict(item.verdict.votes) for item in items if item.verdict and item.verdict.votes]
    members = sorted({model for each in votes for model in each})
    return krippendorff_alpha([[each.get(model) for each in votes] for model in members])
