"""What CloudFormation says of the deployment: each stack with its resources, and what failed."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from runtime.local.emulator.recorded import recorded_kind

STACK_TYPE = "AWS::CloudFormation::Stack"
COMPLETE = frozenset({"CREATE_COMPLETE"})


@dataclass(frozen=True)
class DeployedResource:
    status: str
    recorded_as: str | None
    """The kind of resource that the emulator has no model of; None: it was created."""


@dataclass(frozen=True)
class DeployedStack:
    name: str
    status: str
    resources: tuple[DeployedResource, ...]

    @property
    def statuses(self) -> frozenset[str]:
        """Its own, and those of its resources."""
        return frozenset({self.status, *(resource.status for resource in self.resources)})

    @property
    def is_complete(self) -> bool:
        return self.statuses == COMPLETE

    @property
    def recorded_only(self) -> Counter[str]:
        """How many of each kind."""
        return Counter(resource.recorded_as for resource in self.resources if resource.recorded_as)


@dataclass(frozen=True)
class FailedResource:
    stack: str
    logical_id: str
    resource_type: str
    reason: str

    def __str__(self) -> str:
        return f"{self.stack}: {self.logical_id} ({self.resource_type}): {self.reason}"


class Stacks:
    """Those whose names begin with `prefix`."""

    def __init__(self, *, cloudformation: Any, prefix: str) -> None:
        self._client = cloudformation
        self._prefix = prefix

    async def settled(self) -> list[str]:
        """The names of those on which no work is being done, the oldest first."""
        stacks = (await self._client.describe_stacks())["Stacks"]
        ours = [stack for stack in stacks if stack["StackName"].startswith(self._prefix)]
        ours.sort(key=lambda stack: stack["CreationTime"])
        return [stack["StackName"] for stack in ours if not stack["StackStatus"].endswith("_IN_PROGRESS")]

    async def read(self, name: str) -> DeployedStack:
        status = (await self._client.describe_stacks(StackName=name))["Stacks"][0]["StackStatus"]
        template = (await self._client.get_template(StackName=name))["TemplateBody"]
        pages = self._client.get_paginator("list_stack_resources").paginate(StackName=name)
        resources = [
            DeployedResource(
                resource["ResourceStatus"],
                recorded_kind(
                    resource["ResourceType"],
                    template["Resources"][resource["LogicalResourceId"]].get("Properties", {}),
                ),
            )
            async for page in pages
            for resource in page["StackResourceSummaries"]
        ]
        return DeployedStack(name, status, tuple(resources))

    async def failures(self) -> list[FailedResource]:
        """What made a stack fail, not what was rolled back because of it."""
        return [
            FailedResource(name, event["LogicalResourceId"], event["ResourceType"], _told(event))
            for name in await self.settled()
            for event in (await self._client.describe_stack_events(StackName=name))["StackEvents"]
            if event["ResourceStatus"].endswith("_FAILED") and event["ResourceType"] != STACK_TYPE
        ]


def _told(event: dict[str, Any]) -> str:
    """A Lambda's reason goes on with its stack trace."""
    return str(event.get("ResourceStatusReason") or "no reason given").splitlines()[0]
