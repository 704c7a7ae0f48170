"""Step 2 of 6: what keeps data, the services' tokens for each other, and the place of the stages' sealing keys.

No provider key is kept here in any form.
"""

import aws_cdk as cdk
from constructs import Construct

from config.callers import AUTHENTICATED, token_file
from config.environments import CloudEnvironment
from config.topology import Stage
from judge_constructs.caller_secret import CallerSecret
from judge_constructs.encryption_key import EncryptionKey
from judge_constructs.mysql_database import MySqlDatabase
from judge_constructs.redis_cache import RedisCache
from judge_constructs.sealing_key_pair import SealingSecret
from stacks.network import NetworkStack


class DataStack(cdk.Stack):
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: CloudEnvironment,
        network: NetworkStack,
        env: cdk.Environment,
    ) -> None:
        super().__init__(scope, id_, env=env)
        self.key = EncryptionKey(self, "Key", environment=environment, purpose="data", about="Data at rest")
        self.mysql = MySqlDatabase(
            self,
            "MySql",
            environment=environment,
            vpc=network.vpc,
            security_group=network.mysql_access,
            key=self.key,
        )
        self.redis = RedisCache(
            self,
            "Redis",
            environment=environment,
            vpc=network.vpc,
            security_group=network.redis_access,
            key=self.key,
        )
        self.caller_secrets = [
            CallerSecret(self, f"Caller-{token_file(flow)}", flow=flow, environment=environment, key=self.key)
            for flow in AUTHENTICATED
        ]
        self.sealing_key = EncryptionKey(
            self,
            "SealingKey",
            environment=environment,
            purpose="sealing",
            about="Wraps the stages' private sealing keys",
        )
        self.sealing_secrets = {
            stage: SealingSecret(self, f"Sealing-{stage}", stage=stage, environment=environment, key=self.sealing_key)
            for stage in Stage
        }
