"""The workflows hold what a reviewer would otherwise have to look for."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.environments import CLOUD_ENVIRONMENTS
from tools.template_diff.comment import MARKER
from tools.template_diff.stateful import LABEL

WORKFLOWS = Path(__file__).parents[2] / ".github/workflows"
TEXTS = {path.name: path.read_text() for path in WORKFLOWS.glob("*.yml")}


def parsed(name: str) -> dict[str, Any]:
    # YAML 1.1 reads the key `on` as true.
    workflow: dict[Any, Any] = yaml.safe_load(TEXTS[name])
    return {("on" if key is True else key): value for key, value in workflow.items()}


def steps(name: str, job: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = parsed(name)["jobs"][job]["steps"]
    return found


@pytest.mark.parametrize("name", TEXTS)
def test_every_action_is_pinned_by_its_commit_and_names_its_version(name: str) -> None:
    uses = re.findall(r"^\s+(?:- )?uses: (.+)$", TEXTS[name], re.MULTILINE)
    assert uses
    for action in uses:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


def test_an_action_is_pinned_to_one_commit_everywhere() -> None:
    pins = set(re.findall(r"uses: (\S+)@([0-9a-f]{40})", "".join(TEXTS.values())))
    assert len(pins) == len({action for action, _ in pins})


@pytest.mark.parametrize("name", TEXTS)
def test_no_workflow_holds_a_secret_or_a_long_lived_key(name: str) -> None:
    assert not re.search(r"secrets\.|AWS_ACCESS_KEY|AWS_SECRET", TEXTS[name])


@pytest.mark.parametrize("name", TEXTS)
def test_every_checkout_drops_the_token_before_other_code_runs(name: str) -> None:
    checkouts = [
        step for job in parsed(name)["jobs"] for step in steps(name, job) if "checkout" in step.get("uses", "")
    ]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_each_job_may_do_no_more_than_it_must() -> None:
    may = {
        f"{name}/{job}": body.get("permissions", parsed(name)["permissions"])
        for name in TEXTS
        for job, body in parsed(name)["jobs"].items()
    }
    assert may == {
        "check.yml/check": {"contents": "read"},
        "diff.yml/compare": {"contents": "read"},
        "diff.yml/comment": {"pull-requests": "write"},
        "deploy.yml/deploy": {"contents": "read", "id-token": "write"},
    }


def test_the_job_that_may_write_runs_no_code_of_the_pull_request() -> None:
    assert not any("checkout" in step.get("uses", "") for step in steps("diff.yml", "comment"))
    for step in steps("diff.yml", "comment"):
        assert "${{" not in step.get("run", "")
        assert "comment.md" not in step.get("run", "").replace("body=@comment.md", "")


def test_check_runs_make_check_on_push_and_pull_request() -> None:
    assert {"push", "pull_request"} == parsed("check.yml")["on"].keys()
    assert [step["run"] for step in steps("check.yml", "check") if "run" in step] == ["make check"]


def test_diff_runs_again_when_a_label_comes_or_goes() -> None:
    assert {"labeled", "unlabeled", "synchronize"} <= set(parsed("diff.yml")["on"]["pull_request"]["types"])
    assert "if" not in parsed("diff.yml")["jobs"]["compare"]


def test_diff_knows_the_label_and_the_marker_of_the_script() -> None:
    assert TEXTS["diff.yml"].count(f"'{LABEL}'") == 2
    assert f'startswith("{MARKER}")' in TEXTS["diff.yml"]


def test_deploy_is_started_by_hand_and_names_our_stacks_and_region() -> None:
    workflow = parsed("deploy.yml")
    assert workflow["on"].keys() == {"workflow_dispatch"}
    stacks = [environment.names.umbrella_stack for environment in CLOUD_ENVIRONMENTS.values()]
    assert workflow["on"]["workflow_dispatch"]["inputs"]["stack"]["options"] == stacks
    regions = {environment.region for environment in CLOUD_ENVIRONMENTS.values()}
    assert regions == set(re.findall(r"aws-region: (\S+)", TEXTS["deploy.yml"]))
