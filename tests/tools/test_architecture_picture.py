"""The picture of the real templates: all that it must show, and that it can be read."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from config.callers import AUTHENTICATED
from config.environments import CLOUD_ENVIRONMENTS, DEV
from config.topology import CHANNELS, GATEWAY
from tests.stacks.synthesized import synthesize
from tests.tools.readable_picture import assert_readable, box_span, holds
from tools.architecture.access import Verb
from tools.architecture.layout import DETAIL_SIZE, Placed
from tools.architecture.model import Architecture, read_architecture
from tools.architecture.picture import WIDTH, Picture, picture
from tools.architecture.routes import Point
from tools.architecture.svg import svg
from tools.architecture.templates import Templates

ROOT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"
NAMES = list(CLOUD_ENVIRONMENTS)

Bodies = Mapping[str, Mapping[str, Any]]


@pytest.fixture(scope="module")
def bodies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Bodies]]:
    """Template by stack name, by environment."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CDK_VALIDATION", "false")
        made = synthesize(tmp_path_factory.mktemp("cdk.out"))
        yield {
            name: {stack: template.body for stack, template in stacks.by_name.items()} for name, stacks in made.items()
        }


def read(bodies: Bodies) -> Architecture:
    return read_architecture(Templates(bodies))


def drawn(bodies: Bodies, environment: str = "dev") -> Picture:
    return picture(read(bodies), CLOUD_ENVIRONMENTS[environment].names.prefix)


def texts(picture: Picture) -> list[str]:
    return [text.text for placed in picture.root.everything() for text in placed.texts]


def by_title(picture: Picture, title: str) -> Placed:
    (found,) = [placed for placed in picture.root.everything() if placed.box.title == title]
    return found


def added(bodies: Bodies, stack: str, **resources: Any) -> Bodies:
    template = bodies[stack]
    return {**bodies, stack: {**template, "Resources": {**template["Resources"], **resources}}}


@pytest.mark.parametrize("name", NAMES)
def test_no_box_text_or_arrow_is_in_the_way_of_another(name: str, bodies: dict[str, Bodies]) -> None:
    assert_readable(drawn(bodies[name], name))


def test_the_roles_may_do_what_the_topology_says_and_no_more(bodies: dict[str, Bodies]) -> None:
    architecture = read(bodies["dev"])
    names, management = DEV.names, architecture.management
    workloads = {workload.role: workload.name for workload in architecture.cluster.workloads}
    targets = {topic.address: topic.name for topic in architecture.messaging.topics}
    targets |= {queue.address: queue.name for queue in architecture.messaging.queues}
    targets |= {secret.address: secret.name for secret in management.secrets}
    wanted = {
        *((service, Verb.PUBLISH, names.topic(each)) for each in CHANNELS for service in each.publishers),
        *((each.consumer, Verb.CONSUME, names.queue(each)) for each in CHANNELS),
        *((each.consumer, Verb.CONSUME, names.dead_letter_queue(each)) for each in CHANNELS),
        (GATEWAY.name, Verb.READ_SECRET, names.sealing_keyset),
        *(("external-secrets", Verb.READ_SECRET, name) for name in (names.database_secret, names.redis_secret)),
        *(("external-secrets", Verb.READ_SECRET, names.caller_secret(flow)) for flow in AUTHENTICATED),
    }
    assert wanted == {
        (workloads[access.role], access.verb, targets[access.target])
        for access in architecture.accesses
        if access.target in targets
    }


@pytest.mark.parametrize("name", NAMES)
def test_an_arrow_meets_the_box_of_every_role_and_of_every_resource_that_it_may_use(
    name: str, bodies: dict[str, Bodies]
) -> None:
    architecture, shown = read(bodies[name]), drawn(bodies[name], name)
    places = {placed.box.key: placed for placed in shown.root.everything()}
    ends = [{line[0] for line in arrow.lines} | {line[-1] for line in arrow.lines} for arrow in shown.arrows]
    accesses = [access for access in architecture.accesses if access.role in places]
    assert len(accesses) > len(CHANNELS)
    source = {queue.dead_letters: queue.address for queue in architecture.messaging.queues if queue.dead_letters}
    for access in accesses:
        if access.target in source:
            # Its line to the queue speaks for the dead letters too.
            assert replace(access, target=source[access.target]) in accesses
            continue
        role, target = places[access.role], places[access.target]
        assert any(meets(points, role) and meets(points, target) for points in ends), access


def meets(points: set[Point], placed: Placed) -> bool:
    return any(x in {placed.x, placed.right} and placed.y < y < placed.bottom for x, y in points)


def test_the_diagrams_numbers_are_in_the_picture(bodies: dict[str, Bodies]) -> None:
    said = "\n".join(texts(drawn(bodies["dev"])))
    for fact in (
        "VPC 10.0.0.0/16",
        "10.0.3.0/24",
        "10.0.48.0/20",
        "10.0.66.0/24",
        "t4g.nano",
        "Internet gateway",
        "2 to 10 nodes, spot",
        "m6i.large, m5.large",
        "gateway-service :8000",
        "dev-judge-svc-role",
        "internet-facing, HTTPS 443 from 0.0.0.0/0",
        "db.t4g.medium, one zone",
        "lets in tcp 3306",
        "cache.t4g.medium, 1 node",
        "judge-queue-dlq",
        "sealing-keyset",
        "50 USD, 100 USD, 150 USD, 200 USD",
    ):
        assert fact in said


def test_requests_come_from_the_internet_through_the_load_balancer_down_to_the_gateway(
    bodies: dict[str, Bodies],
) -> None:
    shown = drawn(bodies["dev"])
    internet, gateway = by_title(shown, "Internet"), by_title(shown, "gateway-service :8000")
    balancer, public = by_title(shown, "Load balancer alb"), by_title(shown, "Public subnets")
    assert holds(box_span(public), box_span(balancer))
    assert DEV.public.domain in "\n".join(balancer.box.lines)
    ways = {(line[0][1], line[-1][1]) for arrow in shown.arrows for line in arrow.lines}
    assert {(internet.bottom, balancer.y), (balancer.bottom, gateway.y)} <= ways


def test_a_service_says_how_many_pods_it_has_and_which_pods_call_it(bodies: dict[str, Bodies]) -> None:
    shown = drawn(bodies["dev"])
    said = {
        service: by_title(shown, f"{service}-service :{port}").box.lines[1:]
        for service, port in (("redis", 8001), ("inference", 8003), ("ai-model", 8005))
    }
    assert said == {
        "redis": ("2 to 4 pods, by CPU", "from gateway, inference, judge"),
        "inference": ("1 to 4 pods, by backlog", "from no other pod"),
        "ai-model": ("no pods", "from inference, judge"),
    }


def test_a_cluster_without_an_ingress_has_no_load_balancer(bodies: dict[str, Bodies]) -> None:
    umbrella = DEV.names.umbrella_stack
    kept = {
        name: found
        for name, found in bodies["dev"][umbrella]["Resources"].items()
        if "internet-facing" not in json.dumps(found)
    }
    shown = drawn({**bodies["dev"], umbrella: {**bodies["dev"][umbrella], "Resources": kept}})
    assert not [text for text in texts(shown) if "Load balancer" in text]
    assert_readable(shown)


def test_a_queue_that_is_added_appears_beside_its_topic(bodies: dict[str, Bodies]) -> None:
    stack = DEV.names.stack("Messaging")
    (topic,) = [
        name
        for name, found in bodies["dev"][stack]["Resources"].items()
        if found["Properties"].get("TopicName") == DEV.names.topic(CHANNELS[0])
    ]
    link = {"TopicArn": {"Ref": topic}, "Endpoint": {"Fn::GetAtt": ["Audit", "Arn"]}}
    more = added(
        bodies["dev"],
        stack,
        Audit={"Type": "AWS::SQS::Queue", "Properties": {"QueueName": f"{DEV.names.prefix}-audit-queue"}},
        Link={"Type": "AWS::SNS::Subscription", "Properties": link},
    )
    shown = drawn(more)
    box = by_title(shown, "audit-queue")
    assert any(meets({line[-1] for line in arrow.lines}, box) for arrow in shown.arrows)
    assert_readable(shown)


def test_a_node_group_that_is_added_appears(bodies: dict[str, Bodies]) -> None:
    group = {
        "NodegroupName": f"{DEV.names.prefix}-gpu",
        "InstanceTypes": ["g4dn.xlarge"],
        "CapacityType": "SPOT",
        "ScalingConfig": {"MinSize": 0, "MaxSize": 1},
    }
    shown = drawn(
        added(bodies["dev"], DEV.names.stack("Cluster"), Gpu={"Type": "AWS::EKS::Nodegroup", "Properties": group})
    )
    assert by_title(shown, "Nodes: gpu").box.lines[:2] == ("0 to 1 nodes, spot", "g4dn.xlarge")
    assert_readable(shown)


def test_a_long_name_without_a_separator_is_broken(bodies: dict[str, Bodies]) -> None:
    stack = DEV.names.stack("Cluster")
    group = {"Type": "AWS::EKS::Nodegroup", "Properties": {"NodegroupName": "x" * 63}}
    assert_readable(drawn(added(bodies["dev"], stack, Long=group)))


def test_the_same_templates_make_the_same_picture_in_whatever_order_they_are_read(bodies: dict[str, Bodies]) -> None:
    backwards = dict(reversed(json.loads(json.dumps(bodies["dev"])).items()))
    assert svg(drawn(backwards)) == svg(drawn(bodies["dev"]))


def test_the_svg_has_every_box_and_every_text(bodies: dict[str, Bodies]) -> None:
    shown = drawn(bodies["dev"])
    root = ET.fromstring(svg(shown))  # noqa: S314 - our own
    assert [found.text for found in root.iter(f"{SVG}text")] == texts(shown)
    boxes = [found for found in root.iter(f"{SVG}rect") if found.get("class", "").startswith(("leaf", "around"))]
    assert len(boxes) == sum(placed.box.is_framed for placed in shown.root.everything())
    assert DETAIL_SIZE * 838 / WIDTH > 9, "GitHub shows a README 838 pixels wide"


def test_the_picture_in_the_docs_is_of_these_stacks(bodies: dict[str, Bodies]) -> None:
    shown = (ROOT / "docs/architecture-dev.svg").read_text()
    assert shown == svg(drawn(bodies["dev"])), "the stacks have changed: run `make picture`"
