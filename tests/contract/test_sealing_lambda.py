"""The deployment's Lambda and the stages' keyring agree: what the one makes, the other opens."""

import asyncio
import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest

from config.naming import Names
from config.topology import Stage
from runtime.contracts.unavailable import Unavailable
from runtime.keys.keyring import Keyring
from runtime.kit.aws import aws_client
from tests.contract.keys_subjects import Vault, aws_vault
from tests.servers.aws import use_endpoint

pytestmark = pytest.mark.servers

ROOT = Path(__file__).parents[2]
HANDLER = ROOT / "constructs/judge_constructs/sealing_key_pair/index.js"
PACKAGES = ROOT / "node_modules"
CALL = "require(process.argv[1]).handler(JSON.parse(process.argv[2])).then((made) => console.log(JSON.stringify(made)))"

if not (PACKAGES / "@aws-sdk/client-kms").is_dir():
    pytest.skip("the AWS SDK for Node is not installed: run `npm ci`", allow_module_level=True)


async def invoke(request: str, *, stage: Stage, names: Names, **more: Any) -> Any:
    event = json.dumps({"RequestType": request, "ResourceProperties": properties(stage, names), **more})
    node = await asyncio.create_subprocess_exec(
        *("node", "-e", CALL, str(HANDLER), event),
        env=os.environ | {"NODE_PATH": str(PACKAGES), "NODE_NO_WARNINGS": "1"},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await node.communicate()
    assert node.returncode == 0
    return json.loads(out)


def properties(stage: Stage, names: Names) -> dict[str, str]:
    return {"SecretId": names.sealing_secret(stage), "KeyId": names.sealing_kms_alias, "Stage": stage.value}


@pytest.fixture
async def vault(emulator_at: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    use_endpoint(monkeypatch, emulator_at)
    async with aws_vault() as made, aws_client("secretsmanager") as secrets:
        for stage in Stage:
            # As CDK makes it: there, and empty.
            await secrets.create_secret(Name=made.names.sealing_secret(stage))
        yield made


def keyring(vault: Vault, stage: Stage) -> Keyring:
    return Keyring(stage=stage, names=vault.names, secrets=vault.secrets, kms=vault.kms)


async def test_the_keyring_opens_what_the_lambda_made(vault: Vault) -> None:
    made = await invoke("Create", stage=Stage.JUDGE, names=vault.names)
    private = await keyring(vault, Stage.JUDGE).private_key(made["Data"]["Kid"])
    assert base64.b64encode(private.public_key().public_bytes_raw()).decode() == made["Data"]["PublicKey"]


async def test_the_answer_holds_the_public_half_only(vault: Vault) -> None:
    made = await invoke("Create", stage=Stage.JUDGE, names=vault.names)
    kid, public_key = made["Data"]["Kid"], made["Data"]["PublicKey"]
    assert made == {"PhysicalResourceId": f"{kid}:{public_key}", "Data": {"Kid": kid, "PublicKey": public_key}}
    private = await keyring(vault, Stage.JUDGE).private_key(made["Data"]["Kid"])
    assert base64.b64encode(private.private_bytes_raw()).decode() not in json.dumps(made)


async def test_what_was_made_for_one_stage_cannot_be_unwrapped_as_the_others(vault: Vault) -> None:
    made = await invoke("Create", stage=Stage.JUDGE, names=vault.names)
    secret = await vault.secrets.get_secret_value(SecretId=vault.names.sealing_secret(Stage.JUDGE))
    await vault.secrets.put_secret_value(
        SecretId=vault.names.sealing_secret(Stage.INFERENCE), SecretString=secret["SecretString"]
    )
    with pytest.raises(Unavailable):
        await keyring(vault, Stage.INFERENCE).private_key(made["Data"]["Kid"])


async def test_an_update_of_something_else_keeps_the_pair(vault: Vault) -> None:
    made = await invoke("Create", stage=Stage.JUDGE, names=vault.names)
    again = await invoke(
        "Update",
        stage=Stage.JUDGE,
        names=vault.names,
        PhysicalResourceId=made["PhysicalResourceId"],
        OldResourceProperties=properties(Stage.JUDGE, vault.names) | {"ServiceToken": "another"},
    )
    assert again == made


async def test_another_kms_key_makes_a_new_pair_and_leaves_the_one_before_readable(vault: Vault) -> None:
    first = await invoke("Create", stage=Stage.JUDGE, names=vault.names)
    second = await invoke(
        "Update",
        stage=Stage.JUDGE,
        names=vault.names,
        PhysicalResourceId=first["PhysicalResourceId"],
        OldResourceProperties=properties(Stage.JUDGE, vault.names) | {"KeyId": "another"},
    )
    assert second["Data"]["Kid"] != first["Data"]["Kid"]
    ring = keyring(vault, Stage.JUDGE)
    assert await ring.private_key(first["Data"]["Kid"]) is not None
    assert await ring.private_key(second["Data"]["Kid"]) is not None


async def test_a_deletion_makes_nothing(vault: Vault) -> None:
    assert await invoke("Delete", stage=Stage.JUDGE, names=vault.names) == {}
