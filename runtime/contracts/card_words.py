"""A judge card in words: what the command line and the page say alike."""

from runtime.contracts.calibration import FEW_SCORED, Estimate, JudgeCard, LabelKind

FAIR = 0.4
"""Of kappa: below it Landis and Koch (1977) call agreement slight or fair."""
GOOD = 0.6


def coverage_words(card: JudgeCard) -> str:
    without = ", ".join(
        f"{count} {outcome}" for outcome, count in card.outcomes.items() if outcome != "scored" and count
    )
    words = f"{card.scored} of {card.items} items scored{f'; without a score: {without}' if without else ''}"
    return f"{words}; each item was cut by a pass score chosen on other items" if card.pass_score_fitted else words


def verdict(card: JudgeCard) -> str:
    """In plain words, also where it is poor."""
    if card.scored < FEW_SCORED:
        return f"Too few items to say: label at least {FEW_SCORED} that have a score."
    best = max(card.baselines, key=lambda baseline: baseline.accuracy)
    if card.kappa.high <= 0 or card.kappa.value <= 0:
        words = "It agrees with humans no better than chance: do not rely on it."
    elif card.kappa.low <= 0:
        words = "Chance cannot be ruled out, the interval of kappa reaches zero: label more, or use another judge."
    elif card.kappa.value < FAIR:
        words = "Better than chance, but weakly: use it to rank many answers, not to decide about one."
    elif card.kappa.value < GOOD:
        words = "Moderate agreement: good for the mean of many answers."
    else:
        words = "Substantial agreement."
    if card.accuracy.value <= best.accuracy:
        words += f" Its accuracy does not beat `{best.name}`."
    return words


def figures(card: JudgeCard) -> list[tuple[str, str, Estimate | None]]:
    """Name, value in words, and the estimate behind it where it is a share."""
    weights = ", quadratic weights" if card.kappa_weights == "quadratic" else ""
    rows: list[tuple[str, str, Estimate | None]] = [
        (f"Cohen's kappa{weights}", estimate(card.kappa), card.kappa),
        ("accuracy", estimate(card.accuracy), card.accuracy),
        ("coverage", estimate(card.coverage), card.coverage),
    ]
    for name, share in (("sensitivity", card.sensitivity), ("specificity", card.specificity)):
        if share is not None:
            rows.append((name, estimate(share), share))
    if card.youden_j is not None:
        rows.append(("Youden's J", f"{card.youden_j:.2f}", None))
    if card.pass_score is not None and card.kind is LabelKind.BINARY:
        fitted = " (chosen on these labels)" if card.pass_score_fitted else ""
        rows.append(("a pass from score", f"{card.pass_score:.2f}{fitted}", None))
    if card.rank_correlation is not None:
        rows.append(("Spearman's rho with humans", f"{card.rank_correlation:.2f}", None))
    if card.pairwise is not None:
        pairs = card.pairwise
        shares = (
            ("order consistency", pairs.order_consistency),
            ("first one preferred", pairs.first_preference),
            ("longer one preferred", pairs.longer_preferred),
            ("... by humans", pairs.longer_preferred_by_humans),
        )
        rows += [(name, estimate(share), share) for name, share in shares if share is not None]
    if card.length_correlation is not None:
        rows.append(("rho with the length", f"{card.length_correlation:.2f}", None))
    if card.cost_usd is not None:
        rows.append(("cost", f"{card.cost_usd:.4f} USD", None))
    return rows


def estimate(found: Estimate) -> str:
    return f"{found.value:.2f} [{found.low:.2f}, {found.high:.2f}]"
