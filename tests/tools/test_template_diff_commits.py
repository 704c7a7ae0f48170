"""The whole command on the commits of a tiny repository, whose app is a shell command."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.tools.node_packages import ROOT, needs_node_packages
from tests.tools.template_folders import SHOP, Resources, with_properties, write_templates
from tools.template_diff.command import FAILED, FINE, REFUSED, main
from tools.template_diff.comment import MARKER
from tools.template_diff.stateful import LABEL

pytestmark = needs_node_packages

MANIFEST = {
    "version": "36.0.0",
    "artifacts": {
        "Shop": {
            "type": "aws:cloudformation:stack",
            "environment": "aws://unknown-account/unknown-region",
            "properties": {"templateFile": "Shop.template.json"},
        }
    },
}
COPY_READY_TEMPLATES = "cp assembly/* $CDK_OUTDIR"


class Repository:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self._git("init", "--quiet")
        (folder / "node_modules").symlink_to(ROOT / "node_modules")
        (folder / ".git/info/exclude").write_text("node_modules\n.venv\n")

    def write(self, resources: Resources, *, app: str = COPY_READY_TEMPLATES) -> None:
        write_templates(self.folder / "assembly", {"Shop": resources})
        (self.folder / "assembly/manifest.json").write_text(json.dumps(MANIFEST))
        (self.folder / "cdk.json").write_text(json.dumps({"app": app}))

    def commit(self) -> str:
        self._git("add", "--all")
        self._git("-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "--quiet", "--allow-empty", "-m", "m")
        return self._git("rev-parse", "HEAD").strip()

    def _git(self, *arguments: str) -> str:
        command = ("git", *arguments)
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def test_two_commits_are_compared_refused_without_the_label_and_allowed_with_it(
    repository: Repository, tmp_path: Path
) -> None:
    repository.write(SHOP)
    base = repository.commit()
    repository.write(with_properties(SHOP, "Database", Port="3307"))
    head = repository.commit()
    repository.write({})
    output = tmp_path / "comment.md"
    command = ["--base", base, "--head", head, "--output", str(output)]
    assert main(command, repository=repository.folder) == REFUSED
    assert output.read_text().startswith(f"{MARKER}\n### Changes in 1 of 1 stacks: 0 added, 0 changed, 1 replaced")
    assert f"From {base[:12]} to {head[:12]}." in output.read_text()
    assert main([*command, "--label", "docs", "--label", LABEL], repository=repository.folder) == FINE


def test_without_a_head_it_is_the_work_tree_and_without_a_file_the_comment_is_printed(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.write(SHOP)
    repository.commit()
    repository.write(with_properties(SHOP, "Queue", VisibilityTimeout=240))
    assert main(["--base", "HEAD"], repository=repository.folder) == FINE
    printed = capsys.readouterr().out
    assert "to the work tree." in printed
    assert "[+] 240" in printed


def test_a_base_from_before_the_app_has_no_stacks(repository: Repository, tmp_path: Path) -> None:
    base = repository.commit()
    repository.write(SHOP)
    assert main(["--base", base, "--output", str(tmp_path / "comment.md")], repository=repository.folder) == FINE
    assert "| Shop | 5 | 0 | 0 | 0 | new stack |" in (tmp_path / "comment.md").read_text()


def test_a_head_that_cannot_be_synthesized_says_why_also_in_the_comment(
    repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.write(SHOP)
    base = repository.commit()
    repository.write(SHOP, app="echo network.app_cidrs overlap >&2; exit 1")
    assert main(["--base", base, "--output", str(tmp_path / "comment.md")], repository=repository.folder) == FAILED
    text = (tmp_path / "comment.md").read_text()
    assert text.startswith(
        f"{MARKER}\n### The stacks could not be compared\n\nhead (the work tree) cannot be synthesized"
    )
    assert "network.app_cidrs overlap" in text
    assert "network.app_cidrs overlap" in capsys.readouterr().err


def test_an_unknown_commit_is_named(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    repository.write(SHOP)
    repository.commit()
    assert main(["--base", "no-such-branch"], repository=repository.folder) == FAILED
    assert "'no-such-branch' is no commit of this repository" in capsys.readouterr().err


def test_the_credentials_of_who_runs_it_reach_no_template(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("PYTHONPATH", "mine")
    repository.write(SHOP)
    repository.commit()
    tell = (
        """echo '{"Description": "profile <'$AWS_PROFILE'> path <'$PYTHONPATH'>"}' > $CDK_OUTDIR/Shop.template.json"""
    )
    repository.write(SHOP, app=f"{COPY_READY_TEMPLATES}; {tell}")
    main(["--base", "HEAD"], repository=repository.folder)
    assert "profile <> path <>" in capsys.readouterr().out


def test_a_commit_that_is_locked_to_other_packages_is_synthesized_with_those(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    install = repository.folder / "tools/environment"
    install.parent.mkdir()
    install.write_text("#!/bin/sh\nmkdir $2 && cp $3 $2/installed\n")
    install.chmod(0o755)
    lock = repository.folder / "requirements-infra.txt"
    tell = """echo '{"Description": "'$(cat .venv/installed)'"}' > $CDK_OUTDIR/Shop.template.json"""
    repository.write(SHOP, app=f"{COPY_READY_TEMPLATES}; {tell}")
    lock.write_text("cdk==1")
    repository.commit()
    lock.write_text("cdk==2")
    subprocess.run((install, "python", ".venv", lock), cwd=repository.folder, check=True)
    assert main(["--base", "HEAD"], repository=repository.folder) == FINE
    assert "cdk==1 to cdk==2" in capsys.readouterr().out
