"""What watches and holds the rest, as the templates make it: secrets, settings, images, keys, logs, alarms, budgets."""

from dataclasses import dataclass

from tools.architecture.templates import Address, Templates


@dataclass(frozen=True)
class Named:
    """A secret, a repository or a dashboard: nothing but its name is drawn."""

    address: Address
    name: str


@dataclass(frozen=True)
class Settings:
    """An AppConfig profile."""

    address: Address
    name: str
    application: str
    guards: tuple[Address, ...]
    """The alarms that roll a deployment back."""


@dataclass(frozen=True)
class Key:
    alias: str
    purpose: str
    is_rotated: bool


@dataclass(frozen=True)
class LogGroup:
    address: Address
    name: str
    days: int


@dataclass(frozen=True)
class Notice:
    """An alarm or a budget, and the topic it tells."""

    address: Address
    name: str
    topics: tuple[Address, ...]


@dataclass(frozen=True)
class Management:
    secrets: tuple[Named, ...]
    settings: tuple[Settings, ...]
    repositories: tuple[Named, ...]
    keys: tuple[Key, ...]
    log_groups: tuple[LogGroup, ...]
    dashboards: tuple[Named, ...]
    alarms: tuple[Notice, ...]
    budgets: tuple[Notice, ...]


def read_management(templates: Templates) -> Management:
    return Management(
        secrets=_named(templates, "AWS::SecretsManager::Secret", "Name"),
        settings=_settings(templates),
        repositories=_named(templates, "AWS::ECR::Repository", "RepositoryName"),
        keys=_keys(templates),
        log_groups=tuple(
            LogGroup(found.address, found.name("LogGroupName"), found.properties.number("RetentionInDays"))
            for found in templates.of_type("AWS::Logs::LogGroup")
            # A Lambda function's log group is named after it, and its name is known only when it is deployed.
            if not found.properties.targets("LogGroupName")
        ),
        dashboards=_named(templates, "AWS::CloudWatch::Dashboard", "DashboardName"),
        alarms=tuple(
            Notice(found.address, found.name("AlarmName"), found.properties.targets("AlarmActions"))
            for found in templates.of_type("AWS::CloudWatch::Alarm")
        ),
        budgets=tuple(
            Notice(
                found.address,
                f"{found.properties.text('Budget', 'BudgetLimit', 'Amount')} "
                f"{found.properties.text('Budget', 'BudgetLimit', 'Unit')}",
                found.properties.targets("NotificationsWithSubscribers"),
            )
            for found in templates.of_type("AWS::Budgets::Budget")
        ),
    )


def _named(templates: Templates, kind: str, prop: str) -> tuple[Named, ...]:
    return tuple(Named(found.address, found.name(prop)) for found in templates.of_type(kind))


def _settings(templates: Templates) -> tuple[Settings, ...]:
    profiles = templates.of_type("AWS::AppConfig::ConfigurationProfile")
    environments = templates.of_type("AWS::AppConfig::Environment")
    applications = {found.address: found.name("Name") for found in templates.of_type("AWS::AppConfig::Application")}
    return tuple(
        Settings(
            address=profile.address,
            name=profile.name("Name"),
            application=applications[application],
            guards=tuple(
                alarm
                for environment in environments
                if environment.properties.target("ApplicationId") == application
                for monitor in environment.properties.each("Monitors")
                for alarm in monitor.targets("AlarmArn")
            ),
        )
        for profile in profiles
        if (application := profile.properties.target("ApplicationId")) in applications
    )


def _keys(templates: Templates) -> tuple[Key, ...]:
    aliases = templates.of_type("AWS::KMS::Alias")
    names = {alias.properties.target("TargetKeyId"): alias.name("AliasName") for alias in aliases}
    return tuple(
        Key(
            alias=names.get(found.address, found.address.logical_id),
            purpose=found.properties.text("Description"),
            is_rotated=found.properties.is_on("EnableKeyRotation"),
        )
        for found in templates.of_type("AWS::KMS::Key")
    )
