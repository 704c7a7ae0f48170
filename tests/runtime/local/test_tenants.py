from pathlib import Path

import pytest

from config.tenant import Tenant
from config.tenant_files import write_tenants
from runtime.local.child_environment import supervisor_environment
from runtime.local.part import Unusable
from runtime.local.tenants import authorization, local_tenants


def test_the_tenants_of_one_machine_are_those_of_its_file(tmp_path: Path) -> None:
    tenants = (Tenant(name="acme", key_hashes=("a" * 64,)),)
    environment = {"LLM_JUDGE_TENANTS": str(tmp_path)}
    assert local_tenants(environment) == ()
    write_tenants(tmp_path / "local.json", tenants)
    assert local_tenants(environment) == tenants
    assert supervisor_environment(environment)["LLM_JUDGE_TENANTS"] == str(tmp_path)


def test_a_file_that_is_wrong_stops_the_start_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "local.json").write_text("{")
    with pytest.raises(Unusable, match="is not a list of tenants"):
        local_tenants({"LLM_JUDGE_TENANTS": str(tmp_path)})


def test_the_demo_sends_a_key_only_where_there_is_one() -> None:
    assert authorization("ljk_x") == {"Authorization": "Bearer ljk_x"}
    assert authorization(None) == authorization("") == {}
