"""The same command again: what has a score is not asked again, and what failed is tried anew."""

from pathlib import Path

from runtime.api_client.items import Item
from runtime.attacks.items import attack_items
from runtime.cli.commands import main
from runtime.cli.judged_run import LABEL, label_of, with_labels
from tests.runtime.cli.labelled_lines import LINES, written
from tests.runtime.cli.measuring_gateway import MeasuringGateway, served


def test_the_same_command_again_asks_nothing_twice(tmp_path: Path) -> None:
    gateway, file = MeasuringGateway(), written(tmp_path / "l.jsonl", LINES)
    with served(gateway) as url:
        main(["--url", url, "calibrate", file])
        main(["--url", url, "calibrate", file])
        assert len(gateway.by_key) == len(LINES)
        main(["--url", url, "calibrate", file, "--judge", "local/other"])
    assert len(gateway.by_key) == 2 * len(LINES)


def test_a_day_later_when_its_keys_are_forgotten_nothing_is_sent_again(tmp_path: Path) -> None:
    gateway, file = MeasuringGateway(), written(tmp_path / "l.jsonl", LINES)
    with served(gateway) as url:
        for command in (["calibrate", file], ["attack"]):
            assert main(["--url", url, *command]) == 0
            sent = len(gateway.bodies)
            gateway.by_key.clear()
            assert main(["--url", url, *command]) == 0
            assert len(gateway.bodies) == sent
    first, second = gateway.calibrated
    assert first == second


def test_what_failed_is_tried_anew_until_it_has_a_score(tmp_path: Path) -> None:
    gateway, file = MeasuringGateway(), written(tmp_path / "l.jsonl", LINES)
    gateway.failing = {"q1", "q4"}
    with served(gateway) as url:
        assert main(["--url", url, "calibrate", file]) == 1
        assert main(["--url", url, "calibrate", file]) == 1
        gateway.failing = {"q4"}
        assert main(["--url", url, "calibrate", file]) == 1
        gateway.failing = set()
        assert main(["--url", url, "calibrate", file]) == 0
    assert [body["input"] for body in gateway.bodies[len(LINES) :]] == ["q1", "q4", "q1", "q4", "q4"]
    assert len(gateway.by_key) == len(gateway.bodies)
    handed_in = {label["evaluation_id"] for label in gateway.calibrated[-1]["labels"]}
    assert handed_in == {one["id"] for one in gateway.history if one["outcome"] == "scored"}


def test_an_evaluation_that_was_withheld_is_an_end_and_not_tried_anew(tmp_path: Path) -> None:
    gateway, file = MeasuringGateway(), written(tmp_path / "l.jsonl", LINES)
    with served(gateway) as url:
        main(["--url", url, "calibrate", file])
        gateway.history[2]["outcome"] = "refused"
        main(["--url", url, "calibrate", file])
    assert len(gateway.bodies) == len(LINES)


def test_each_item_has_a_label_of_its_own_which_is_its_name_where_it_can_be() -> None:
    names = ["a", "two words", "a", "line-1", "x" * 129, "f.jsonl:6"]
    items = [Item(name, f"f.jsonl:{line}", {}) for line, name in enumerate(names, start=1)]
    labels = ["a", "line-2", "line-3", "line-4", "line-5", "f.jsonl:6"]
    assert [label_of(item) for item in with_labels(items)] == labels


def test_attacks_belong_to_a_run_and_are_called_the_same_in_each() -> None:
    gateway = MeasuringGateway()
    with served(gateway) as url:
        main(["--url", url, "attack"])
        main(["--url", url, "attack", "--judge", "local/other"])
    assert len({body["run"] for body in gateway.bodies}) == 2
    items = {body["item"] for body in gateway.bodies}
    assert items == {one.id.replace("/", ":") for one in attack_items()}
    assert all(map(LABEL.fullmatch, items))
