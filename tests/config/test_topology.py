import pytest
from pydantic import ValidationError

from config.limits import SNS_MESSAGE_BYTES, Limits
from config.naming import Names
from config.topology import CHANNELS, FLOWS, GOOGLE_API, INFERENCE, JUDGE, OPENAI_API, SERVICES, Provider


def test_every_service_has_its_own_name_and_port() -> None:
    assert len({service.name for service in SERVICES}) == len({service.port for service in SERVICES}) == 6


def test_the_channels_are_those_of_the_diagram() -> None:
    edges = [(channel.publishers, channel.topic, channel.queue, channel.consumer) for channel in CHANNELS]
    assert edges == [
        (("gateway-service",), "inference-topic", "inference-queue", "inference-service"),
        (("inference-service",), "judge-topic", "judge-queue", "judge-service"),
    ]


def test_whoever_publishes_or_consumes_has_the_flow_for_it() -> None:
    flows = {(flow.source, flow.destination) for flow in FLOWS}
    for channel in CHANNELS:
        assert {(publisher, "sns") for publisher in channel.publishers} <= flows
        assert (channel.consumer, "sqs") in flows


def test_each_flow_to_a_service_ends_on_the_port_that_it_listens_on() -> None:
    ports = {service.name: service.port for service in SERVICES}
    assert all(flow.port == ports[flow.destination] for flow in FLOWS if flow.destination in ports)


def test_only_the_stage_that_may_call_a_provider_reaches_it() -> None:
    assert [flow.source for flow in FLOWS if flow.destination == OPENAI_API] == [INFERENCE.name, JUDGE.name]
    assert [flow.source for flow in FLOWS if flow.destination == GOOGLE_API] == [JUDGE.name]
    assert {Provider.GOOGLE, Provider.OPENAI} <= set(JUDGE.providers)
    assert Provider.GOOGLE not in INFERENCE.providers


def test_names_carry_the_environment() -> None:
    names = Names(environment="dev")
    assert names.topic(CHANNELS[0]) == "dev-llm-judge-inference-topic"
    assert names.dead_letter_queue(CHANNELS[1]) == "dev-llm-judge-judge-queue-dlq"


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"visibility_timeout_seconds": 100}, "visibility_timeout_seconds"),
        ({"heartbeat_seconds": 120}, "heartbeat_seconds"),
        ({"drain_seconds": 10}, "drain_seconds"),
        ({"dead_letter_retention_seconds": 60}, "dead_letter_retention_seconds"),
        ({"max_message_bytes": SNS_MESSAGE_BYTES + 1}, "max_message_bytes"),
        ({"receive_wait_seconds": 21}, "receive_wait_seconds"),
        ({"request_ttl_seconds": 3599}, "request_ttl_seconds must be at least evaluation_deadline_seconds"),
    ],
)
def test_limits_that_contradict_each_other_are_refused_by_name(wrong: dict[str, int], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        Limits(**wrong)
