"""What the services find in AWS: made once, repaired as often as asked, and read as they read it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.callers import AUTHENTICATED
from config.environments import LOCAL
from config.runtime_document import MySqlAddress, RedisAddress, RuntimeDocument
from config.tenant import Tenant
from config.topology import INFERENCE_CHANNEL, JUDGE_CHANNEL, SERVICES, Provider, Stage
from runtime.keys.keyring import Keyring
from runtime.keys.published_keys import PublishedKeys
from runtime.kit.aws import aws_client
from runtime.kit.settings import Settings
from runtime.kit.tokens import mounted_tokens
from runtime.local.document import LocalModel
from runtime.local.part import NotReady
from runtime.local.ports import LOOPBACK
from runtime.local.provision.provisioner import NAMES, Provisioner
from runtime.local.replacements import MySqlServer, RedisServer
from tests.runtime.local.stand_ins import made
from tests.servers.aws import use_endpoint
from tests.servers.process import free_port

pytestmark = pytest.mark.servers
PORTS = {service.name: service.port for service in SERVICES}


@pytest.fixture
def provisioner(tmp_path: Path, emulator_at: str, monkeypatch: pytest.MonkeyPatch) -> Provisioner:
    use_endpoint(monkeypatch, emulator_at)
    return Provisioner(
        folder=made(tmp_path),
        ports=PORTS,
        mysql=MySqlServer(MySqlAddress(host=LOOPBACK, port=1, database="d", tls=False), "app", "database-password"),
        redis=RedisServer(RedisAddress(host=LOOPBACK, port=2, tls=False), "redis-password"),
        model=LocalModel("tiny", 4),
        environment={},
    )


def now() -> datetime:
    return datetime.now(UTC)


async def read_document() -> RuntimeDocument:
    async with aws_client("appconfigdata") as client, Settings(appconfigdata=client, names=NAMES) as settings:
        return settings()


async def test_the_services_read_what_was_provisioned(provisioner: Provisioner) -> None:
    await provisioner.provision()
    document = await read_document()
    assert document.limits == LOCAL.limits
    assert document.default_models.judge == "local/tiny"
    # Both stages share the slots of the one model.
    assert 2 * document.providers[Provider.LOCAL].max_in_flight == 4
    assert set(document.channels) == {INFERENCE_CHANNEL.name, JUDGE_CHANNEL.name}
    assert "database-password" not in document.model_dump_json()
    assert (provisioner.folder.secrets / "mysql-password").read_text() == "database-password"
    assert (provisioner.folder.secrets / "redis-password").stat().st_mode & 0o077 == 0
    tokens = {mounted_tokens(flow, provisioner.folder.secrets)()[0].get_secret_value() for flow in AUTHENTICATED}
    assert len(tokens) == len(AUTHENTICATED)
    assert all(len(token) >= 32 for token in tokens)


async def test_provisioning_again_changes_nothing(provisioner: Provisioner) -> None:
    await provisioner.provision()
    before = await read_document()
    await provisioner.provision()
    assert await read_document() == before
    async with aws_client("appconfig") as appconfig:
        applications = (await appconfig.list_applications())["Items"]
    assert [item["Name"] for item in applications].count(NAMES.appconfig_application) == 1


async def test_a_published_message_reaches_its_queue(provisioner: Provisioner) -> None:
    await provisioner.provision()
    address = (await read_document()).channels[JUDGE_CHANNEL.name]
    async with aws_client("sns") as sns, aws_client("sqs") as sqs:
        await sns.publish(TopicArn=address.topic_arn, Message="hello")
        received = await sqs.receive_message(QueueUrl=address.queue_url, WaitTimeSeconds=10)
        attributes = (await sqs.get_queue_attributes(QueueUrl=address.queue_url, AttributeNames=["All"]))["Attributes"]
    assert [message["Body"] for message in received["Messages"]] == ["hello"]
    assert int(attributes["VisibilityTimeout"]) == LOCAL.limits.visibility_timeout_seconds
    assert f'"{LOCAL.limits.max_receive_count}"' in attributes["RedrivePolicy"]


async def test_the_gateway_knows_genuine_keys_that_each_stage_can_open(provisioner: Provisioner) -> None:
    await provisioner.provision()
    document = await read_document()
    async with aws_client("kms") as kms, aws_client("secretsmanager") as secrets:
        published = PublishedKeys(secrets=secrets, names=NAMES, verify_key=lambda: document.sealing_verify_key, now=now)
        await published.refresh()
        for stage in Stage:
            keyring = Keyring(stage=stage, names=NAMES, secrets=secrets, kms=kms, now=now)
            key = published.keyset().usable(stage, now=now())
            assert key is not None
            assert (await keyring.private_key(key.kid)).public_key() == key.key


async def test_without_the_model_no_request_is_sent_to_it_by_default(provisioner: Provisioner) -> None:
    await provisioner.provision()
    await provisioner.provision_without_model()
    document = await read_document()
    assert document.default_models.judge is None
    assert Provider.LOCAL not in document.providers


async def test_tenants_are_let_in_by_the_document(provisioner: Provisioner) -> None:
    await provisioner.provision()
    assert (await read_document()).is_open
    provisioner.tenants = (Tenant(name="acme", key_hashes=("a" * 64,)),)
    await provisioner.provision()
    document = await read_document()
    assert document.tenants == provisioner.tenants
    assert not document.is_open


async def test_aws_that_does_not_answer_is_waited_for(
    provisioner: Provisioner, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_endpoint(monkeypatch, f"http://{LOOPBACK}:{free_port()}")
    with pytest.raises(NotReady, match=r"AWS answered|unavailable"):
        await provisioner.provision()
