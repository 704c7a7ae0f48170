"""What is read from a deployment: its stacks, what made one fail, and its secrets."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from config.naming import Names
from runtime.kit.aws import aws_client
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
    async with aws_client("secretsmanager") as secretsmanager:
        database = {"username": "judge", "password": "of the database", "engine": "mysql"}
        for name, value in ((names.database_secret, database), (names.redis_secret, {"password": "of redis"})):
            await secretsmanager.create_secret(Name=name, SecretString=json.dumps(value))
        await mount_secrets(secretsmanager=secretsmanager, names=names, folder=folder)
    mounted = {path.name: path.read_text() for path in folder.secrets.iterdir()}
    assert mounted == {"mysql-username": "judge", "mysql-password": "of the database", "redis-password": "of redis"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.secrets.iterdir())
