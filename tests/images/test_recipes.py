"""The recipes, read as Docker reads them: what can be said of an image before anybody builds it."""

import json
import re
from pathlib import Path

import pytest

from charts.ai_model_service import WEIGHTS
from charts.pod import USER
from runtime.kit.environment import MYSQL_AUTHORITIES
from tests.images.recipe import ROOT, copied, instructions, last_stage, only
from tests.images.tree import INSTALLED, SOURCE, image_environment

RECIPES = ("service", "ai-model")


@pytest.mark.parametrize("recipe", RECIPES)
def test_it_runs_as_the_user_of_the_pods_who_is_not_root(recipe: str) -> None:
    assert only(last_stage(recipe), "USER") == f"{USER}:{USER}"
    assert USER > 0


@pytest.mark.parametrize("recipe", RECIPES)
def test_no_shell_stands_between_a_signal_and_the_program(recipe: str) -> None:
    entry = json.loads(only(last_stage(recipe), "ENTRYPOINT"))
    assert Path(entry[0]).name == "python3"


@pytest.mark.parametrize("recipe", RECIPES)
def test_what_it_stands_on_is_pinned(recipe: str) -> None:
    found = instructions(recipe)
    values = dict(rest.split("=", 1) for name, rest in found if name == "ARG" and "=" in rest)
    for name, rest in found:
        if name == "FROM":
            (image,) = re.findall(r"^(?:--platform=\S+ )?(\S+)", rest)
            image = re.sub(r"^\$\{(\w+)\}$", lambda match: values[match[1]], image)
            assert re.search(r":v?\d", image), image


def test_the_last_stage_runs_nothing_and_takes_only_what_was_built() -> None:
    found = last_stage("service")
    assert "RUN" not in dict(found)
    assert only(found, "COPY") == f"--from=built {INSTALLED} {INSTALLED}"


def test_the_first_stage_installs_by_the_script_that_the_tests_run_for_the_images_machine() -> None:
    found = instructions("service")
    assert only(found, "RUN") == f"{SOURCE}/images/install {SOURCE} {INSTALLED} ${{TARGETARCH}}"
    assert ("ARG", "TARGETARCH") in found
    # And on the builder's, so that no machine is emulated.
    assert dict(reversed(found))["FROM"].startswith("--platform=${BUILDPLATFORM} ")
    assert only(last_stage("service"), "WORKDIR") == INSTALLED


def test_the_authorities_of_rds_lie_where_the_services_are_told() -> None:
    (_, path) = only(last_stage("service"), "ADD").rsplit(maxsplit=1)
    assert image_environment()[MYSQL_AUTHORITIES] == path


def test_packages_are_installed_by_hash_as_wheels_and_nothing_is_compiled() -> None:
    script = (ROOT / "images" / "install").read_text()
    for option in ("--require-hashes", "--no-deps", "--only-binary :all:", "--no-cache-dir"):
        assert option in script


def test_the_weights_lie_where_the_chart_says() -> None:
    assert re.fullmatch(rf"--from=weights .*\. {WEIGHTS}", only(instructions("ai-model"), "COPY"))


def test_docker_gets_what_the_recipes_copy_and_nothing_else() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    # What is taken back again, the recipe's script would look for in vain.
    assert [rule for rule in rules if not rule.startswith("!")] == ["*", "**/__pycache__"]
    assert {rule.removeprefix("!") for rule in rules if rule.startswith("!")} == set(copied("service"))
