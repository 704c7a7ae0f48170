"""What is read from a deployment: its stacks, what made one fail, and its secrets."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from config.callers import AUTHENTICATED
from config.mounted_secrets import MOUNTED_SECRETS
from config.naming import Names
from runtime.kit.aws import aws_client
from runtime.kit.tokens import mounted_tokens
from runtime.local.deploy.stacks import Stacks
from runtime.local.mounted_secrets import mount_secrets
from tests.runtime.local.stand_ins import made
from tests.servers.aws import use_endpoint

pytestmark = pytest.mark.servers
QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {}}
ADDON = {"Type": "AWS::EKS::Addon", "Properties": {"ClusterName": "c", "AddonName": "coredns"}}
BROKEN = {"Type": "AWS::KMS::Alias", "Properties": {"AliasName": "nonsense", "TargetKeyId": "k"}}


@pytest.fixture
async def cloudformation(emulator_at: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    use_endpoint(monkeypatch, emulator_at)
    async with aws_client("cloudformation") as client:
        yield client


async def deployed(client: Any, **resources: Any) -> tuple[Stacks, str]:
    name = f"Read-{uuid4().hex[:8]}"
    await client.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": resources}))
    stacks = Stacks(cloudformation=client, prefix=name)
    async with asyncio.timeout(20):
        while await stacks.settled() != [name]:
            await asyncio.sleep(0.02)
    return stacks, name


async def test_a_stack_tells_which_resources_were_only_recorded(cloudformation: Any) -> None:
    stacks, name = await deployed(cloudformation, Queue=QUEUE, Dns=ADDON)
    stack = await stacks.read(name)
    assert stack.is_complete
    assert len(stack.resources) == 2
    assert stack.recorded_only == {"AWS::EKS::Addon": 1}
    assert await stacks.failures() == []


async def test_of_a_failed_stack_the_resource_and_the_reason_are_told(cloudformation: Any) -> None:
    stacks, name = await deployed(cloudformation, Queue=QUEUE, Alias=BROKEN)
    assert not (await stacks.read(name)).is_complete
    (failure,) = await stacks.failures()
    assert str(failure).startswith(f"{name}: Alias (AWS::KMS::Alias): ")
    assert "must begin with alias/" in failure.reason


async def test_the_deployed_credentials_are_mounted_for_their_owner_only(cloudformation: Any, tmp_path: Path) -> None:
    names, folder = Names(environment="mounted"), made(tmp_path)
    deployed = {
        names.database_secret: {"username": "judge", "password": "of the database", "engine": "mysql"},
        names.redis_secret: {"password": "of redis"},
        **{names.caller_secret(flow): {"token": f"of {flow.source}"} for flow in AUTHENTICATED},
    }
    async with aws_client("secretsmanager") as secretsmanager:
        for name, value in deployed.items():
            await secretsmanager.create_secret(Name=name, SecretString=json.dumps(value))
        await mount_secrets(secretsmanager=secretsmanager, names=names, folder=folder)
    mounted = {path.name: path.read_text() for path in folder.secrets.iterdir()}
    assert mounted == {
        "mysql-username": "judge",
        "mysql-password": "of the database",
        "redis-password": "of redis",
        **{f"{flow.source}-to-{flow.destination}": f"of {flow.source}" for flow in AUTHENTICATED},
    }
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.secrets.iterdir())


async def test_after_a_rotation_the_token_before_it_is_mounted_too(cloudformation: Any, tmp_path: Path) -> None:
    names, folder = Names(environment="rotated"), made(tmp_path)
    rotated = names.caller_secret(AUTHENTICATED[0])
    async with aws_client("secretsmanager") as secretsmanager:
        for secret in MOUNTED_SECRETS:
            value = dict.fromkeys(secret.files.values(), "first")
            await secretsmanager.create_secret(Name=secret.source(names), SecretString=json.dumps(value))
        await secretsmanager.put_secret_value(SecretId=rotated, SecretString='{"token": "second"}')
        await mount_secrets(secretsmanager=secretsmanager, names=names, folder=folder)
    tokens = [mounted_tokens(flow, folder.secrets)() for flow in AUTHENTICATED[:2]]
    assert [[token.get_secret_value() for token in each] for each in tokens] == [["second", "first"], ["first"]]
