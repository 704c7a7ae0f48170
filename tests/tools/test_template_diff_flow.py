"""The whole command on two commits of this repository, with our own stacks."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools.node_packages import ROOT, needs_node_packages
from tools.template_diff.stateful import LOST_WITH
from tools.template_diff.synthesis import synthesized

pytestmark = [needs_node_packages, pytest.mark.flow]

STATEFUL_BY_SPECIFICATION = """
const db = require('@aws-cdk/aws-service-spec').loadAwsServiceSpecSync();
const stateful = (type) => db.lookup('resource', 'cloudFormationType', 'equals', type)[0]?.isStateful;
console.log(JSON.stringify(process.argv.slice(1).filter(stateful)));
"""
COMMIT = ("-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "--quiet", "--all", "--message=m")


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(("git", *arguments), cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The files of this work tree, committed or not, as the first commit of a repository of its own."""
    folder = tmp_path / "clone"
    for name in git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((ROOT / name).read_bytes())
            (folder / name).chmod((ROOT / name).stat().st_mode)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, *COMMIT)
    for packages in (".venv", "node_modules"):
        (folder / packages).symlink_to(ROOT / packages)
    return folder


def test_one_changed_setting_shows_in_its_own_environment_only(clone: Path, tmp_path: Path) -> None:
    environments = clone / "config/environments.py"
    dev, prod = environments.read_text().split("PROD =")
    assert "operations=Operations(free_storage_gib=1)," in dev
    changed = dev.replace("Operations(free_storage_gib=1)", "Operations(free_storage_gib=2)")
    environments.write_text(f"{changed}PROD ={prod}")
    git(clone, *COMMIT)
    output = tmp_path / "comment.md"
    command = (sys.executable, "-m", "tools.template_diff", "--base", "HEAD^", "--head", "HEAD", "--output", output)
    done = subprocess.run(command, cwd=clone, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    comment = output.read_text()
    assert "[+] 2147483648" in comment
    assert ", 0 replaced, 0 removed" in comment
    assert "LlmJudge-Prod" not in comment


def test_whatever_aws_calls_stateful_in_our_stacks_has_its_reason(tmp_path: Path) -> None:
    side = synthesized(ROOT, None, side="head", scratch=tmp_path, say=lambda _: None)
    templates = [json.loads(path.read_text()) for path in side.templates.glob("*.template.json")]
    types = {resource["Type"] for template in templates for resource in template["Resources"].values()}
    command = ("node", "-e", STATEFUL_BY_SPECIFICATION, *types)
    stateful = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)
    assert "AWS::RDS::DBInstance" in stateful
    assert set(stateful) <= LOST_WITH.keys()
