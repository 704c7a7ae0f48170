"""The cloud's side of it: every stack deployed into the emulator by CDK, and compared with what was deployed."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from rich.console import Console

from config.addresses import Addresses
from config.tenant_files import tenants_file, write_tenants
from runtime.kit.aws import aws_client
from runtime.local.deploy.cdk import NODE_MODULES, Cdk
from runtime.local.deploy.differences import differences, shortened
from runtime.local.deploy.failure import DeployFailed
from runtime.local.deploy.progress import step
from runtime.local.deploy.running import running
from runtime.local.deploy.site import Site, with_one_change
from runtime.local.deploy.stacks import DeployedStack, Stacks
from runtime.local.deploy.together import together
from runtime.local.emulator import ARRIVALS_FILE
from runtime.local.folder import Folder, write_private
from runtime.local.part import nothing
from runtime.local.parts import aws_emulator
from runtime.local.parts.aws_emulator import AwsEmulator

LOOK_SECONDS = 0.5
NAME_WIDTH = 28


class Cloud:
    def __init__(self, *, folder: Folder, site: Site, console: Console) -> None:
        self._folder = folder
        self._site = site
        self._console = console
        self._umbrella = site.environment.names.umbrella_stack
        self._tenants = folder.root / "tenants"
        self._cdk = Cdk(folder=folder, access=site.access, region=site.environment.region)
        self._deployed, self._changed = folder.root / "deployed", folder.root / "changed"
        """What CDK synthesizes: the assembly that is deployed, and one with a changed setting."""
        self.emulator = AwsEmulator(folder=folder, port=site.ports[aws_emulator.NAME], lambda_packages=NODE_MODULES)
        self.arrivals = folder.state(aws_emulator.NAME) / ARRIVALS_FILE

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        self._console.print("Starting the AWS emulator", style="bold")
        parts = [self.emulator.part(provision=nothing)]
        async with running(parts, folder=self._folder, gateway_url=self._site.gateway_url, console=self._console):
            yield

    async def deploy(self) -> None:
        addresses = self._site.addresses(os.environ)
        write_tenants(tenants_file(self._site.environment.name, self._tenants), self._site.tenants)
        with step(self._console, "Synthesizing the stacks and bootstrapping the account"):
            await together(self._synthesize(self._deployed, addresses), self._cdk.bootstrap())
        with step(self._console, f"Deploying {self._umbrella} and the stacks it depends on"):
            # The changed assembly is needed later; CDK does little but wait meanwhile.
            await together(self._deploy(), self._synthesize(self._changed, with_one_change(addresses)))

    async def expect_no_difference(self) -> None:
        with step(self._console, "Comparing the deployment with the code"):
            found = differences(await self._cdk.diff(self._umbrella, assembly=self._deployed))
            wrong = [name for name, text in found.items() if text]
            if wrong or self._umbrella not in found:
                raise DeployFailed(
                    f"`cdk diff` right after the deployment is not empty: {', '.join(wrong) or 'no stack'}"
                )
            self._console.print(f"  cdk diff: no differences in {len(found)} stacks")

    async def expect_one_difference(self) -> None:
        with step(self._console, "Comparing it with the code after one setting was changed"):
            found = differences(await self._cdk.diff(self._umbrella, assembly=self._changed))
            wrong = [name for name, text in found.items() if text]
            if wrong != [self._umbrella]:
                raise DeployFailed(
                    f"A changed setting of the runtime document must show in {self._umbrella} alone, "
                    f"but `cdk diff` shows {', '.join(wrong) or 'nothing'}"
                )
            self._console.print(shortened(found[self._umbrella]), markup=False, soft_wrap=True)

    async def _synthesize(self, assembly: Path, addresses: Addresses) -> None:
        file = assembly.with_suffix(".json")
        write_private(file, addresses.model_dump_json(indent=2))
        await self._cdk.synthesize(assembly, addresses=file, tenants=self._tenants)

    async def _deploy(self) -> None:
        async with aws_client("cloudformation") as client:
            stacks = Stacks(cloudformation=client, prefix=self._umbrella)
            deploying = asyncio.create_task(self._cdk.deploy(self._umbrella, assembly=self._deployed))
            try:
                deployed = await self._watch(stacks, until=deploying)
                await deploying
            except DeployFailed as failed:
                causes = [str(failure) for failure in await stacks.failures()]
                raise DeployFailed("\n".join(causes) or str(failed)) from None
            finally:
                deploying.cancel()
        incomplete = [stack.name for stack in deployed if not stack.is_complete]
        if incomplete or self._umbrella not in (stack.name for stack in deployed):
            raise DeployFailed(f"Not deployed as a whole: {', '.join(incomplete) or self._umbrella}")
        self._tell_total(deployed)

    async def _watch(self, stacks: Stacks, *, until: asyncio.Task[None]) -> list[DeployedStack]:
        """Tells of each stack when the work on it is over."""
        told: dict[str, DeployedStack] = {}
        is_over = False
        while not is_over:
            await asyncio.wait({until}, timeout=LOOK_SECONDS)
            # Asked before the last look, which then finds everything.
            is_over = until.done()
            for name in await stacks.settled():
                if name not in told:
                    told[name] = await stacks.read(name)
                    self._tell(told[name])
        return list(told.values())

    def _tell(self, stack: DeployedStack) -> None:
        statuses = ", ".join(sorted(stack.statuses))
        self._console.print(f"  {stack.name:<{NAME_WIDTH}} {len(stack.resources):>4} resources   {statuses}")

    def _tell_total(self, stacks: list[DeployedStack]) -> None:
        recorded = sum((stack.recorded_only for stack in stacks), Counter[str]())
        total = sum(len(stack.resources) for stack in stacks)
        self._console.print(
            f"  {total} resources in {len(stacks)} stacks: {total - recorded.total()} created, "
            f"{recorded.total()} only recorded, because the emulator has no model of them:",
            soft_wrap=True,
        )
        for kind, count in sorted(recorded.items()):
            self._console.print(f"    {count:>3} {kind}")
