"""Step 6 of 6, the umbrella: what needs all of the others. `cdk deploy LlmJudge-Dev` deploys everything in order."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from config.addresses import Addresses
from config.environments import CloudEnvironment
from config.tenant import Tenant
from judge_constructs.retained_logs import RetainedLogs
from judge_constructs.runtime_configuration import RuntimeConfiguration
from judge_constructs.sealing_epochs import SealingEpochs
from stacks.cluster import ClusterStack
from stacks.data import DataStack
from stacks.deployed_document import deployed_document
from stacks.messaging import MessagingStack
from stacks.network import NetworkStack
from stacks.observability import ObservabilityStack
from stacks.workloads import Workloads


class PlatformStack(cdk.Stack):
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: CloudEnvironment,
        network: NetworkStack,
        data: DataStack,
        messaging: MessagingStack,
        cluster: ClusterStack,
        observability: ObservabilityStack,
        tenants: tuple[Tenant, ...],
        addresses: Addresses | None,
        env: cdk.Environment,
    ) -> None:
        super().__init__(scope, id_, env=env)
        sealing = SealingEpochs(
            self,
            "SealingEpochs",
            environment=environment,
            wrapping_key=data.sealing_key,
            signing_key=data.sealing_signature_key,
            keyset=data.sealing_keyset,
            keyset_key=data.key,
            log_group=RetainedLogs(
                self, "DeploymentLogs", environment=environment, name=environment.names.log_group("sealing-keys")
            ),
            alerts=observability.alerts,
        )
        # For clients that seal their own keys and trust no gateway for whom.
        cdk.CfnOutput(self, "SealingVerifyKey", value=sealing.verify_key)
        configuration = RuntimeConfiguration(
            self,
            "RuntimeConfiguration",
            environment=environment,
            document=deployed_document(
                environment,
                data=data,
                messaging=messaging,
                verify_key=sealing.verify_key,
                tenants=tenants,
                addresses=addresses,
            ),
            roll_back_on=observability.roll_back_alarms,
        )
        # Here, not on the roles' own stack: the document comes after the roles.
        iam.Policy(
            self,
            "ReadRuntimeConfiguration",
            roles=[role.role for role in cluster.roles.values()],
            statements=[
                iam.PolicyStatement(
                    actions=["appconfig:StartConfigurationSession", "appconfig:GetLatestConfiguration"],
                    resources=[configuration.arn],
                )
            ],
        )
        workloads = Workloads(self, "Workloads", environment=environment, cluster=cluster.cluster)
        # A pod asks for its settings before anything else.
        workloads.node.add_dependency(configuration)
        for stack in (network, data, messaging, cluster, observability):
            self.add_stack_dependency(stack)
