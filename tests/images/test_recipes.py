"""The recipes, read as Docker reads them: what can be said of an image before anybody builds it."""

import json
import re
from pathlib import Path

import pytest

from charts.ai_model_service import WEIGHTS
from charts.pod import USER
from tests.images.tree import INSTALLED, ROOT, image_environment

RECIPES = ("service", "ai-model")
Instruction = tuple[str, str]


def instructions(recipe: str) -> list[Instruction]:
    text = (ROOT / "images" / f"{recipe}.Dockerfile").read_text()
    lines = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in lines if line.strip())]


def last_stage(recipe: str) -> list[Instruction]:
    found = instructions(recipe)
    start = max(number for number, (name, _) in enumerate(found) if name == "FROM")
    return found[start:]


def only(found: list[Instruction], name: str) -> str:
    (value,) = [rest for each, rest in found if each == name]
    return value


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
            image = re.sub(r"\$\{(\w+)\}", lambda match: values[match[1]], rest).split(" AS ")[0]
            assert re.search(r":v?\d", image), image


def test_the_last_stage_installs_nothing_and_takes_only_what_was_built() -> None:
    found = last_stage("service")
    assert "RUN" not in dict(found)
    assert only(found, "COPY") == f"--from=built {INSTALLED} {INSTALLED}"


def test_the_first_stage_installs_by_the_script_that_the_tests_run() -> None:
    found = instructions("service")
    assert only(found, "RUN") == f"/source/images/install /source {INSTALLED}"
    assert only(last_stage("service"), "WORKDIR") == INSTALLED


def test_the_tests_tree_has_the_images_environment() -> None:
    declared = dict(part.split("=", 1) for part in only(last_stage("service"), "ENV").split())
    authorities = declared.pop("LLM_JUDGE_MYSQL_CA_FILE")
    assert declared == image_environment()
    # The file that the recipe fetched.
    assert only(last_stage("service"), "ADD").split()[-1] == authorities


def test_packages_are_installed_by_hash_as_wheels_and_nothing_is_compiled() -> None:
    script = (ROOT / "images" / "install").read_text()
    for option in ("--require-hashes", "--no-deps", "--only-binary :all:", "--no-cache-dir"):
        assert option in script


def test_the_weights_lie_where_the_chart_says() -> None:
    assert only(instructions("ai-model"), "COPY") == f"--from=weights . {WEIGHTS}"


def test_docker_gets_what_the_recipes_copy_and_nothing_else() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    wanted = {line.removeprefix("!") for line in lines if line.startswith("!")}
    copied = {
        rest.split()[0] for name, rest in instructions("service") if name == "COPY" and not rest.startswith("--from")
    }
    assert "*" in lines
    assert wanted == copied
