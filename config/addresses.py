"""Where the runtime document says that everything is, for a deployment whose services do not run in the cluster.

In AWS the document's addresses come from the resources themselves. Deployed into an emulator, which runs neither pods
nor databases, the services run beside it: `-c addresses=FILE` names a JSON file of this form.
"""

from config.base import Frozen
from config.runtime_document import DefaultModels, MySqlAddress, ProviderSettings, RedisAddress
from config.topology import Provider


class Addresses(Frozen):
    service_urls: dict[str, str]
    redis: RedisAddress
    mysql: MySqlAddress
    providers: dict[Provider, ProviderSettings]
    default_models: DefaultModels
