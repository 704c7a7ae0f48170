"""`deploy`, from an empty emulator to the exit code: 0 only where every step held."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from rich.console import Console

from config.environments import DEV
from config.topology import CHANNELS
from runtime.api_client.chosen_models import choose_models
from runtime.kit.aws import AWS_ERRORS, aws_client, aws_error_code
from runtime.local.deploy.cdk import check_tools
from runtime.local.deploy.cloud import Cloud
from runtime.local.deploy.evaluation import evaluate
from runtime.local.deploy.failure import DeployFailed
from runtime.local.deploy.progress import step
from runtime.local.deploy.running import running
from runtime.local.deploy.site import Site
from runtime.local.folder import Folder
from runtime.local.lock import AlreadyRunning
from runtime.local.mounted_secrets import mount_secrets
from runtime.local.parts import aws_emulator
from runtime.local.plan import free_ports
from runtime.local.up import sole_owner
from runtime.local.weights import fetch_missing_weights, model_settings

KEPT = ("logs", "run")


def deploy(root: Path, console: Console, *, keep: bool) -> int:
    """Raises DeployFailed, and what planning raises."""
    check_tools()
    # As Ctrl-C does: everything that was started is stopped.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    fetch_missing_weights()
    cloud_folder, site_folder = Folder(root / "cloud"), Folder(root / "services")
    with _emptied(cloud_folder, console), _emptied(site_folder, console):
        site = Site(folder=site_folder, environment=DEV, ports=free_ports(), model=model_settings())
        cloud = Cloud(folder=cloud_folder, site=site, console=console)
        try:
            asyncio.run(_deploy(cloud, site, console, keep=keep))
        except AWS_ERRORS as error:
            where = cloud_folder.log(aws_emulator.NAME)
            raise DeployFailed(f"The emulator failed: {aws_error_code(error)}; the reason is in {where}") from None
    return 0


@contextmanager
def _emptied(folder: Folder, console: Console) -> Iterator[None]:
    """Each deployment starts from nothing, and leaves nothing but its logs."""
    try:
        with sole_owner(folder, console):
            _empty(folder)
            yield
            _empty(folder)
    except AlreadyRunning:
        raise DeployFailed(f"A deployment runs already in {folder.root}: stop it by Ctrl-C, where it started") from None


def _empty(folder: Folder) -> None:
    for path in folder.root.iterdir():
        if path.is_file():
            path.unlink()
        elif path.name not in KEPT:
            shutil.rmtree(path)
    folder.create()


async def _deploy(cloud: Cloud, site: Site, console: Console, *, keep: bool) -> None:
    _use_the_emulator_only(site)
    async with cloud.running():
        await cloud.deploy()
        async with _services(cloud, site, console):
            await _evaluate(cloud, site, console)
            await cloud.expect_no_difference()
            await cloud.expect_one_difference()
            if keep:
                await _until_stopped(site, console)
    console.print("Every step held", style="green")


def _use_the_emulator_only(site: Site) -> None:
    """Whatever AWS account or profile the shell names plays no part in this."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(site.access)


@asynccontextmanager
async def _services(cloud: Cloud, site: Site, console: Console) -> AsyncIterator[None]:
    console.print("Starting the services on what was deployed, and on nothing else", style="bold")
    async with aws_client("secretsmanager") as secretsmanager:
        await mount_secrets(secretsmanager=secretsmanager, names=site.environment.names, folder=site.folder)
    async with running(site.parts(cloud.emulator), folder=site.folder, gateway_url=site.gateway_url, console=console):
        yield


async def _evaluate(cloud: Cloud, site: Site, console: Console) -> None:
    names = site.environment.names
    with step(console, "Sending one evaluation through the deployed queues"):
        result = await evaluate(
            gateway_url=site.gateway_url,
            api_key=site.api_key,
            models=choose_models(os.environ),
            names=names,
            arrivals=cloud.arrivals,
        )
        passed = " and ".join(names.queue(channel) for channel in CHANNELS)
        console.print(f"  score {result.score:.2f}, through {passed}, one row in the history", soft_wrap=True)


async def _until_stopped(site: Site, console: Console) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    # The key of a tenant that ends with it.
    console.print(f"Send `Authorization: Bearer {site.api_key}`", soft_wrap=True, markup=False)
    console.print(
        f"It keeps running: {site.gateway_url} (API: {site.gateway_url}/docs); Ctrl-C stops it", soft_wrap=True
    )
    await stopped.wait()
