"""What a reviewer reads in a pull request: who may do what, and where production differs from development.

After a change that is meant: `python -m pytest tests/stacks --snapshot-update`, and read the difference.
"""

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.stacks.readable import differences, role_rights
from tests.stacks.synthesized import Synthesized


def test_every_role_may_do_exactly_this(dev: Synthesized, reviewed_text: SnapshotAssertion) -> None:
    assert role_rights(dev) == reviewed_text(name="role-rights-dev")


def test_production_differs_from_development_in_exactly_this(
    dev: Synthesized, prod: Synthesized, reviewed_text: SnapshotAssertion
) -> None:
    assert differences(dev, prod) == reviewed_text(name="production-against-development")


def test_no_service_may_do_anything_to_everything(dev: Synthesized) -> None:
    rights = role_rights(dev)
    for service in ("gateway", "redis", "persistence", "inference", "judge"):
        block = rights.split(f"dev-{service}-svc-role\n")[1].split("\n\n")[0]
        assert all(not line.split("if")[0].rstrip().endswith(" *") for line in block.splitlines())


@pytest.mark.parametrize(("service", "stage"), [("inference", "judge"), ("judge", "inference")])
def test_a_stage_cannot_open_the_others_sealed_keys(dev: Synthesized, service: str, stage: str) -> None:
    block = role_rights(dev).split(f"dev-{service}-svc-role\n")[1].split("\n\n")[0]
    assert f"sealing/{stage}" not in block
    assert f"llm-judge:stage {stage}" not in block


def test_the_gateway_can_open_no_sealed_key_at_all(dev: Synthesized) -> None:
    block = role_rights(dev).split("dev-gateway-svc-role\n")[1].split("\n\n")[0]
    assert "sealing/" not in block
    assert "llm-judge-sealing" not in block
    assert "dev-llm-judge/sealing-keyset" in block


def test_only_the_sealing_keys_job_makes_publishes_and_destroys_key_pairs_and_it_opens_none(dev: Synthesized) -> None:
    rights = role_rights(dev)
    job = rights.split("dev-sealing-keys-role\n")[1].split("\n\n")[0]
    changing = ("Create", "Put", "Update", "Delete", "Restore", "Tag")
    for line in rights.splitlines():
        if "sealing" in line and any(f"secretsmanager:{verb}" in line for verb in changing):
            assert line in job.splitlines()
        if "kms:Sign" in line:
            assert line in job.splitlines()
    decrypting = [line for line in job.splitlines() if "kms:Decrypt" in line]
    assert decrypting
    assert all("kms:ViaService secretsmanager" in line for line in decrypting)
