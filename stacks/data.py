"""Step 2 of 6: what keeps data, the services' tokens for each other, and the keys and the keyset of sealing.

No provider key is kept here in any form.
"""

import aws_cdk as cdk
from constructs import Construct

from config.callers import AUTHENTICATED, token_file
from config.environments import CloudEnvironment
from judge_constructs.caller_secret import CallerSecret
from judge_constructs.encryption_key import EncryptionKey, SigningKey
from judge_constructs.mysql_database import MySqlDatabase
from judge_constructs.redis_cache import RedisCache
from judge_constructs.sealing_secrets import SealingKeyset
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
        self.sealing_signature_key = SigningKey(
            self,
            "SealingSignatureKey",
            environment=environment,
            alias=environment.names.sealing_signature_alias,
            about="Signs the public sealing keys",
        )
        self.sealing_keyset = SealingKeyset(self, "SealingKeyset", environment=environment, key=self.key)
