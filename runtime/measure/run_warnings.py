"""What a reader of a run's figures has to know, in plain words."""

from collections.abc import Sequence

from runtime.contracts.calibration import FEW_SCORED, Calibration, JudgeIdentity
from runtime.contracts.judged import Judged
from runtime.measure.drift import Drift, drift


def run_warnings(judges: Sequence[JudgeIdentity], *, scored: int) -> list[str]:
    warnings = []
    if scored < FEW_SCORED:
        warnings.append(f"Only {scored} have a score: with fewer than {FEW_SCORED} the figures say little.")
    if len(judges) > 1:
        names = "; ".join(map(_name, judges))
        warnings.append(f"Several judges in one run ({names}): its mean mixes them, and no calibration holds for it.")
    return warnings


def calibration_warnings(
    judge: JudgeIdentity, items: Sequence[Judged], calibration: Calibration | None, newest: Calibration | None
) -> list[str]:
    if calibration is not None:
        return [
            *_changed(judge, calibration),
            *_drifted(items, calibration),
            *_chance(calibration),
        ]
    if newest is not None:
        then, now = _name(newest.judge), _name(judge)
        changed = f"The judge changed: the newest calibration ({newest.name}) is of {then}, the run's judge is {now}."
        return [f"{changed} How far to trust it is not known."]
    return ["There is no calibration of this judge: how far to trust it is not known."]


def _changed(judge: JudgeIdentity, calibration: Calibration) -> list[str]:
    then, warnings = calibration.judge, []
    if models := set(judge.served_models) - set(then.served_models):
        before = ", ".join(then.served_models) or "unnamed"
        warnings.append(
            f"The judge changed since its calibration: {', '.join(sorted(models))} was served, then it was {before}."
        )
    if set(judge.prompt_hashes) - set(then.prompt_hashes):
        warnings.append("The judge changed since its calibration: it is asked in other words (another prompt hash).")
    return warnings


def _drifted(items: Sequence[Judged], calibration: Calibration) -> list[str]:
    scored = [item for item in items if item.verdict]
    pairs = (
        ("scores", drift(calibration.card.scores, [item.score for item in scored])),
        ("answers' lengths", drift(calibration.card.lengths, [item.output_length for item in scored])),
    )
    return [_drift_words(what, found) for what, found in pairs if found is not None and found.has_drifted]


def _drift_words(what: str, found: Drift) -> str:
    figures = f"Kolmogorov-Smirnov distance {found.distance:.2f}, p {found.p_value:.2g}"
    return f"The data drifted: the {what} differ from the calibration's ({figures}). Label some of these evaluations."


def _chance(calibration: Calibration) -> list[str]:
    kappa = calibration.card.kappa
    if kappa.low > 0:
        return []
    interval = f"kappa {kappa.value:.2f}, from {kappa.low:.2f} to {kappa.high:.2f}"
    return [f"On its labels the judge cannot be told from chance ({interval})."]


def _name(judge: JudgeIdentity) -> str:
    return f"{judge.requested_model} with {judge.rubric}, {judge.mode}, settings {judge.settings_hash}"
