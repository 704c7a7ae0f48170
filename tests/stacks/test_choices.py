"""What the command line can choose, and what it prints when that is wrong: one message, no traceback."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import aws_cdk as cdk
import pytest

from config.environments import DEV, PROD
from config.tenant import Tenant
from config.tenant_files import write_tenants
from config.versions import DIAGRAM, Versions
from stacks.choices import BadChoice, chosen_addresses, chosen_environments, chosen_tenants, doubtful_versions
from tests.stacks.synthesized import ROOT


def app_with(**context: str) -> cdk.App:
    return cdk.App(context=context)


def test_without_a_choice_both_environments_have_current_versions_and_their_own_addresses() -> None:
    app = app_with()
    assert [environment.name for environment in chosen_environments(app)] == ["dev", "prod"]
    assert chosen_addresses(app) is None


def test_the_diagrams_versions_can_be_chosen_and_are_only_warned_of() -> None:
    dev, _ = chosen_environments(app_with(versions="diagram"))
    assert dev.versions == DIAGRAM
    assert [found.version for found in doubtful_versions(dev)] == ["1.29", "8.0"]


def test_a_version_that_aws_no_longer_creates_is_refused() -> None:
    environment = DEV.model_copy(update={"versions": Versions(kubernetes="1.30")})
    with pytest.raises(BadChoice, match=r"environment dev: kubernetes 1\.30 left extended support on 2026-07-23"):
        doubtful_versions(environment)


def test_a_version_past_standard_support_is_warned_of() -> None:
    environment = DEV.model_copy(update={"versions": Versions(kubernetes="1.33")})
    (found,) = doubtful_versions(environment)
    assert "left standard support on 2026-07-29" in str(found)


def test_an_unknown_set_of_versions_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadChoice, match="-c versions=newest is unknown: choose one of current, diagram"):
        chosen_environments(app_with(versions="newest"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read: No such file"),
        ("{", "is not of the right form: Invalid JSON"),
        ("{}", "service_urls: Field required"),
    ],
)
def test_an_addresses_file_that_is_not_one_is_refused(tmp_path: Path, content: str | None, said: str) -> None:
    path = tmp_path / "addresses.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(BadChoice, match=said):
        chosen_addresses(app_with(addresses=str(path)))


def test_an_environments_tenants_are_those_of_its_file_in_the_chosen_folder(tmp_path: Path) -> None:
    tenants = (Tenant(name="acme", key_hashes=("a" * 64,)),)
    write_tenants(tmp_path / "dev.json", tenants)
    app = app_with(tenants=str(tmp_path))
    assert [chosen_tenants(app, environment) for environment in (DEV, PROD)] == [tenants, ()]


def test_a_folder_of_tenants_that_is_not_there_is_refused_and_not_taken_for_empty(tmp_path: Path) -> None:
    with pytest.raises(BadChoice, match=r"-c tenants=.*/nowhere is no folder: it holds dev\.json and so on"):
        chosen_tenants(app_with(tenants=str(tmp_path / "nowhere")), DEV)


def test_a_file_of_tenants_that_is_wrong_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dev.json").write_text("{")
    with pytest.raises(BadChoice, match="is not a list of tenants: Invalid JSON"):
        chosen_tenants(app_with(tenants=str(tmp_path)), DEV)


def run_app(folder: Path, **context: str) -> subprocess.CompletedProcess[str]:
    """As the CDK's command line runs it."""
    environment = os.environ | {"CDK_CONTEXT_JSON": json.dumps(context), "CDK_OUTDIR": str(folder / "cdk.out")}
    environment.pop("PYTHONPATH", None)
    return subprocess.run(
        [sys.executable, "app.py"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_a_wrong_choice_is_one_line(tmp_path: Path) -> None:
    for name in ("app.py", "config", "stacks", "constructs"):
        (tmp_path / name).symlink_to(ROOT / name)
    done = run_app(tmp_path, versions="newest")
    assert done.returncode == 1
    assert done.stderr == "error: -c versions=newest is unknown: choose one of current, diagram\n"


def test_a_configuration_that_contradicts_itself_is_one_line_before_any_synthesis(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "config", tmp_path / "config", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("stacks", "constructs"):
        (tmp_path / name).symlink_to(ROOT / name)
    # A copy: through a link, Python would look beside the original.
    shutil.copy(ROOT / "app.py", tmp_path)
    environments = tmp_path / "config" / "environments.py"
    environments.write_text(environments.read_text().replace("endpoint_zones=1", "endpoint_zones=9"))
    done = run_app(tmp_path)
    assert done.returncode == 1
    assert done.stderr == (
        "error: config/environments.py contradicts itself: network.endpoint_zones is 9, but there are 3 zones\n"
    )
    assert not (tmp_path / "cdk.out").exists()
