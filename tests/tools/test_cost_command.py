import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from config.environments import DEV
from tests.tools.billed import ON, case
from tools.cost.bill import bill
from tools.cost.command import main
from tools.cost.remarks import bill_remarks, price_remarks


def run(*arguments: str, **changed: object) -> tuple[int, str]:
    screen = io.StringIO()
    environments = {"dev": DEV.model_copy(update=changed)}
    code = main(arguments, today=ON, environments=environments, console=Console(file=screen, width=200))
    return code, screen.getvalue()


def test_both_tables_are_shown_with_what_they_leave_out(tmp_path: Path) -> None:
    code, screen = run("--svg", str(tmp_path / "cost.svg"))
    assert code == 0
    for said in ("What the design saves", "What a month costs", "Total", "Left out: data transfer to the internet"):
        assert said in screen


def test_the_picture_goes_where_it_is_asked_to(tmp_path: Path) -> None:
    path = tmp_path / "cost.svg"
    _, screen = run("--svg", str(path))
    assert path.read_text().startswith("<svg ")
    assert f"Picture: {path}" in screen


def test_what_is_only_tried_out_does_not_change_the_picture_of_the_docs() -> None:
    assert "Picture" not in run("--versions", "diagram")[1]
    assert "Picture" not in run("--evaluations", "5")[1]


def test_the_diagrams_versions_can_be_asked_for() -> None:
    _, screen = run("--versions", "diagram")
    assert "Kubernetes 1.29 surcharge" in screen
    assert "kubernetes 1.29 left extended support on 2026-03-23" in screen


def test_the_use_can_be_asked_for() -> None:
    assert "2,500,000 evaluations" in run("--evaluations", "2500000")[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--env", "staging"], "argument --env: invalid choice: 'staging' (choose from 'dev')\n"),
        (["--versions", "1.29"], "argument --versions: invalid choice: '1.29' (choose from 'current', 'diagram')\n"),
        (["--evaluations", "-1"], "argument --evaluations: '-1' is not a whole number\n"),
    ],
)
def test_a_wrong_argument_is_one_line_and_exit_code_two(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        run(*arguments)
    assert end.value.code == 2
    # Python 3.14 no longer quotes the choices.
    assert capsys.readouterr().err.replace("'", "") == said.replace("'", "")


def test_a_region_without_prices_is_one_line_and_exit_code_two() -> None:
    code, screen = run(region="eu-west-1")
    assert code == 2
    assert screen.count("\n") == 1
    assert "has the prices of us-east-1, and dev is in eu-west-1" in screen


def test_a_picture_that_cannot_be_written_is_one_line_and_exit_code_two(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "cost.svg"
    code, screen = run("--svg", str(path))
    assert code == 2
    assert screen.splitlines()[-1] == f"{path} cannot be written: No such file or directory"


def test_old_prices_are_warned_of_and_fresh_ones_are_not() -> None:
    def warned(on: date) -> list[str]:
        return [text.plain for text in price_remarks(case(on=on)) if "days old" in text.plain]

    assert warned(ON + timedelta(days=180)) == []
    assert warned(ON + timedelta(days=181)) == [
        "The prices are 181 days old, more than 180: compare them with AWS's pages"
    ]


def test_the_budgets_are_said_beside_the_total() -> None:
    assert bill_remarks(bill(case()))[0].plain.startswith("Budgets at $50, $100, $150, $200: $4,")
    ample = DEV.operations.model_copy(update={"budget_thresholds_usd": (9000,)})
    within = bill(case(DEV.model_copy(update={"operations": ample})))
    assert bill_remarks(within)[0].plain == "Budgets at $9000: none is exceeded"
