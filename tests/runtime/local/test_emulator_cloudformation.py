"""The corrections of CloudFormation in the emulator, seen through the AWS API."""

import asyncio
import http.client
import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from ministack.services.cloudformation import provisioners

from runtime.kit.aws import aws_client
from runtime.local.aws_access import ACCOUNT
from runtime.local.emulator.recorded import METRIC_MATH, RECORDED_ONLY
from tests.servers.aws import REGION, use_endpoint

pytestmark = pytest.mark.servers
Template = dict[str, Any]


class Stack:
    """One of its own for each test."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.name = f"Test-{uuid4().hex[:8]}"

    async def create(self, resources: Template, **outputs: Any) -> dict[str, str]:
        await self._client.create_stack(StackName=self.name, TemplateBody=_body(resources, outputs))
        return await self._settled("CREATE_COMPLETE")

    async def update(self, resources: Template, **outputs: Any) -> dict[str, str]:
        await self._client.update_stack(StackName=self.name, TemplateBody=_body(resources, outputs))
        return await self._settled("UPDATE_COMPLETE")

    async def delete(self) -> None:
        await self._client.delete_stack(StackName=self.name)

    async def _settled(self, wanted: str) -> dict[str, str]:
        async with asyncio.timeout(20):
            while (stack := await self._described())["StackStatus"].endswith("_IN_PROGRESS"):
                await asyncio.sleep(0.02)
        assert stack["StackStatus"] == wanted, stack
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", ())}

    async def _described(self) -> dict[str, Any]:
        described: dict[str, Any] = (await self._client.describe_stacks(StackName=self.name))["Stacks"][0]
        return described


def _body(resources: Template, outputs: dict[str, Any]) -> str:
    return json.dumps({"Resources": resources, "Outputs": {name: {"Value": value} for name, value in outputs.items()}})


@pytest.fixture
async def stack(emulator_at: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stack]:
    use_endpoint(monkeypatch, emulator_at)
    async with aws_client("cloudformation") as client:
        yield Stack(client)


def alarm(name: str, **metric: Any) -> Template:
    compared = {"ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1, "Threshold": 1}
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": {"AlarmName": name, **compared, **metric}}


async def test_a_recorded_resource_has_the_name_and_the_attributes_that_others_ask_for(stack: Stack) -> None:
    provider = {"Url": "https://oidc.example/id/1", "ClientIdList": ["sts.amazonaws.com"]}
    made = await stack.create(
        {
            "Provider": {"Type": "AWS::IAM::OIDCProvider", "Properties": provider},
            "Image": {"Type": "Custom::FckNatImage", "Properties": {"ServiceToken": "none"}},
            "Ratio": alarm("ratio", Metrics=[{"Id": "e", "Expression": "1/2"}]),
        },
        Provider={"Ref": "Provider"},
        Image={"Fn::GetAtt": ["Image", "Images.0.ImageId"]},
        Ratio={"Fn::GetAtt": ["Ratio", "Arn"]},
    )
    assert made["Provider"] == f"arn:aws:iam::{ACCOUNT}:oidc-provider/oidc.example/id/1"
    assert made["Image"].startswith("ami-")
    assert made["Ratio"] == f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:ratio"


async def test_a_recorded_resource_keeps_its_name_through_an_update(stack: Stack) -> None:
    def budget(dollars: int) -> Template:
        return {"Budget": {"Type": "AWS::Budgets::Budget", "Properties": {"Budget": {"BudgetLimit": dollars}}}}

    before = await stack.create(budget(50), Name={"Ref": "Budget"})
    assert await stack.update(budget(100), Name={"Ref": "Budget"}) == before
    await stack.delete()


async def test_an_alarm_on_one_metric_is_created_for_real(stack: Stack) -> None:
    await stack.create(
        {
            "Plain": alarm("plain", Namespace="N", MetricName="M", Statistic="Sum", Period=60),
            "Ratio": alarm("sum", Metrics=[{"Id": "e", "Expression": "1+2"}]),
        }
    )
    async with aws_client("cloudwatch") as cloudwatch:
        found = (await cloudwatch.describe_alarms(AlarmNames=["plain", "sum"]))["MetricAlarms"]
    assert [one["AlarmName"] for one in found] == ["plain"]


async def test_a_generated_password_is_as_the_template_wants_it(stack: Stack) -> None:
    wanted = {
        "SecretStringTemplate": '{"username":"judge"}',
        "GenerateStringKey": "password",
        "PasswordLength": 400,
        "ExcludePunctuation": True,
        "ExcludeCharacters": "abc",
    }
    secret = {"Type": "AWS::SecretsManager::Secret", "Properties": {"GenerateSecretString": wanted}}
    arn = (await stack.create({"Secret": secret}, Arn={"Ref": "Secret"}))["Arn"]
    async with aws_client("secretsmanager") as secretsmanager:
        value = json.loads((await secretsmanager.get_secret_value(SecretId=arn))["SecretString"])
    assert value["username"] == "judge"
    assert len(value["password"]) == 400
    assert value["password"].isalnum()
    assert not set(value["password"]) & set("abc")


async def test_the_document_of_each_deployment_is_the_one_that_is_read(stack: Stack) -> None:
    read = []
    await stack.create(document(stack.name, "first"))
    read.append(await read_document(stack.name))
    for content in ("second", "third"):
        await stack.update(document(stack.name, content))
        read.append(await read_document(stack.name))
    assert read == [b"first", b"second", b"third"]


def document(name: str, content: str) -> Template:
    application = {"ApplicationId": {"Ref": "Application"}}
    profile = application | {"ConfigurationProfileId": {"Ref": "Profile"}}
    at_once = {"DeploymentDurationInMinutes": 0, "GrowthFactor": 100, "FinalBakeTimeInMinutes": 0}
    chosen = {name: {"Ref": name.removesuffix("Id")} for name in ("EnvironmentId", "DeploymentStrategyId")}
    return {
        "Application": appconfig("Application", Name=name),
        "Environment": appconfig("Environment", Name="test", **application),
        "Profile": appconfig("ConfigurationProfile", Name="runtime", LocationUri="hosted", **application),
        "DeploymentStrategy": appconfig("DeploymentStrategy", Name=name, ReplicateTo="NONE", **at_once),
        "Version": appconfig("HostedConfigurationVersion", Content=content, ContentType="text/plain", **profile),
        "Deployment": appconfig("Deployment", ConfigurationVersion={"Ref": "Version"}, **profile, **chosen),
    }


def appconfig(kind: str, **properties: Any) -> Template:
    return {"Type": f"AWS::AppConfig::{kind}", "Properties": properties}


async def read_document(application: str) -> bytes:
    async with aws_client("appconfigdata") as client:
        session = await client.start_configuration_session(
            ApplicationIdentifier=application,
            EnvironmentIdentifier="test",
            ConfigurationProfileIdentifier="runtime",
        )
        answer = await client.get_latest_configuration(ConfigurationToken=session["InitialConfigurationToken"])
        content: bytes = await answer["Configuration"].read()
        return content


def test_an_answer_has_one_date(emulator_at: str) -> None:
    link = http.client.HTTPConnection(urlsplit(emulator_at).netloc, timeout=5)
    link.request("GET", "/_ministack/health")
    assert len(link.getresponse().headers.get_all("date") or ()) == 1
    link.close()


def test_nothing_is_only_recorded_that_the_emulator_has_a_model_of() -> None:
    modelled = provisioners._RESOURCE_HANDLERS.keys()
    assert not (RECORDED_ONLY.keys() - {METRIC_MATH}) & modelled
