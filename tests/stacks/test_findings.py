"""What the checkers find in the templates of both environments: nothing that is not acknowledged with a reason."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import aws_cdk as cdk
import pytest
from cdk_nag import AwsSolutionsChecks

from app import build
from config.environments import DEV, PROD
from stacks.acknowledged_findings import ACKNOWLEDGED, PACK, Acknowledged, acknowledge
from tests.stacks.synthesized import ROOT, new_app

Finding = tuple[str, str]
"""The rule and the construct's path."""


def findings(app: cdk.App, folder: Path) -> dict[str, set[Finding]]:
    """By plugin: CDK's own validator and cdk-nag."""
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    try:
        app.synth()
    except RuntimeError as error:
        assert "ValidationFailed" in str(error)  # noqa: PT017 - a failed pack is one of the two results
    report = json.loads((folder / "validation-report.json").read_text())
    return {
        plugin["pluginName"]: {
            (violation["ruleName"], construct["constructPath"])
            for violation in plugin["violations"]
            for construct in violation["violatingConstructs"]
        }
        for plugin in report["pluginReports"]
    }


@pytest.fixture(scope="module")
def nag(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, set[Finding]]]:
    def run(*, acknowledged: bool) -> dict[str, set[Finding]]:
        folder = tmp_path_factory.mktemp("nag")
        app = new_app(folder)
        for environment in (DEV, PROD):
            build(app, environment)
            if acknowledged:
                acknowledge(app, environment)
        return findings(app, folder)

    return run


def test_cdk_nag_and_cdks_own_validator_find_nothing_that_is_not_acknowledged(
    nag: Callable[..., dict[str, set[Finding]]],
) -> None:
    found = nag(acknowledged=True)
    assert set(found) >= {PACK, "CloudFormation Validate"}
    assert {name: violations for name, violations in found.items() if violations} == {}


def test_every_acknowledgement_answers_a_finding(nag: Callable[..., dict[str, set[Finding]]]) -> None:
    found = nag(acknowledged=False)[PACK]
    unanswered = [
        (known.path, rule)
        for known in ACKNOWLEDGED
        for rule in known.rules_in(DEV)
        if not any(name == rule and path.startswith(f"LlmJudge-Dev{known.stack}/{known.path}") for name, path in found)
    ]
    assert unanswered == []


@pytest.mark.parametrize("known", ACKNOWLEDGED, ids=lambda known: known.path)
def test_a_reason_is_a_sentence(known: Acknowledged) -> None:
    assert re.fullmatch(r"[A-Z].{30,}\.", known.reason)


def test_cfn_lint_is_clean(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDK_VALIDATION", "false")
    folder = tmp_path_factory.mktemp("cfn-lint")
    app = new_app(folder)
    for environment in (DEV, PROD):
        build(app, environment)
    app.synth()
    templates = sorted(folder.glob("*.template.json"))
    assert len(templates) == 12
    linter = Path(sys.executable).with_name("cfn-lint")
    # From the root, where its settings are.
    done = subprocess.run([linter, *templates], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 0)
