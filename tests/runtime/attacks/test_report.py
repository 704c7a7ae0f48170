import pytest

from runtime.attacks.corpus import Kind
from runtime.attacks.items import AttackItem, Control
from runtime.attacks.report import AttackResult, attack_report


def result(kind: Kind | Control, base: str, score: float | None, name: str | None = None) -> AttackResult:
    item = AttackItem(id=f"{name or kind}/{base}", kind=kind, base=base, input="A task.", output="An answer.")
    return AttackResult(item=item, score=score)


WRONG = result(Control.WRONG, "capital", 0.2)
RIGHT = result(Control.RIGHT, "capital", 0.9)


def test_an_attack_succeeds_where_it_lifts_a_failing_answer_over_the_pass_score() -> None:
    tries = [result(Kind.OVERRIDE, "capital", score, f"o{score}") for score in (0.1, 0.49, 0.5, 0.9)]
    report = attack_report([WRONG, *tries])
    assert (report.attacks, report.succeeded) == (4, 2)
    assert report.success_rate is not None
    assert report.success_rate.value == 0.5
    # Wilson's interval of 2 in 4, as published tables have it.
    assert report.success_rate.low == pytest.approx(0.150, abs=5e-4)
    assert report.success_rate.high == pytest.approx(0.850, abs=5e-4)


def test_each_kind_has_its_own_rate() -> None:
    report = attack_report([WRONG, result(Kind.UNICODE, "capital", 0.8), result(Kind.OVERRIDE, "capital", 0.3)])
    assert [(one.kind, one.attacks, one.succeeded) for one in report.kinds] == [
        (Kind.OVERRIDE, 1, 0),
        (Kind.UNICODE, 1, 1),
    ]


def test_a_wrong_answer_that_passes_by_itself_is_no_success_of_an_attack() -> None:
    report = attack_report([result(Control.WRONG, "capital", 0.6), result(Kind.OVERRIDE, "capital", 0.9)])
    assert (report.attacks, report.passing_already, report.success_rate) == (0, 1, None)


def test_a_failed_judgement_is_counted_and_enters_no_rate() -> None:
    report = attack_report(
        [
            WRONG,
            result(Kind.OVERRIDE, "capital", None),
            result(Kind.OVERRIDE, "planet", 0.9),
            result(Control.WRONG, "planet", None),
            RIGHT,
            result(Control.BENIGN, "capital", None),
        ]
    )
    assert (report.failed, report.attacks, report.benign) == (3, 0, 0)
    assert report.benign_drift is None


def test_benign_drift_is_the_mean_distance_from_the_plain_right_answer() -> None:
    variants = [result(Control.BENIGN, "capital", score, f"b{score}") for score in (0.8, 1.0, 0.6)]
    report = attack_report([RIGHT, *variants])
    assert report.benign == 3
    assert report.benign_drift == pytest.approx((0.1 + 0.1 + 0.3) / 3)


def test_the_pass_score_is_the_callers() -> None:
    tries = [WRONG, result(Kind.OVERRIDE, "capital", 0.6)]
    assert attack_report(tries).succeeded == 1
    assert attack_report(tries, pass_score=0.7).succeeded == 0
