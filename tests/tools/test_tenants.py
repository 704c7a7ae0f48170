"""`make tenant` as an operator runs it."""

import re
from pathlib import Path

import pytest

from config.tenant import Tenant
from config.tenant_files import read_tenants
from runtime.keys.api_key import hash_api_key
from tools.tenants import main


class Operator:
    def __init__(self, folder: Path, screen: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._screen = screen

    def run(self, *arguments: str) -> tuple[int, str, str]:
        code = main([*arguments, "--folder", str(self.folder)])
        said = self._screen.readouterr()
        return code, said.out, said.err

    def key(self, *arguments: str) -> str:
        code, out, _ = self.run(*arguments)
        assert code == 0
        (key,) = re.findall(r"ljk_\w+", out)
        return str(key)

    def refused(self, *arguments: str) -> str:
        before = self.tenants
        code, out, err = self.run(*arguments)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert self.tenants == before
        return err

    @property
    def tenants(self) -> dict[str, Tenant]:
        return {tenant.name: tenant for tenant in read_tenants(self.folder / "dev.json")}


@pytest.fixture
def operator(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Operator:
    return Operator(tmp_path, capsys)


def test_a_new_tenants_key_is_shown_once_and_only_its_hash_is_kept(operator: Operator) -> None:
    key = operator.key("--name", "acme")
    assert operator.tenants["acme"].key_hashes == (hash_api_key(key),)
    assert key not in (operator.folder / "dev.json").read_text()


def test_a_rotated_key_is_there_beside_the_older_until_that_is_retired(operator: Operator) -> None:
    older = operator.key("--name", "acme")
    newer = operator.key("rotate", "--name", "acme")
    assert list(operator.tenants["acme"].key_hashes) == [hash_api_key(older), hash_api_key(newer)]
    operator.run("retire", "--name", "acme")
    assert list(operator.tenants["acme"].key_hashes) == [hash_api_key(newer)]


def test_a_tenant_can_be_disabled_and_enabled_and_keeps_its_key(operator: Operator) -> None:
    operator.key("--name", "acme")
    before = operator.tenants["acme"]
    operator.run("disable", "--name", "acme")
    assert operator.tenants["acme"] == before.model_copy(update={"disabled": True})
    operator.run("enable", "--name", "acme")
    assert operator.tenants["acme"] == before


def test_a_change_of_one_tenant_leaves_the_others_alone(operator: Operator) -> None:
    operator.key("--name", "acme")
    operator.key("--name", "globex")
    before = operator.tenants["acme"]
    operator.key("rotate", "--name", "globex")
    assert operator.tenants["acme"] == before


def test_without_a_name_the_tenants_are_listed(operator: Operator) -> None:
    operator.key("--name", "acme")
    operator.key("rotate", "--name", "acme")
    operator.run("disable", "--name", "acme")
    _, out, _ = operator.run()
    assert out.splitlines()[0] == "acme: 2 keys, disabled"


def test_what_to_do_next_depends_on_the_environment(operator: Operator) -> None:
    assert "npx cdk deploy LlmJudge-Prod" in operator.run("--name", "acme", "--env", "prod")[1]
    assert "make up" in operator.run("--name", "acme", "--env", "local")[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--name", "acme"), "acme is there already: DO=rotate gives it another key"),
        (("--name", "Acme!"), "'Acme!' is no name for a tenant: use 2 to 40 small letters"),
        (("retire", "--name", "acme"), "acme has one key only: DO=rotate makes another first"),
        (("rotate", "--name", "acmee"), "There is no tenant 'acmee' here (acme)"),
        (("retire",), "Say whose: NAME=... DO=retire"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_changes_nothing(
    operator: Operator, arguments: tuple[str, ...], said: str
) -> None:
    operator.key("--name", "acme")
    assert said in operator.refused(*arguments)


def test_a_third_key_is_refused(operator: Operator) -> None:
    operator.key("--name", "acme")
    operator.key("rotate", "--name", "acme")
    assert "has two keys already: DO=retire ends the older one" in operator.refused("rotate", "--name", "acme")


def test_a_file_that_is_wrong_is_one_line(operator: Operator) -> None:
    (operator.folder / "dev.json").write_text("[1]")
    code, _, err = operator.run("--name", "acme")
    assert (code, err.count("\n")) == (2, 1)
    assert "is not a list of tenants" in err


def test_a_wrong_argument_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--env", "staging"])
    assert end.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
