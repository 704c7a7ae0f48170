"""What the picture knows of templates, from small ones that say one thing each."""

import json
from pathlib import Path
from typing import Any

import pytest

from tools.architecture.access import Access, Verb, read_accesses
from tools.architecture.cluster import read_cluster
from tools.architecture.messaging import Subscription, read_messaging
from tools.architecture.network import read_network, read_ways
from tools.architecture.templates import Address, Templates, UnreadableTemplates, read_templates

Properties = dict[str, Any]


def resource(kind: str, **properties: Any) -> Properties:
    return {"Type": kind, "Properties": properties}


def stack(outputs: Properties | None = None, **resources: Properties) -> Properties:
    named = {name: {"Value": value, "Export": {"Name": name}} for name, value in (outputs or {}).items()}
    return {"Resources": resources, "Outputs": named}


def policy(role: Any, action: Any, target: Any, effect: str = "Allow") -> Properties:
    statement = {"Effect": effect, "Action": action, "Resource": target}
    return resource("AWS::IAM::Policy", Roles=[role], PolicyDocument={"Statement": [statement]})


ROLE = resource("AWS::IAM::Role", RoleName="worker-role")
TOPIC = resource("AWS::SNS::Topic", TopicName="orders-topic")
QUEUE = resource("AWS::SQS::Queue", QueueName="orders-queue")


def subscription(queue: str, **more: Any) -> Properties:
    endpoint = {"Fn::GetAtt": [queue, "Arn"]}
    return resource("AWS::SNS::Subscription", TopicArn={"Ref": "Topic"}, Endpoint=endpoint, **more)


def test_a_topic_leads_to_each_queue_that_subscribes() -> None:
    messaging = read_messaging(
        Templates({"Shop": stack(Topic=TOPIC, A=QUEUE, B=QUEUE, ToA=subscription("A"), ToB=subscription("B"))})
    )
    topic = Address("Shop", "Topic")
    assert messaging.subscriptions == (
        Subscription(topic, Address("Shop", "A"), None),
        Subscription(topic, Address("Shop", "B"), None),
    )


def test_what_a_queue_and_a_subscription_cannot_deliver_goes_where_their_redrive_policies_say() -> None:
    redrive = {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 3}
    messaging = read_messaging(
        Templates(
            {
                "Shop": stack(
                    Topic=TOPIC,
                    Queue=resource("AWS::SQS::Queue", RedrivePolicy=redrive),
                    Dead=QUEUE,
                    Link=subscription("Queue", RedrivePolicy=redrive),
                )
            }
        )
    )
    queue = messaging.queue(Address("Shop", "Queue"))
    assert (queue.dead_letters, queue.receives) == (Address("Shop", "Dead"), 3)
    assert messaging.subscriptions[0].undelivered == Address("Shop", "Dead")


def test_a_resource_without_a_name_goes_by_its_logical_id() -> None:
    messaging = read_messaging(Templates({"Shop": stack(Orders=resource("AWS::SQS::Queue"))}))
    assert [queue.name for queue in messaging.queues] == ["Orders"]


def test_a_role_may_publish_to_the_topic_of_another_stack() -> None:
    templates = Templates(
        {
            "Messages": stack({"Messages:Topic": {"Ref": "Topic"}}, Topic=TOPIC),
            "Services": stack(
                Worker=ROLE, Grant=policy({"Ref": "Worker"}, "sns:Publish", {"Fn::ImportValue": "Messages:Topic"})
            ),
        }
    )
    assert read_accesses(templates) == (
        Access(Address("Services", "Worker"), Verb.PUBLISH, Address("Messages", "Topic")),
    )


def test_a_policy_may_be_for_the_role_of_another_stack() -> None:
    templates = Templates(
        {
            "Services": stack({"Services:Worker": {"Ref": "Worker"}}, Worker=ROLE),
            "Settings": stack(
                Profile=resource("AWS::AppConfig::ConfigurationProfile"),
                Grant=policy(
                    {"Fn::ImportValue": "Services:Worker"},
                    ["appconfig:StartConfigurationSession", "appconfig:GetLatestConfiguration"],
                    {"Fn::Join": ["", ["arn:aws:appconfig:::configuration/", {"Ref": "Profile"}]]},
                ),
            ),
        }
    )
    assert read_accesses(templates) == (
        Access(Address("Services", "Worker"), Verb.READ_SETTINGS, Address("Settings", "Profile")),
    )


def test_a_secret_is_found_by_way_of_its_attachment() -> None:
    templates = Templates(
        {
            "Data": stack(
                Secret=resource("AWS::SecretsManager::Secret"),
                Attached=resource("AWS::SecretsManager::SecretTargetAttachment", SecretId={"Ref": "Secret"}),
                Worker=ROLE,
                Grant=policy({"Ref": "Worker"}, "secretsmanager:GetSecretValue", {"Ref": "Attached"}),
            )
        }
    )
    assert read_accesses(templates) == (Access(Address("Data", "Worker"), Verb.READ_SECRET, Address("Data", "Secret")),)


def test_a_policy_in_a_role_counts_and_a_denial_does_not() -> None:
    def inline(effect: str) -> Properties:
        document = policy({}, "sqs:ReceiveMessage", {"Fn::GetAtt": ["Queue", "Arn"]}, effect)["Properties"]
        return resource("AWS::IAM::Role", Policies=[document])

    templates = Templates({"Shop": stack(Queue=QUEUE, Worker=inline("Allow"), Stranger=inline("Deny"))})
    assert read_accesses(templates) == (Access(Address("Shop", "Worker"), Verb.CONSUME, Address("Shop", "Queue")),)


def test_a_security_group_lets_another_in_by_a_rule_of_its_own_or_of_a_stack() -> None:
    rule = {"IpProtocol": "tcp", "FromPort": 6379, "SourceSecurityGroupId": {"Ref": "App"}}
    templates = Templates(
        {
            "Shop": stack(
                App=resource("AWS::EC2::SecurityGroup", SecurityGroupIngress=[{"CidrIp": "10.0.0.0/8"}]),
                Cache=resource("AWS::EC2::SecurityGroup", SecurityGroupIngress=[rule]),
                Data=resource("AWS::EC2::SecurityGroup"),
                Rule=resource("AWS::EC2::SecurityGroupIngress", GroupId={"Ref": "Data"}, **{**rule, "FromPort": 3306}),
            )
        }
    )
    assert {(way.source.logical_id, way.group.logical_id, way.port) for way in read_ways(templates)} == {
        ("App", "Cache", 6379),
        ("App", "Data", 3306),
    }


def test_a_subnet_leaves_by_the_default_route_of_its_table() -> None:
    def subnet(name: str) -> Properties:
        tags = [{"Key": "aws-cdk:subnet-name", "Value": name}, {"Key": "aws-cdk:subnet-type", "Value": name}]
        return resource("AWS::EC2::Subnet", AvailabilityZone="eu-west-1a", CidrBlock="10.0.1.0/24", Tags=tags)

    table = {"RouteTableId": {"Ref": "Table"}}
    templates = Templates(
        {
            "Net": stack(
                Vpc=resource("AWS::EC2::VPC", CidrBlock="10.0.0.0/16"),
                Door=resource("AWS::EC2::InternetGateway"),
                Public=subnet("Public"),
                Data=subnet("Isolated"),
                Table=resource("AWS::EC2::RouteTable", VpcId={"Ref": "Vpc"}),
                Link=resource("AWS::EC2::SubnetRouteTableAssociation", SubnetId={"Ref": "Public"}, **table),
                Peer=resource("AWS::EC2::Route", DestinationCidrBlock="10.9.0.0/16", GatewayId={"Ref": "Vpc"}, **table),
                Way=resource("AWS::EC2::Route", DestinationCidrBlock="0.0.0.0/0", GatewayId={"Ref": "Door"}, **table),
            )
        }
    )
    network = read_network(templates)
    assert network.region == "eu-west-1"
    assert {tier.name: tier.subnets[0].way_out for tier in network.tiers} == {
        "Public": Address("Net", "Door"),
        "Isolated": None,
    }


def test_a_workload_is_known_by_its_role_its_chart_its_deployment_or_its_place_in_the_settings() -> None:
    issuer = {"Fn::Select": [1, {"Fn::Split": [":oidc-provider/", {"Ref": "Issuer"}]}]}
    condition = {"Fn::Join": ["", ['{"', issuer, ':sub":"system:serviceaccount:shop:till"}']]}
    trust = {
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {"Fn::GetAtt": ["Trust", "Value"]}},
    }
    document = json.dumps({"service_urls": {"till": "http://till.shop.svc:80", "shelf": "http://shelf.shop.svc:81"}})
    deployments = [{"kind": "Deployment", "metadata": {"namespace": "shop", "name": name}} for name in ("till", "door")]
    templates = Templates(
        {
            "Shop": stack(
                Cluster=resource("AWS::EKS::Cluster", Name="shop", Version="1.35"),
                Trust=resource("Custom::AWSCDKCfnJson", Value=condition),
                Till=resource("AWS::IAM::Role", AssumeRolePolicyDocument={"Statement": [trust]}, RoleName="till-role"),
                Chart=resource("Custom::AWSCDK-EKS-HelmChart", Namespace="system", Release="scaler", Version="9.1"),
                Settings=resource("AWS::AppConfig::HostedConfigurationVersion", Content=document),
                Applied=resource("Custom::AWSCDK-EKS-KubernetesResource", Manifest=json.dumps(deployments)),
            )
        }
    )
    assert [
        (found.namespace, found.name, found.port, found.role_name, found.chart_version)
        for found in read_cluster(templates).workloads
    ] == [
        ("shop", "till", 80, "till-role", ""),
        ("shop", "shelf", 81, "", ""),
        ("system", "scaler", None, "", "9.1"),
        ("shop", "door", None, "", ""),
    ]


def test_a_node_group_that_aws_names_goes_by_its_label() -> None:
    def nodes(**properties: Any) -> Properties:
        return resource("AWS::EKS::Nodegroup", ScalingConfig={"MinSize": 0, "MaxSize": 1}, **properties)

    named, labelled = nodes(NodegroupName="shop-gpu"), nodes(Labels={"shop/node-group": "system"})
    templates = Templates({"Shop": stack(Cluster=resource("AWS::EKS::Cluster"), A=named, B=labelled, C=nodes())})
    assert [group.name for group in read_cluster(templates).node_groups] == ["shop-gpu", "system", "C"]


def test_of_two_node_groups_for_the_same_pods_the_autoscaler_falls_back_to_the_lower_priority() -> None:
    def nodes() -> Properties:
        return resource("AWS::EKS::Nodegroup", ScalingConfig={"MinSize": 0}, Labels={"pool": "till"})

    values = json.dumps({"expanderPriorities": {"1": [".*Spare.*"], "20": [".*Spot.*"]}})
    autoscaler = resource("Custom::AWSCDK-EKS-HelmChart", Chart="cluster-autoscaler", Release="scaler", Values=values)
    cluster = resource("AWS::EKS::Cluster")
    templates = Templates({"Shop": stack(Cluster=cluster, Chart=autoscaler, SpareA1=nodes(), SpotB2=nodes())})
    assert [group.is_fallback for group in read_cluster(templates).node_groups] == [True, False]


def test_an_import_that_nobody_exports_is_named() -> None:
    templates = Templates(
        {"Shop": stack(Worker=ROLE, Grant=policy({"Ref": "Worker"}, "sns:Publish", {"Fn::ImportValue": "Old:Topic"}))}
    )
    with pytest.raises(UnreadableTemplates, match="Shop imports Old:Topic, which no stack exports: run `make synth`"):
        read_accesses(templates)


def test_templates_without_a_network_are_no_architecture() -> None:
    with pytest.raises(UnreadableTemplates, match=r"Shop: no AWS::EC2::VPC, so no architecture to draw"):
        read_network(Templates({"Shop": stack(Queue=QUEUE)}))


def test_only_the_templates_of_the_environment_are_read(tmp_path: Path) -> None:
    for name in ("Shop-Dev", "Shop-Dev-Data", "Shop-Devil", "Shop-Prod"):
        (tmp_path / f"{name}.template.json").write_text(json.dumps(stack()))
    assert set(read_templates(tmp_path, "Shop-Dev").stacks) == {"Shop-Dev", "Shop-Dev-Data"}
