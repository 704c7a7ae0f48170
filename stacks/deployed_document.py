"""The runtime document of a deployment: the addresses of what the other stacks made."""

from config.addresses import Addresses
from config.environments import CloudEnvironment
from config.naming import DATABASE
from config.providers import HOSTED
from config.runtime_document import (
    ChannelAddress,
    DefaultModels,
    MySqlAddress,
    RedisAddress,
    RuntimeDocument,
)
from config.tenant import Tenant
from config.topology import MYSQL_PORT, REDIS_PORT, SERVICES, Provider
from stacks.data import DataStack
from stacks.messaging import MessagingStack


def deployed_document(
    environment: CloudEnvironment,
    *,
    data: DataStack,
    messaging: MessagingStack,
    verify_key: str,
    tenants: tuple[Tenant, ...],
    addresses: Addresses | None,
) -> RuntimeDocument:
    """`addresses`: where the services run beside the deployment and not in its cluster."""
    reached = addresses or _in_the_cluster(environment, data)
    return RuntimeDocument(
        environment=environment.name,
        region=environment.region,
        channels={
            name: ChannelAddress(
                topic_arn=channel.topic.topic_arn,
                queue_url=channel.queue.queue_url,
                dead_letter_queue_url=channel.dead_letters.queue_url,
            )
            for name, channel in messaging.channels.items()
        },
        redis=reached.redis,
        mysql=reached.mysql,
        service_urls=reached.service_urls,
        providers=reached.providers,
        default_models=reached.default_models,
        prices=environment.prices,
        sealing_verify_key=verify_key,
        limits=environment.limits,
        tenants=tenants,
    )


def _in_the_cluster(environment: CloudEnvironment, data: DataStack) -> Addresses:
    own_model = {Provider.LOCAL: environment.ai_model.provider} if environment.ai_model.enabled else {}
    return Addresses(
        service_urls={service.name: service.cluster_url for service in SERVICES},
        redis=RedisAddress(host=data.redis.cache.attr_primary_end_point_address, port=REDIS_PORT, tls=True),
        mysql=MySqlAddress(
            host=data.mysql.instance.db_instance_endpoint_address, port=MYSQL_PORT, database=DATABASE, tls=True
        ),
        providers={**HOSTED, **own_model},
        # A request names its models: whose key pays is the caller's choice.
        default_models=DefaultModels(),
    )
