"""Rows 5 to 8 of the diagram, with its own numbers: data, secrets, messages. Each test is named after its row."""

import json
from typing import Any

import pytest

from config.limits import SNS_MESSAGE_BYTES
from tests.stacks.synthesized import Synthesized


@pytest.mark.parametrize(
    ("name", "instance", "multi_az", "protected"),
    [("dev", "db.t4g.medium", False, False), ("prod", "db.m6g.large", True, True)],
)
def test_r5_rds_is_an_encrypted_mysql_as_large_as_the_diagram_says(
    stacks: dict[str, Synthesized], name: str, instance: str, multi_az: bool, protected: bool
) -> None:
    database = stacks[name].data.one("AWS::RDS::DBInstance")
    expected = {
        "Engine": "mysql",
        "DBInstanceClass": instance,
        "DBName": "llm_judge",
        "Port": "3306",
        "StorageType": "gp3",
        "StorageEncrypted": True,
        "MultiAZ": multi_az,
        "EnableIAMDatabaseAuthentication": True,
        "DeletionProtection": protected,
        "PubliclyAccessible": False,
    }
    assert {key: database[key] for key in expected} == expected
    assert database["EngineVersion"].startswith("8.4.")
    assert "KmsKeyId" in database


@pytest.mark.parametrize(("name", "policy"), [("dev", "Delete"), ("prod", "Snapshot")])
def test_r5_rds_of_production_leaves_a_snapshot_behind(stacks: dict[str, Synthesized], name: str, policy: str) -> None:
    (resource,) = [each for each in stacks[name].data.resources.values() if each["Type"] == "AWS::RDS::DBInstance"]
    assert resource["DeletionPolicy"] == policy


def test_r5_rds_refuses_connections_without_tls(dev: Synthesized) -> None:
    group = dev.data.one("AWS::RDS::DBParameterGroup")
    assert group["Family"] == "mysql8.4"
    assert group["Parameters"]["require_secure_transport"] == "1"


@pytest.mark.parametrize(("name", "node", "nodes"), [("dev", "cache.t4g.medium", 1), ("prod", "cache.m6g.large", 2)])
def test_r6_elasticache_is_redis_7_1_with_tls_and_a_password_and_evicts_nothing(
    stacks: dict[str, Synthesized], name: str, node: str, nodes: int
) -> None:
    data = stacks[name].data
    cache = data.one("AWS::ElastiCache::ReplicationGroup")
    expected = {
        "Engine": "redis",
        "EngineVersion": "7.1",
        "CacheNodeType": node,
        "NumCacheClusters": nodes,
        "Port": 6379,
        "TransitEncryptionEnabled": True,
        "TransitEncryptionMode": "required",
        "AtRestEncryptionEnabled": True,
        "AutomaticFailoverEnabled": nodes > 1,
        "MultiAZEnabled": nodes > 1,
    }
    assert {key: cache[key] for key in expected} == expected
    assert "resolve:secretsmanager" in json.dumps(cache["AuthToken"])
    parameters = data.one("AWS::ElastiCache::ParameterGroup")
    assert parameters["Properties"] == {"maxmemory-policy": "noeviction"}
    assert stacks[name].environment.limits.request_ttl_seconds == 7 * 24 * 3600


def test_r7_secrets_are_passwords_tokens_between_services_and_public_sealing_keys_but_no_provider_key(
    dev: Synthesized,
) -> None:
    assert sorted(secret["Name"] for secret in dev.data.all("AWS::SecretsManager::Secret")) == [
        *(
            f"dev-llm-judge/callers/{caller}-service-to-{called}-service"
            for caller, called in (
                ("gateway", "persistence"),
                ("gateway", "redis"),
                ("inference", "redis"),
                ("judge", "persistence"),
                ("judge", "redis"),
            )
        ),
        "dev-llm-judge/mysql",
        "dev-llm-judge/redis",
        "dev-llm-judge/sealing-keyset",
    ]
    everything = json.dumps([template.body for template in dev.by_name.values()]).lower()
    assert "openai_api_key" not in everything
    assert "google_api_key" not in everything


@pytest.mark.fault("F50")
@pytest.mark.parametrize("channel", ["inference", "judge"])
def test_r8_channels_are_a_topic_a_queue_and_dead_letter_queues_that_keep_longer(
    dev: Synthesized, channel: str
) -> None:
    messaging = dev.messaging
    topic = messaging.logical_id("AWS::SNS::Topic", TopicName=f"dev-llm-judge-{channel}-topic")
    queue_id = messaging.logical_id("AWS::SQS::Queue", QueueName=f"dev-llm-judge-{channel}-queue")
    dead_id = messaging.logical_id("AWS::SQS::Queue", QueueName=f"dev-llm-judge-{channel}-queue-dlq")
    undelivered_id = messaging.logical_id("AWS::SQS::Queue", QueueName=f"dev-llm-judge-{channel}-topic-dlq")
    queue = messaging.resources[queue_id]["Properties"]
    limits = dev.environment.limits
    assert queue["VisibilityTimeout"] == limits.visibility_timeout_seconds
    assert queue["ReceiveMessageWaitTimeSeconds"] == 20
    assert queue["MaximumMessageSize"] == SNS_MESSAGE_BYTES
    assert queue["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": [dead_id, "Arn"]},
        "maxReceiveCount": limits.max_receive_count,
    }
    dead, undelivered = (messaging.resources[name]["Properties"] for name in (dead_id, undelivered_id))
    assert dead["MessageRetentionPeriod"] > queue["MessageRetentionPeriod"]
    assert dead["RedriveAllowPolicy"]["redrivePermission"] == "byQueue"
    assert f"dev-llm-judge-{channel}-queue" in json.dumps(dead["RedriveAllowPolicy"]["sourceQueueArns"])
    assert undelivered["RedriveAllowPolicy"] == {"redrivePermission": "denyAll"}
    subscription = messaging.one("AWS::SNS::Subscription", TopicArn={"Ref": topic})
    assert subscription["RawMessageDelivery"] is True
    assert subscription["Endpoint"] == {"Fn::GetAtt": [queue_id, "Arn"]}
    assert subscription["RedrivePolicy"] == {"deadLetterTargetArn": {"Fn::GetAtt": [undelivered_id, "Arn"]}}


@pytest.mark.fault("F50")
@pytest.mark.parametrize("channel", ["inference", "judge"])
def test_r8_a_queue_takes_messages_from_its_one_topic_only_and_only_over_tls(dev: Synthesized, channel: str) -> None:
    messaging = dev.messaging
    topic = messaging.logical_id("AWS::SNS::Topic", TopicName=f"dev-llm-judge-{channel}-topic")
    queue = messaging.logical_id("AWS::SQS::Queue", QueueName=f"dev-llm-judge-{channel}-queue")
    statements = messaging.one("AWS::SQS::QueuePolicy", Queues=[{"Ref": queue}])["PolicyDocument"]["Statement"]
    allowed = [statement for statement in statements if statement["Effect"] == "Allow"]
    assert [(each["Action"], each["Principal"], each["Condition"]) for each in allowed] == [
        ("sqs:SendMessage", {"Service": "sns.amazonaws.com"}, {"ArnEquals": {"aws:SourceArn": {"Ref": topic}}})
    ]
    assert refuses_plain_http(statements)


def test_r8_topics_and_queues_are_encrypted_and_refuse_plain_http(dev: Synthesized) -> None:
    messaging = dev.messaging
    assert all(
        "KmsMasterKeyId" in each for each in [*messaging.all("AWS::SNS::Topic"), *messaging.all("AWS::SQS::Queue")]
    )
    policies = [*messaging.all("AWS::SQS::QueuePolicy"), *messaging.all("AWS::SNS::TopicPolicy")]
    assert len(policies) == 8
    assert all(refuses_plain_http(policy["PolicyDocument"]["Statement"]) for policy in policies)


def refuses_plain_http(statements: list[dict[str, Any]]) -> bool:
    return any(
        each["Effect"] == "Deny" and each["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        for each in statements
    )
