"""The CDK app: one umbrella stack for each environment, made of the five that the diagram draws."""

import os
import sys
from pathlib import Path

# `constructs/` is a source root, beside PyPI's package of that name.
sys.path.insert(1, str(Path(__file__).resolve().parent / "constructs"))
# jsii prints eleven lines about this Node's age before anything of ours.
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")

from pydantic import ValidationError

from config.complaint import complaint

try:
    from config.environments import CloudEnvironment
except ValidationError as error:
    sys.exit(f"error: config/environments.py contradicts itself: {complaint(error)}")

import aws_cdk as cdk

from config.addresses import Addresses
from config.tenant import Tenant
from judge_constructs.judge_cluster import NoKubectl
from stacks.choices import BadChoice, chosen_addresses, chosen_environments, chosen_tenants, doubtful_versions
from stacks.cluster import ClusterStack
from stacks.data import DataStack
from stacks.messaging import MessagingStack
from stacks.network import NetworkStack
from stacks.observability import ObservabilityStack
from stacks.platform import PlatformStack


def build(
    app: cdk.App,
    environment: CloudEnvironment,
    *,
    tenants: tuple[Tenant, ...] = (),
    addresses: Addresses | None = None,
) -> PlatformStack:
    """Without an account: the same templates for everybody, deployed to whichever account the credentials open."""
    names, env = environment.names, cdk.Environment(region=environment.region)
    network = NetworkStack(app, names.stack("Network"), environment=environment, env=env)
    data = DataStack(app, names.stack("Data"), environment=environment, network=network, env=env)
    messaging = MessagingStack(app, names.stack("Messaging"), environment=environment, env=env)
    cluster = ClusterStack(
        app, names.stack("Cluster"), environment=environment, network=network, data=data, messaging=messaging, env=env
    )
    observability = ObservabilityStack(
        app,
        names.stack("Observability"),
        environment=environment,
        network=network,
        data=data,
        messaging=messaging,
        cluster=cluster,
        env=env,
    )
    return PlatformStack(
        app,
        names.umbrella_stack,
        environment=environment,
        network=network,
        data=data,
        messaging=messaging,
        cluster=cluster,
        observability=observability,
        tenants=tenants,
        addresses=addresses,
        env=env,
    )


def main() -> None:
    app = cdk.App()
    try:
        addresses = chosen_addresses(app)
        for environment in chosen_environments(app):
            doubtful = doubtful_versions(environment)
            platform = build(app, environment, tenants=chosen_tenants(app, environment), addresses=addresses)
            for standing in doubtful:
                code = f"llm-judge:{standing.engine}-{standing.support}-support"
                cdk.Annotations.of(platform).add_warning_v2(code, str(standing))
    except (BadChoice, NoKubectl) as error:
        sys.exit(f"error: {error}")
    app.synth()


if __name__ == "__main__":
    main()
