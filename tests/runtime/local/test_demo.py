"""The demo against a gateway: the exit code, the table, and that nothing is sent twice or lost."""

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from runtime.api_client.chosen_models import ChosenModels
from runtime.api_client.items import Item, Malformed
from runtime.api_client.result import Ending, Result
from runtime.local.demo.command import demo, judge
from runtime.local.demo.summary import area_under_curve, summary_lines
from tests.runtime.local.fake_gateway import FakeGateway, judged
from tests.runtime.local.stand_ins import made


def items(*bodies: dict[str, Any]) -> list[Item]:
    return [Item(name=f"item{number}", where=f"f:{number}", body=body) for number, body in enumerate(bodies, start=1)]


async def run(
    gateway: FakeGateway,
    root: Path,
    subjects: Sequence[Item],
    *,
    malformed: Sequence[Malformed] = (),
    models: ChosenModels = ChosenModels(),  # noqa: B008 - frozen
    svg: Path | None = None,
) -> tuple[int, str]:
    screen = io.StringIO()
    async with gateway.serve() as url:
        code = await judge(
            subjects,
            malformed,
            gateway_url=url,
            models=models,
            folder=made(root),
            console=Console(file=screen, width=110),
            svg=svg,
        )
    return code, screen.getvalue()


def everything_below(root: Path) -> str:
    return "".join(path.read_text() for path in root.rglob("*") if path.is_file())


async def test_all_judged_is_exit_code_zero_and_a_table_in_file_order(tmp_path: Path) -> None:
    subjects = items(*({"input": str(score), "metadata": {"score": str(score)}} for score in (0.9, 0.1, 0.5)))
    code, screen = await run(FakeGateway(), tmp_path, subjects)
    assert code == 0
    rows = [line.split() for line in screen.splitlines() if line.startswith("item")]
    assert rows[0] == ["item", "score", "correct", "on_task", "outcome", "time"]
    assert [row[2] for row in rows[1:]] == ["0.90", "0.10", "0.50"]
    assert "3 judged" in screen
    assert "/docs" in screen


async def test_a_gateway_that_dies_and_throttles_costs_nothing(tmp_path: Path) -> None:
    gateway = FakeGateway()
    gateway.faults.extend([503, None, 429, None, 503])
    code, _ = await run(gateway, tmp_path, items({"input": "a"}, {"input": "b"}))
    assert code == 0
    assert len(gateway.history) == len(gateway.by_key) == 2


async def test_over_a_quota_the_demo_ends_and_says_when_to_come_again(tmp_path: Path) -> None:
    gateway = FakeGateway()
    gateway.limited.append(3600)
    code, screen = await run(gateway, tmp_path, items({"input": "a"}))
    assert code == 1
    assert screen.startswith("You may send 2 requests a day.")
    assert "Come again in 1:00:00" in screen


async def test_a_rejected_line_is_explained_and_the_others_are_judged(tmp_path: Path) -> None:
    code, screen = await run(FakeGateway(), tmp_path, items({"input": "a"}, {"question": "b"}))
    assert code == 1
    assert "1 judged, 1 rejected" in screen
    assert "item2 f:2: /input: This field is required." in screen


async def test_a_malformed_line_makes_the_run_fail_after_the_rest_was_judged(tmp_path: Path) -> None:
    broken = [Malformed("f:7", "not valid JSON")]
    code, screen = await run(FakeGateway(), tmp_path, items({"input": "a"}), malformed=broken)
    assert code == 1
    assert "1 judged" in screen
    assert "f:7 was skipped: not valid JSON" in screen


@pytest.mark.parametrize(("outcome", "code"), [("refused", 0), ("blocked", 0), ("judge_error", 1)])
async def test_a_refusal_is_a_result_and_an_error_is_a_failure(tmp_path: Path, outcome: str, code: int) -> None:
    found, screen = await run(FakeGateway(), tmp_path, items({"input": "a", "metadata": {"outcome": outcome}}))
    assert found == code
    assert "auth: The provider refused the key." in screen
    assert "mean score" not in screen


@pytest.mark.parametrize("times", [0, 2])
async def test_the_history_must_have_each_line_exactly_once(tmp_path: Path, times: int) -> None:
    gateway = FakeGateway()

    class Tampered(list[dict[str, Any]]):
        def append(self, entry: dict[str, Any]) -> None:
            self.extend([entry] * times)

    gateway.history = Tampered()
    code, screen = await run(gateway, tmp_path, items({"input": "a"}))
    assert code == 1
    assert f"is in the history {times} times instead of once" in screen


async def test_keys_are_sent_and_written_nowhere(tmp_path: Path) -> None:
    gateway = FakeGateway()
    models = ChosenModels(judge="google/m", headers={"X-Google-Api-Key": "canary-key"})
    _, screen = await run(gateway, tmp_path, items({"input": "a"}), models=models)
    assert gateway.headers[0]["X-Google-Api-Key"] == "canary-key"
    assert gateway.bodies[0]["judge"] == {"model": "google/m"}
    assert "canary-key" not in screen + everything_below(tmp_path) + repr(models)


async def test_results_are_written_for_other_tools(tmp_path: Path) -> None:
    picture = tmp_path / "table.svg"
    await run(FakeGateway(), tmp_path, items({"input": "a"}, {"question": "b"}), svg=picture)
    written = [json.loads(line) for line in (tmp_path / "demo" / "results.jsonl").read_text().splitlines()]
    assert [(line["line"], line["ending"]) for line in written] == [("f:1", "judged"), ("f:2", "rejected")]
    assert written[0]["criteria"] == {"correct": 0.9, "on_task": 0.7}
    assert "item1" in picture.read_text()


async def test_a_file_that_is_not_there_is_a_plain_message(tmp_path: Path) -> None:
    screen = io.StringIO()
    code = await demo(made(tmp_path), Console(file=screen, width=400), files=[tmp_path / "none.jsonl"], svg=None)
    assert code == 1
    assert "none.jsonl cannot be read: No such file" in " ".join(screen.getvalue().split())


def result(score: float, expected: str) -> Result:
    body = {"input": "x", "metadata": {"expected": expected, "score": str(score)}}
    return Result(Item("n", "f:1", body), Ending.JUDGED, judged(body))


def test_known_answers_show_how_well_the_judge_separates() -> None:
    apart = summary_lines([result(0.9, "good"), result(0.4, "bad"), result(0.2, "bad")], seconds=1)
    assert apart[-1].endswith("AUC 1.00; every good one is above every bad one")
    mixed = summary_lines([result(0.4, "good"), result(0.4, "bad")], seconds=1)
    assert mixed[-1].endswith("AUC 0.50")


def test_the_mean_is_over_scored_lines_and_says_over_how_many() -> None:
    rejected = Result(Item("n", "f:2", {}), Ending.REJECTED)
    assert "mean score 0.60 over 1 of 2 lines (50%)" in summary_lines([result(0.6, "good"), rejected], seconds=1)


def test_a_tie_counts_half() -> None:
    assert area_under_curve([0.5, 0.9], [0.5, 0.1]) == 0.875
