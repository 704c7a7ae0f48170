"""Two runs over the same items."""

from collections.abc import Iterable, Sequence

from runtime.contracts.calibration import FEW_SCORED, JudgeIdentity, RunComparison
from runtime.contracts.judged import Judged, NotMeasurable, identities
from runtime.contracts.two_orders import Preference
from runtime.measure.comparing import mcnemar_exact, mean_difference
from runtime.measure.length_bias import length_controlled_win_rate
from runtime.measure.pairwise import win_rate
from runtime.measure.parts import known

FEWEST = 2


def run_comparison(
    run: str, items: Sequence[Judged], *, other: str, other_items: Sequence[Judged], pass_score: float
) -> RunComparison:
    """Both have ended. Raises NotMeasurable where fewer than two items have a score in both."""
    mine, theirs = _scored_by_item(items), _scored_by_item(other_items)
    both = sorted(mine.keys() & theirs.keys())
    if len(both) < FEWEST:
        found = f"The runs have {len(both)} items that both have a score for, and at least {FEWEST} are needed."
        raise NotMeasurable(f"{found} Give the same `item` to the same question in both.")
    pairs = [(mine[item], theirs[item]) for item in both]
    scores, others = [one.score or 0.0 for one, _ in pairs], [one.score or 0.0 for _, one in pairs]
    verdicts = [_preference(one, another) for one, another in zip(scores, others, strict=True)]
    passing = mcnemar_exact([score >= pass_score for score in scores], [score >= pass_score for score in others])
    return RunComparison(
        run=run,
        other=other,
        items=len(both),
        only_in_run=len(mine.keys() - theirs.keys()),
        only_in_other=len(theirs.keys() - mine.keys()),
        mean_difference=known(mean_difference(others, scores)),
        wins=verdicts.count(Preference.A),
        losses=verdicts.count(Preference.B),
        ties=verdicts.count(Preference.TIE),
        win_rate=known(win_rate(verdicts)),
        length_controlled_win_rate=length_controlled_win_rate(
            verdicts, [one.output_length or 0 for one, _ in pairs], [one.output_length or 0 for _, one in pairs]
        ),
        pass_score=pass_score,
        newly_passing=passing.only_one,
        newly_failing=passing.only_other,
        mcnemar_p=passing.p_value,
        warnings=tuple(_warnings({run: items, other: other_items}, compared=len(both))),
    )


def _scored_by_item(items: Iterable[Judged]) -> dict[str, Judged]:
    """The newest with a score: a failure later on takes nothing away."""
    oldest_first = sorted(items, key=lambda each: (each.created_at, str(each.request_id)))
    return {each.item: each for each in oldest_first if each.item is not None and each.verdict}


def _preference(one: float, other: float) -> Preference:
    return Preference.A if one > other else Preference.B if one < other else Preference.TIE


def _warnings(runs: dict[str, Sequence[Judged]], *, compared: int) -> list[str]:
    warnings = []
    if compared < FEW_SCORED:
        warnings.append(f"Only {compared} items are compared: with fewer than {FEW_SCORED} chance decides much.")
    for name, items in runs.items():
        scored = [each for each in items if each.verdict]
        named = [each.item for each in scored if each.item is not None]
        if len(named) < len(scored):
            warnings.append(f"{len(scored) - len(named)} evaluations of {name} name no item, and are left out.")
        if len(set(named)) < len(named):
            warnings.append(f"{name} has items with several scores: the newest of each counts.")
    return warnings + _judges_differ(*map(identities, runs.values()))


def _judges_differ(one: Sequence[JudgeIdentity], other: Sequence[JudgeIdentity]) -> list[str]:
    """The whole identity counts: a name may be served by another model later on, and be asked in other words."""
    if set(one) == set(other) and len(one) == 1:
        return []
    differing = sorted(
        what.replace("_", " ")
        for what in JudgeIdentity.model_fields
        if len({getattr(judge, what) for judge in (*one, *other)}) > 1
    )
    differ = f"The runs were not judged by one judge (other {', '.join(differing)})"
    return [f"{differ}: their difference may be the judges'."]
