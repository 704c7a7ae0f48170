"""Rows 1 to 4 of the diagram, with its own numbers: the network. Each test is named after its row."""

import json

import pytest

from tests.stacks.synthesized import Properties, Synthesized


def tag(properties: Properties, key: str) -> str | None:
    found: list[str] = [each["Value"] for each in properties.get("Tags", []) if each["Key"] == key]
    return found[0] if found else None


def test_r1_vpc_has_three_tiers_of_subnets_in_three_zones_and_an_internet_gateway(dev: Synthesized) -> None:
    assert dev.network.one("AWS::EC2::VPC")["CidrBlock"] == "10.0.0.0/16"
    by_tier: dict[str | None, list[tuple[str, str]]] = {}
    for subnet in dev.network.all("AWS::EC2::Subnet"):
        tier = tag(subnet, "aws-cdk:subnet-name")
        by_tier.setdefault(tier, []).append((subnet["AvailabilityZone"], subnet["CidrBlock"]))
    assert by_tier == {
        "Public": [("us-east-1a", "10.0.1.0/24"), ("us-east-1b", "10.0.2.0/24"), ("us-east-1c", "10.0.3.0/24")],
        "App": [("us-east-1a", "10.0.16.0/20"), ("us-east-1b", "10.0.32.0/20"), ("us-east-1c", "10.0.48.0/20")],
        "Data": [("us-east-1a", "10.0.64.0/24"), ("us-east-1b", "10.0.65.0/24"), ("us-east-1c", "10.0.66.0/24")],
    }
    dev.network.one("AWS::EC2::InternetGateway")


def test_r1_data_subnets_have_no_way_out(dev: Synthesized) -> None:
    routed = {route["RouteTableId"]["Ref"] for route in dev.network.all("AWS::EC2::Route")}
    assert len(routed) == 6
    assert not [table for table in routed if "Data" in table]


def test_r2_nat_is_one_fck_nat_instance_and_no_gateway(dev: Synthesized) -> None:
    assert dev.network.all("AWS::EC2::NatGateway") == []
    template = dev.network.one("AWS::EC2::LaunchTemplate")["LaunchTemplateData"]
    assert template["InstanceType"] == "t4g.nano"
    assert template["MetadataOptions"]["HttpTokens"] == "required"
    assert template["BlockDeviceMappings"][0]["Ebs"]["Encrypted"] is True
    group = dev.network.one("AWS::AutoScaling::AutoScalingGroup")
    assert (group["MinSize"], group["MaxSize"]) == ("1", "1")
    lookup = json.loads(dev.network.one("Custom::FckNatImage")["Create"])
    (name,) = lookup["parameters"]["Filters"][0]["Values"]
    assert name.startswith("fck-nat-al2023")
    to_instance = [route for route in dev.network.all("AWS::EC2::Route") if "NetworkInterfaceId" in route]
    assert len(to_instance) == 3


def test_r2_nat_takes_https_from_the_app_subnets_and_nothing_else(dev: Synthesized) -> None:
    group = dev.network.one("AWS::EC2::SecurityGroup", GroupDescription="Security Group for NAT instances")
    assert [
        (rule["CidrIp"], rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) for rule in group["SecurityGroupIngress"]
    ] == [
        ("10.0.16.0/20", "tcp", 443, 443),
        ("10.0.32.0/20", "tcp", 443, 443),
        ("10.0.48.0/20", "tcp", 443, 443),
    ]


def endpoint_service(endpoint: Properties) -> str:
    name = endpoint["ServiceName"]
    text: str = name if isinstance(name, str) else name["Fn::Join"][1][-1]
    return text.removeprefix("com.amazonaws.us-east-1.").removeprefix(".")


def test_r3_endpoints_are_the_diagrams_seven_and_those_they_need(dev: Synthesized) -> None:
    endpoints = dev.network.all("AWS::EC2::VPCEndpoint")
    by_kind: dict[str, set[str]] = {}
    for endpoint in endpoints:
        by_kind.setdefault(endpoint["VpcEndpointType"], set()).add(endpoint_service(endpoint))
    drawn = {"sqs", "sns", "secretsmanager", "appconfig", "ecr.api", "ecr.dkr"}
    needed = {"appconfigdata", "sts", "kms", "logs", "ec2", "elasticloadbalancing", "autoscaling"}
    assert by_kind == {"Gateway": {"s3"}, "Interface": drawn | needed}
    assert all(each["PrivateDnsEnabled"] for each in endpoints if each["VpcEndpointType"] == "Interface")


def test_r3_endpoints_serve_callers_of_this_account_and_queues_of_this_environment_only(dev: Synthesized) -> None:
    for endpoint in dev.network.all("AWS::EC2::VPCEndpoint", VpcEndpointType="Interface"):
        first = endpoint["PolicyDocument"]["Statement"][0]
        assert first["Condition"] == {"StringEquals": {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}}
        if endpoint_service(endpoint) in ("sqs", "sns"):
            assert "dev-llm-judge-*" in json.dumps(first["Resource"])


@pytest.mark.parametrize(("name", "zones"), [("dev", 1), ("prod", 3)])
def test_r3_endpoints_stand_in_as_many_zones_as_the_environment_pays_for(
    stacks: dict[str, Synthesized], name: str, zones: int
) -> None:
    interfaces = stacks[name].network.all("AWS::EC2::VPCEndpoint", VpcEndpointType="Interface")
    assert {len(endpoint["SubnetIds"]) for endpoint in interfaces} == {zones}


def test_r4_security_groups_open_exactly_the_flows_to_mysql_redis_and_the_endpoints(dev: Synthesized) -> None:
    ways = dev.cluster.all("AWS::EC2::SecurityGroupIngress")
    assert sorted((way["Description"], way["FromPort"], way["ToPort"]) for way in ways) == [
        ("AWS APIs from the cluster", 443, 443),
        ("persistence-service to rds", 3306, 3306),
        ("redis-service to elasticache", 6379, 6379),
    ]
    assert all("ClusterSecurityGroupId" in json.dumps(way["SourceSecurityGroupId"]) for way in ways)
    for what in ("MySQL", "Redis"):
        group = dev.network.one("AWS::EC2::SecurityGroup", GroupDescription=f"Connections to {what}")
        assert "SecurityGroupIngress" not in group


def test_r2_nat_reaches_the_ec2_api_whose_name_leads_to_an_endpoint(dev: Synthesized) -> None:
    nat = dev.network.logical_id("AWS::EC2::SecurityGroup", GroupDescription="Security Group for NAT instances")
    ways = dev.network.all("AWS::EC2::SecurityGroupIngress", SourceSecurityGroupId={"Fn::GetAtt": [nat, "GroupId"]})
    assert [(way["FromPort"], way["ToPort"]) for way in ways] == [(443, 443)]


def test_r2_a_new_nat_image_replaces_the_running_instance(dev: Synthesized) -> None:
    (group,) = [each for each in dev.network.resources.values() if each["Type"] == "AWS::AutoScaling::AutoScalingGroup"]
    assert group["UpdatePolicy"]["AutoScalingRollingUpdate"]["MinInstancesInService"] == 0
