"""A judge that says pass or fail beside humans who do, and what share has passed once its errors are allowed for."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from runtime.contracts.calibration import Estimate
from runtime.measure.estimate import LEVEL, normal_quantile, wilson


class Uncorrectable(Exception):
    """The calibration cannot correct a pass rate; the message says why."""


@dataclass(frozen=True)
class Confusion:
    """Labelled items with a verdict, counted. First whether the judge was right, then what it said."""

    true_pass: int
    false_pass: int
    true_fail: int
    false_fail: int

    @property
    def human_pass(self) -> int:
        return self.true_pass + self.false_fail

    @property
    def human_fail(self) -> int:
        return self.true_fail + self.false_pass

    @property
    def sensitivity(self) -> Estimate | None:
        """The share of what humans pass that the judge passes. None without such an item."""
        return wilson(self.true_pass, self.human_pass)

    @property
    def specificity(self) -> Estimate | None:
        """The share of what humans fail that the judge fails. None without such an item."""
        return wilson(self.true_fail, self.human_fail)

    @property
    def accuracy(self) -> Estimate | None:
        return wilson(self.true_pass + self.true_fail, self.human_pass + self.human_fail)

    @property
    def youden_j(self) -> float | None:
        """Sensitivity + specificity - 1 (Youden 1950): 1 is perfect, 0 a coin, below it is worse than one."""
        if self.sensitivity is None or self.specificity is None:
            return None
        return self.sensitivity.value + self.specificity.value - 1


def confusion(judged: Sequence[bool | None], human: Sequence[bool | None]) -> Confusion:
    """Of the same items in the same order; one without a verdict or without a label stays out. Raises ValueError."""
    both = [pair for pair in zip(judged, human, strict=True) if None not in pair]
    return Confusion(
        true_pass=both.count((True, True)),
        false_pass=both.count((True, False)),
        true_fail=both.count((False, False)),
        false_fail=both.count((False, True)),
    )


def corrected_pass_rate(passed: float, judged: int, calibration: Confusion, *, level: float = LEVEL) -> Estimate:
    """The share that humans would pass, of `judged` items of which the judge has passed `passed`; clipped to 0-1.

    `passed` is a mean, and need not be whole, where several cuts made the calibration's verdicts.

    (rate + specificity - 1) / J (Rogan & Gladen 1978). The interval carries the calibration's own uncertainty too
    (Lang & Reiczigel 2014); the calibration's items are other ones than those judged.
    Raises Uncorrectable where J, or its estimate shrunk for few labels, is not above 0: a coin corrects nothing. Also
    where the interval lies wholly outside 0-1: clipped, it would be a point, and look like certainty.
    """
    if calibration.sensitivity is None or calibration.specificity is None:
        raise Uncorrectable("the labels need items that humans pass and items that they fail")
    if not judged:
        raise Uncorrectable("nothing was judged")
    sensitivity, specificity = calibration.sensitivity.value, calibration.specificity.value
    j = sensitivity + specificity - 1
    if j <= 0:
        raise Uncorrectable(f"the judge is no better than chance on the labels (Youden's J {j:.2f})")
    value = _clipped((passed / judged + specificity - 1) / j)
    low, high = _lang_reiczigel(passed, judged, calibration, z=normal_quantile(level))
    if high < 0 or low > 1:
        raise Uncorrectable(f"the labels' errors do not fit this run ({low:.2f} to {high:.2f} of it would pass)")
    return Estimate(value=value, low=min(_clipped(low), value), high=max(_clipped(high), value))


def _lang_reiczigel(passed: float, judged: int, calibration: Confusion, *, z: float) -> tuple[float, float]:
    """The three shares shrunk towards a half, a shift dp, and the errors of all three added; not clipped."""
    n_se, n_sp, n = calibration.human_pass + 2, calibration.human_fail + 2, judged + z**2
    se, sp = (calibration.true_pass + 1) / n_se, (calibration.true_fail + 1) / n_sp
    rate = (passed + z**2 / 2) / n
    j = se + sp - 1
    if j <= 0:
        raise Uncorrectable(f"too few labels to tell the judge from chance (shrunk Youden's J {j:.2f})")
    p = (rate + sp - 1) / j
    of_se, of_sp = se * (1 - se) / n_se, sp * (1 - sp) / n_sp
    shift = 2 * z**2 * (p * of_se - (1 - p) * of_sp)
    reach = z * sqrt(rate * (1 - rate) / n + p**2 * of_se + (1 - p) ** 2 * of_sp) / j
    return p + shift - reach, p + shift + reach


def _clipped(share: float) -> float:
    return min(max(share, 0.0), 1.0)
