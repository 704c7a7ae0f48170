import io
from datetime import date, timedelta

import pytest
from rich.console import Console

from config.environments import DEV, PROD, CloudEnvironment
from config.versions import DIAGRAM, REVIEWED_ON, Engine, Support, Versions
from tools.check_versions import Ending, chosen_versions, ending_soon, main

BOTH = {"dev": DEV, "prod": PROD}


def running(**versions: str) -> CloudEnvironment:
    return DEV.model_copy(update={"versions": Versions(**versions)})


def run(on: date, environments: dict[str, CloudEnvironment] | None = None) -> tuple[int, str]:
    screen = io.StringIO()
    code = main([], today=on, environments=environments or BOTH, console=Console(file=screen, width=200))
    return code, screen.getvalue()


@pytest.mark.parametrize(
    ("versions", "on", "code"),
    [
        # 1.35: standard support until 2027-03-27
        ({"kubernetes": "1.35"}, date(2026, 12, 26), 0),
        ({"kubernetes": "1.35"}, date(2026, 12, 27), 1),
        ({"kubernetes": "1.35"}, date(2027, 3, 28), 1),
        # 8.0: standard support until 2026-07-31
        ({"mysql": "8.0"}, date(2026, 5, 1), 0),
        ({"mysql": "8.0"}, date(2026, 5, 2), 1),
        ({"mysql": "8.0"}, date(2026, 8, 1), 1),
        # No end is known.
        ({"redis": "7.1"}, date(2026, 11, 25), 0),
    ],
)
def test_it_fails_from_ninety_days_before_the_end_of_standard_support(
    versions: dict[str, str], on: date, code: int
) -> None:
    assert run(on, {"dev": running(**versions)})[0] == code


def test_every_engine_of_every_environment_is_listed_once_for_each_version() -> None:
    rows = chosen_versions({"dev": running(mysql="8.0"), "prod": PROD}, on=REVIEWED_ON)
    assert [(row.standing.engine.value, row.standing.version, row.environments) for row in rows] == [
        ("kubernetes", "1.35", ("dev", "prod")),
        ("mysql", "8.0", ("dev",)),
        ("mysql", "8.4", ("prod",)),
        ("redis", "7.1", ("dev", "prod")),
    ]


def test_newer_versions_are_named_if_they_are_in_standard_support_themselves() -> None:
    (row, *_) = chosen_versions({"dev": running(kubernetes="1.29")}, on=date(2026, 11, 25))
    assert row.newer == ("1.34", "1.35")


def test_the_advice_says_who_runs_what_until_when_and_what_to_run_instead() -> None:
    _, screen = run(date(2026, 11, 25), {"dev": DEV.model_copy(update={"versions": DIAGRAM})})
    assert "dev: kubernetes 1.29 left standard support on 2025-03-23: upgrade to 1.34 or 1.35" in screen
    assert "dev: mysql 8.0 left standard support on 2026-07-31: upgrade to 8.4" in screen


def test_without_a_newer_version_the_table_is_what_lacks_it() -> None:
    _, screen = run(date(2027, 3, 1))
    assert "dev and prod: kubernetes 1.35 leaves standard support on 2027-03-27: upgrade to one that AWS has" in screen


def test_what_ends_within_ninety_days_is_listed_whoever_runs_it_the_next_to_end_first() -> None:
    assert ending_soon(on=date(2026, 11, 25)) == [
        Ending(Engine.KUBERNETES, "1.31", Support.EXTENDED, date(2026, 11, 26)),
        Ending(Engine.KUBERNETES, "1.34", Support.STANDARD, date(2026, 12, 2)),
    ]
    assert "kubernetes 1.34: standard support ends on 2026-12-02, in 7 days" in run(date(2026, 11, 25))[1]


def test_a_table_that_nobody_has_reviewed_for_ninety_days_is_warned_of() -> None:
    assert "reviewed" not in run(REVIEWED_ON + timedelta(days=90))[1]
    assert "The table was reviewed 91 days ago" in run(REVIEWED_ON + timedelta(days=91))[1]


def test_a_version_that_the_table_does_not_have_is_one_line_and_fails() -> None:
    code, screen = run(REVIEWED_ON, {"dev": running(mysql="9.9")})
    assert code == 1
    assert screen == "mysql 9.9 is not in the support table, which has 8.0, 8.4\n"


def test_another_day_can_be_asked_for() -> None:
    screen = io.StringIO()
    assert main(["--on", "2027-03-28"], today=REVIEWED_ON, console=Console(file=screen, width=200)) == 1
    assert "kubernetes 1.35 left standard support on 2027-03-27" in screen.getvalue()


def test_what_is_no_day_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--on", "tomorrow"], today=REVIEWED_ON)
    assert end.value.code == 2
    assert "'tomorrow' is not a day such as 2026-11-25" in capsys.readouterr().err
