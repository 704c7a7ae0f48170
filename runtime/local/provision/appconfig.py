"""The runtime document in AppConfig: application, environment and profile once, a deployment where it has changed."""

from typing import Any

from config.naming import Names
from config.runtime_document import RuntimeDocument

STRATEGY = "at-once"


async def deploy_document(*, appconfig: Any, names: Names, document: RuntimeDocument) -> None:
    application = await _application(appconfig, names.appconfig_application)
    environment = await _named(
        await appconfig.list_environments(ApplicationId=application),
        names.appconfig_environment,
        lambda name: appconfig.create_environment(ApplicationId=application, Name=name),
    )
    profile = await _named(
        await appconfig.list_configuration_profiles(ApplicationId=application),
        names.appconfig_profile,
        lambda name: appconfig.create_configuration_profile(ApplicationId=application, Name=name, LocationUri="hosted"),
    )
    content = document.model_dump_json().encode()
    if content == await _deployed(appconfig, application, environment, profile):
        return
    version = await appconfig.create_hosted_configuration_version(
        ApplicationId=application,
        ConfigurationProfileId=profile,
        Content=content,
        ContentType="application/json",
    )
    await appconfig.start_deployment(
        ApplicationId=application,
        EnvironmentId=environment,
        ConfigurationProfileId=profile,
        ConfigurationVersion=str(version["VersionNumber"]),
        DeploymentStrategyId=await _strategy(appconfig, f"{names.prefix}-{STRATEGY}"),
    )


async def _application(appconfig: Any, name: str) -> str:
    return await _named(await appconfig.list_applications(), name, lambda name: appconfig.create_application(Name=name))


async def _strategy(appconfig: Any, name: str) -> str:
    return await _named(
        await appconfig.list_deployment_strategies(),
        name,
        lambda name: appconfig.create_deployment_strategy(
            Name=name, DeploymentDurationInMinutes=0, GrowthFactor=100, FinalBakeTimeInMinutes=0, ReplicateTo="NONE"
        ),
    )


async def _named(listed: dict[str, Any], name: str, create: Any) -> str:
    """The id of the one with this name, which is created where there is none."""
    found = next((item["Id"] for item in listed["Items"] if item["Name"] == name), None)
    return str(found or (await create(name))["Id"])


async def _deployed(appconfig: Any, application: str, environment: str, profile: str) -> bytes | None:
    deployments = await appconfig.list_deployments(ApplicationId=application, EnvironmentId=environment)
    if not deployments["Items"]:
        return None
    latest = max(deployments["Items"], key=lambda item: item["DeploymentNumber"])
    version = await appconfig.get_hosted_configuration_version(
        ApplicationId=application, ConfigurationProfileId=profile, VersionNumber=int(latest["ConfigurationVersion"])
    )
    content: bytes = await version["Content"].read()
    return content
